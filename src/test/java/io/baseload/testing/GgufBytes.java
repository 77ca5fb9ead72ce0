package io.baseload.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Builds GGUF files byte by byte, broken ones too: it writes what it is told and checks nothing. */
public final class GgufBytes {
    public static final int STRING = 8;
    public static final int ARRAY = 9;
    public static final int UINT32 = 4;
    public static final int FLOAT32 = 6;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Starts a file of version 3 with these counts. */
    public static GgufBytes header(long tensors, long keys) {
        return new GgufBytes().text("GGUF").i32(3).i64(tensors).i64(keys);
    }

    public GgufBytes i32(int value) {
        return raw(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    public GgufBytes i64(long value) {
        return raw(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }

    public GgufBytes f32(float value) {
        return i32(Float.floatToIntBits(value));
    }

    /** Text without its length. */
    public GgufBytes text(String text) {
        return raw(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Text behind its length. */
    public GgufBytes string(String text) {
        return i64(text.getBytes(StandardCharsets.UTF_8).length).text(text);
    }

    public GgufBytes key(String key, String value) {
        return string(key).i32(STRING).string(value);
    }

    public GgufBytes key(String key, int value) {
        return string(key).i32(UINT32).i32(value);
    }

    public GgufBytes key(String key, float value) {
        return string(key).i32(FLOAT32).f32(value);
    }

    public GgufBytes key(String key, String... values) {
        string(key).i32(ARRAY).i32(STRING).i64(values.length);
        for (String value : values) {
            string(value);
        }
        return this;
    }

    /** An entry of the tensor list. */
    public GgufBytes tensor(String name, int type, long offset, long... shape) {
        string(name).i32(shape.length);
        for (long dimension : shape) {
            i64(dimension);
        }
        return i32(type).i64(offset);
    }

    /** Zeros up to a multiple of 32, and so many more. */
    public GgufBytes data(int zeros) {
        return raw(new byte[(32 - out.size() % 32) % 32 + zeros]);
    }

    public byte[] bytes() {
        return out.toByteArray();
    }

    public Path write(Path file) throws IOException {
        return Files.write(file, bytes());
    }

    public GgufBytes raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }
}
