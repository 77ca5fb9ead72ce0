package io.baseload.chat.tokenizer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The splitting of a text before byte-level BPE merges it, by its name in the file ({@code tokenizer.ggml.pre}).
 *
 * @param patterns each splits the pieces of the previous one
 * @param ignoreMerges whether a piece that is in the vocabulary becomes one token without merging
 * @param addBos whether a BOS is added if the file doesn't specify it
 * @param addSeparator whether the separator is added between two texts if the file doesn't specify it
 * @param raw whether tokens are UTF-8 with ▁ for spaces instead of GPT-2's byte alphabet
 */
record PreTokenizer(List<String> patterns, boolean ignoreMerges, boolean addBos, boolean addSeparator, boolean raw) {
    private static final String RESOURCE = "pre-tokenizers.txt";

    /**
     * @throws IllegalArgumentException if the name is unknown
     */
    static PreTokenizer named(String name) {
        PreTokenizer known = Table.BY_NAME.get(name);
        if (known == null) {
            throw new IllegalArgumentException(
                    "tokenizer.ggml.pre is \"" + name + "\", which this version doesn't know");
        }
        return known;
    }

    /** The table of names, read when the first byte-level vocabulary is loaded. */
    private static final class Table {
        static final Map<String, PreTokenizer> BY_NAME = read();

        private static Map<String, PreTokenizer> read() {
            InputStream resource = Objects.requireNonNull(PreTokenizer.class.getResourceAsStream(RESOURCE), RESOURCE);
            try (var reader = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
                return parse(reader.lines().toList());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Map<String, PreTokenizer> parse(List<String> lines) {
            Map<String, PreTokenizer> byName = new HashMap<>();
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).startsWith("= ")) {
                    PreTokenizer entry = entry(lines.subList(i + 1, lines.size()));
                    for (String name : lines.get(i).substring(2).split(" ", -1)) {
                        byName.put(name, entry);
                    }
                }
            }
            return Map.copyOf(byName);
        }

        private static PreTokenizer entry(List<String> lines) {
            List<String> own = lines.stream().takeWhile(l -> !l.startsWith("=")).toList();
            List<String> patterns = new ArrayList<>();
            own.stream().filter(l -> l.startsWith("/")).forEach(l -> patterns.add(l.substring(1)));
            return new PreTokenizer(
                    List.copyOf(patterns),
                    own.contains("! ignore_merges"),
                    own.contains("! add_bos"),
                    own.contains("! add_sep"),
                    own.contains("! raw"));
        }
    }
}
