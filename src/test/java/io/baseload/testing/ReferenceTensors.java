package io.baseload.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads F32, I32 and I64 tensors of a small, trusted safetensors file that holds reference values. */
public final class ReferenceTensors {
    private final ByteBuffer bytes;
    private final JsonNode header;
    private final int start;

    private ReferenceTensors(byte[] file) {
        this.bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int length = Math.toIntExact(bytes.getLong(0));
        this.header = JsonMapper.shared().readTree(new String(file, 8, length, StandardCharsets.UTF_8));
        this.start = 8 + length;
    }

    public static ReferenceTensors read(Path file) throws IOException {
        return new ReferenceTensors(Files.readAllBytes(file));
    }

    public boolean has(String name) {
        return header.has(name);
    }

    /** Tensors whose names begin so. */
    public int count(String prefix) {
        return (int) header.propertyStream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .count();
    }

    public int[] shape(String name) {
        return entry(name, null)
                .get("shape")
                .valueStream()
                .mapToInt(JsonNode::asInt)
                .toArray();
    }

    public float[] floats(String name) {
        float[] values = new float[size(name)];
        bytes.slice(offset(name, "F32"), values.length * 4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        return values;
    }

    /** Of a tensor of I32 or I64. */
    public int[] ints(String name) {
        return ints(name, 0, size(name));
    }

    /** Row {@code i} of a tensor of I32 or I64 whose last dimension is the row. */
    public int[] rowOfInts(String name, int i) {
        int width = width(name);
        return ints(name, i * width, width);
    }

    private int[] ints(String name, int from, int count) {
        if (entry(name, null).get("dtype").asString().equals("I32")) {
            int start = offset(name, "I32");
            return IntStream.range(from, from + count)
                    .map(i -> bytes.getInt(start + 4 * i))
                    .toArray();
        }
        int start = offset(name, "I64");
        return IntStream.range(from, from + count)
                .map(i -> Math.toIntExact(bytes.getLong(start + 8 * i)))
                .toArray();
    }

    /** Row {@code i} of a tensor whose last dimension is the row. */
    public float[] row(String name, int i) {
        int width = width(name);
        float[] row = new float[width];
        bytes.slice(offset(name, "F32") + i * width * 4, width * 4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(row);
        return row;
    }

    private int width(String name) {
        int[] shape = shape(name);
        return shape[shape.length - 1];
    }

    private int size(String name) {
        return IntStream.of(shape(name)).reduce(1, Math::multiplyExact);
    }

    private int offset(String name, String type) {
        return start + entry(name, type).get("data_offsets").get(0).asInt();
    }

    private JsonNode entry(String name, @Nullable String type) {
        JsonNode entry = header.get(name);
        if (entry == null || (type != null && !type.equals(entry.get("dtype").asString()))) {
            throw new IllegalArgumentException("no tensor " + name + (type == null ? "" : " of type " + type));
        }
        return entry;
    }
}
