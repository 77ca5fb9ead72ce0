package io.baseload.chat.tokenizer;

import io.baseload.engine.api.Vocabulary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads a vocabulary out of a well-formed GGUF file. */
final class GgufVocabulary {
    private final ByteBuffer in;
    private final Map<String, Object> meta = new HashMap<>();

    private GgufVocabulary(ByteBuffer in) {
        this.in = in.order(ByteOrder.LITTLE_ENDIAN);
    }

    static Vocabulary read(Path file) {
        try (FileChannel c = FileChannel.open(file)) {
            return new GgufVocabulary(c.map(FileChannel.MapMode.READ_ONLY, 0, Math.min(c.size(), 1L << 30))).read();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Vocabulary read() {
        in.position(16);
        long n = in.getLong();
        for (long i = 0; i < n; i++) {
            String k = string();
            meta.put(k, value(in.getInt()));
        }
        return new Vocabulary(
                (String) meta.get("tokenizer.ggml.model"),
                Optional.ofNullable((String) meta.get("tokenizer.ggml.pre")),
                list("tokens"),
                list("token_type"),
                floats(),
                list("merges"),
                id("bos"),
                id("eos"),
                id("eot"),
                id("unknown"),
                flag("add_bos_token"),
                flag("add_eos_token"),
                flag("add_space_prefix"),
                Optional.ofNullable((String) meta.get("tokenizer.chat_template")));
    }

    @SuppressWarnings("unchecked")
    private <T> List<T> list(String k) {
        return (List<T>) meta.getOrDefault("tokenizer.ggml." + k, List.of());
    }

    private float[] floats() {
        List<Float> l = list("scores");
        float[] f = new float[l.size()];
        for (int i = 0; i < f.length; i++) f[i] = l.get(i);
        return f;
    }

    private OptionalInt id(String k) {
        Object v = meta.get("tokenizer.ggml." + k + "_token_id");
        return v == null ? OptionalInt.empty() : OptionalInt.of((Integer) v);
    }

    private Optional<Boolean> flag(String k) {
        return Optional.ofNullable((Boolean) meta.get("tokenizer.ggml." + k));
    }

    private String string() {
        byte[] b = new byte[(int) in.getLong()];
        in.get(b);
        return new String(b, StandardCharsets.UTF_8);
    }

    private Object value(int type) {
        return switch (type) {
            case 0, 1 -> (int) in.get();
            case 2, 3 -> (int) in.getShort();
            case 4, 5 -> in.getInt();
            case 6 -> in.getFloat();
            case 7 -> in.get() != 0;
            case 8 -> string();
            case 9 -> {
                int t = in.getInt();
                long n = in.getLong();
                List<Object> l = new ArrayList<>();
                for (long i = 0; i < n; i++) l.add(value(t));
                yield l;
            }
            case 10, 11 -> in.getLong();
            case 12 -> in.getDouble();
            default -> throw new IllegalArgumentException("type " + type);
        };
    }
}
