package io.baseload.conformance;

import io.baseload.chat.tokenizer.PreTokenizers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Names of pre-tokenizers with their {@code regexes}: each is known with the same, or refused by its name because it needs what isn't there. */
final class PreTokenizerLayout implements FolderLayout {
    /** {@code \p{AFMoE_digits}} and {@code \p{Han}} stand for code of llama.cpp's; {@code whitespace} lowers the case. */
    private static final Set<String> REFUSED = Set.of("afmoe", "kimi-k2", "whitespace");

    @Override
    public List<Suite> suites(Folder folder, Models models) {
        var suites = new ArrayList<Suite>();
        folder.json().forEach((file, json) -> {
            boolean table = json.isObject()
                    && !json.isEmpty()
                    && json.valueStream()
                            .allMatch(e -> ConformanceJson.has(e, "regexes", "verified_by_a_vocabulary_here"));
            if (table) {
                suites.add(new Suite(
                        folder.label(file),
                        tally -> json.properties()
                                .forEach(e -> tally.count(e.getKey(), problem(e.getKey(), e.getValue())))));
            }
        });
        return suites;
    }

    private static Optional<String> problem(String name, JsonNode expected) {
        Optional<PreTokenizers.Known> known = PreTokenizers.named(name);
        boolean refused = REFUSED.contains(name);
        if (refused || known.isEmpty()) {
            return refused == known.isEmpty()
                    ? Optional.empty()
                    : Optional.of(refused ? "is taken, and can't be exact" : "is refused");
        }
        var right = new PreTokenizers.Known(
                expected.get("regexes")
                        .valueStream()
                        .map(JsonNode::asString)
                        .map(PreTokenizerLayout::escaped)
                        .toList(),
                flag(expected, "ignore_merges", false),
                flag(expected, "add_bos", false),
                flag(expected, "add_sep", false),
                !flag(expected, "byte_encode", true));
        return known.get().equals(right) ? Optional.empty() : Optional.of("has " + known.get() + ", not " + right);
    }

    /** Line ends written out and as escapes mean the same. */
    private static String escaped(String regex) {
        return regex.replace("\r", "\\r").replace("\n", "\\n");
    }

    private static boolean flag(JsonNode object, String name, boolean absent) {
        return object.path(name).asBoolean(absent);
    }
}
