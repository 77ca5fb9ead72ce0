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
 * How byte-level BPE cuts a text before merging, by the name that the file gives ({@code tokenizer.ggml.pre}).
 *
 * @param patterns each splits what the one before left
 * @param ignoreMerges whether a whole piece that is in the vocabulary is taken at once
 * @param addBos whether a BOS is added where the file doesn't say
 * @param raw whether tokens are UTF-8 with ▁ for spaces and not in GPT-2's byte alphabet
 */
record PreTokenizer(List<String> patterns, boolean ignoreMerges, boolean addBos, boolean raw) {
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

    /** Read once, when the first byte-level vocabulary is loaded. */
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
                    own.contains("! raw"));
        }
    }
}
