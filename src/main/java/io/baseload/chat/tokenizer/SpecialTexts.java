package io.baseload.chat.tokenizer;

import io.baseload.engine.api.Vocabulary;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Finds the texts of a vocabulary's special tokens in other texts. */
final class SpecialTexts {
    private final Optional<Pattern> pattern;

    private SpecialTexts(Optional<Pattern> pattern) {
        this.pattern = pattern;
    }

    static SpecialTexts of(Vocabulary.Gguf vocabulary) {
        var texts = IntStream.range(0, vocabulary.tokens().size())
                .filter(id -> TokenType.of(vocabulary, id).special())
                .mapToObj(id -> vocabulary.tokens().get(id))
                .filter(text -> !text.isEmpty())
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
        if (texts.isEmpty()) {
            return new SpecialTexts(Optional.empty());
        }
        // the look-ahead rejects almost every position with one comparison, however many texts there are
        String starts = texts.stream()
                .map(text -> Pattern.quote(text.substring(0, text.offsetByCodePoints(0, 1))))
                .distinct()
                .collect(Collectors.joining("|"));
        String all = texts.stream().map(Pattern::quote).collect(Collectors.joining("|"));
        return new SpecialTexts(Optional.of(Pattern.compile("(?=" + starts + ")(?:" + all + ")")));
    }

    Optional<Pattern> pattern() {
        return pattern;
    }
}
