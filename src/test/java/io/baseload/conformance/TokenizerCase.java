package io.baseload.conformance;

import io.baseload.chat.stop.CharacterAssembler;
import io.baseload.chat.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * One text: its ids in three ways, the bytes that they stand for, and where a stream may be flushed. Where Hugging Face's tokenizer and llama.cpp differ on
 * special tokens, Hugging Face's is right; on plain text either is.
 */
record TokenizerCase(Tokenizer tokenizer, JsonNode expected) {
    /** The first difference. */
    Optional<String> problem() {
        String text = ConformanceJson.text(expected, "text");
        List<Supplier<Optional<String>>> checks = List.of(
                () -> compare("plain", tokenizer.encodePlain(text), "plain", "hf_plain"),
                () -> compare("parsed", tokenizer.encode(text), best("hf_parsed", "parsed")),
                () -> compare("added", tokenizer.encodeWhole(text), best("hf_added", "hf_parsed", "added", "parsed")),
                this::bytes,
                this::flush);
        return checks.stream().map(Supplier::get).flatMap(Optional::stream).findFirst();
    }

    private String best(String... fields) {
        return Arrays.stream(fields).filter(expected::has).findFirst().orElseThrow();
    }

    private Optional<String> compare(String what, int[] ids, String... accepted) {
        boolean equal = Stream.of(accepted)
                .filter(expected::has)
                .anyMatch(field -> Arrays.equals(ids, ConformanceJson.ints(expected.get(field))));
        return equal
                ? Optional.empty()
                : Optional.of(what + " gives " + Arrays.toString(ids) + ", not " + expected.get(accepted[0]));
    }

    private Optional<String> bytes() {
        String hex = expected.has("bytes")
                ? ConformanceJson.text(expected, "bytes")
                : HexFormat.of()
                        .formatHex(ConformanceJson.text(expected, "text").getBytes(StandardCharsets.UTF_8));
        String given = Tokenizers.hex(tokenizer, ConformanceJson.ints(expected.get("parsed")));
        return given.equals(hex) ? Optional.empty() : Optional.of("bytes are " + given + ", not " + hex);
    }

    private Optional<String> flush() {
        var assembler = new CharacterAssembler();
        int[] ids = ConformanceJson.ints(expected.get("parsed"));
        int[] flushed = new int[ids.length];
        int sent = 0;
        for (int i = 0; i < ids.length; i++) {
            byte[] token = tokenizer.bytes().get(ids[i]);
            sent += assembler.append(token, 0, token.length).getBytes(StandardCharsets.UTF_8).length;
            flushed[i] = sent;
        }
        return Arrays.equals(flushed, ConformanceJson.ints(expected.get("flush")))
                ? Optional.empty()
                : Optional.of("flushes at " + Arrays.toString(flushed) + ", not " + expected.get("flush"));
    }
}
