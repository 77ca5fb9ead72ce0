package io.baseload.chat.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds the texts of added tokens in other texts: the leftmost first, and of several at the same place the longest. */
final class AddedTexts {
    /** The range of a text that a token covers: its own text, and the white space next to it that it swallows. */
    record Found(int start, int end, AddedToken token) {}

    private final Map<String, AddedToken> byText = new HashMap<>();
    private final Optional<Pattern> pattern;

    AddedTexts(List<AddedToken> tokens) {
        tokens.stream().filter(t -> !t.text().isEmpty()).forEach(t -> byText.putIfAbsent(t.text(), t));
        pattern = byText.isEmpty() ? Optional.empty() : Optional.of(pattern(List.copyOf(byText.keySet())));
    }

    /** The texts of those tokens that are special. */
    static AddedTexts special(List<AddedToken> tokens) {
        return new AddedTexts(tokens.stream().filter(AddedToken::special).toList());
    }

    private static Pattern pattern(List<String> texts) {
        // the look-ahead rejects almost every position with one comparison, however many texts there are
        String starts = texts.stream()
                .map(text -> Pattern.quote(text.substring(0, text.offsetByCodePoints(0, 1))))
                .distinct()
                .collect(Collectors.joining("|"));
        String all = texts.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|"));
        return Pattern.compile("(?=" + starts + ")(?:" + all + ")");
    }

    /** The text with each token's text replaced. */
    String replace(String text, Function<AddedToken, String> replacement) {
        return pattern.map(p -> p.matcher(text)
                        .replaceAll(found -> Matcher.quoteReplacement(replacement.apply(token(found.group())))))
                .orElse(text);
    }

    List<Found> find(String text) {
        List<Found> found = new ArrayList<>();
        pattern.ifPresent(p -> {
            Matcher matcher = p.matcher(text);
            int end = 0;
            while (matcher.find()) {
                AddedToken token = token(matcher.group());
                int start = token.lstrip() ? spaceBefore(text, matcher.start(), end) : matcher.start();
                end = token.rstrip() ? spaceAfter(text, matcher.end()) : matcher.end();
                found.add(new Found(start, end, token));
            }
        });
        return found;
    }

    private AddedToken token(String text) {
        AddedToken token = byText.get(text);
        if (token == null) {
            throw new IllegalStateException("no token has the text " + text);
        }
        return token;
    }

    private static int spaceBefore(String text, int from, int least) {
        int i = from;
        while (i > least && space(text.charAt(i - 1))) {
            i--;
        }
        return i;
    }

    private static int spaceAfter(String text, int from) {
        int i = from;
        while (i < text.length() && space(text.charAt(i))) {
            i++;
        }
        return i;
    }

    /** Unicode's White_Space, all of which is in the basic plane. */
    private static boolean space(char c) {
        return Character.isSpaceChar(c) || c >= '\t' && c <= '\r' || c == '\u0085';
    }
}
