package io.baseload.chat.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads a message in protocol buffers' wire format, field by field. A field's value must be read, or skipped, before the next.
 *
 * <p>Every method throws {@link Broken} if the bytes aren't such a message.
 */
final class ProtoReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    /** The place where the bytes aren't a message, and the expected content. */
    static final class Broken extends RuntimeException {
        private final int offset;

        Broken(int offset, String expected) {
            super(expected);
            this.offset = offset;
        }

        int offset() {
            return offset;
        }
    }

    private final ByteBuffer in;
    private int wireType;

    private ProtoReader(ByteBuffer in) {
        this.in = in.order(ByteOrder.LITTLE_ENDIAN);
    }

    ProtoReader(byte[] message) {
        this(ByteBuffer.wrap(message));
    }

    /** The current offset in the outermost message. */
    int offset() {
        return in.position();
    }

    /** The number of the next field; 0 at the end. */
    int next() {
        if (!in.hasRemaining()) {
            return 0;
        }
        int at = offset();
        long tag = varint();
        wireType = (int) (tag & 7);
        if (tag < 8 || tag >>> 3 > Integer.MAX_VALUE) {
            throw new Broken(at, "expected a field");
        }
        return (int) (tag >>> 3);
    }

    long integer() {
        require(VARINT, "an integer");
        return varint();
    }

    float number() {
        require(FIXED32, "a 32-bit number");
        need(Float.BYTES);
        return in.getFloat();
    }

    String text() {
        byte[] text = new byte[length()];
        in.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    ProtoReader message() {
        int length = length();
        ByteBuffer part = in.duplicate().limit(in.position() + length);
        in.position(in.position() + length);
        return new ProtoReader(part);
    }

    void skip() {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> skip(Long.BYTES);
            case FIXED32 -> skip(Integer.BYTES);
            case BYTES -> skip(length());
            default -> throw new Broken(offset(), "wire type " + wireType + " is unknown");
        }
    }

    private void skip(int bytes) {
        need(bytes);
        in.position(in.position() + bytes);
    }

    private int length() {
        require(BYTES, "bytes");
        int at = offset();
        long length = varint();
        if (length < 0 || length > in.remaining()) {
            throw new Broken(at, length + " bytes, but there are " + in.remaining());
        }
        return (int) length;
    }

    private void require(int type, String what) {
        if (wireType != type) {
            throw new Broken(offset(), "expected " + what + ", found wire type " + wireType);
        }
    }

    private void need(int bytes) {
        if (in.remaining() < bytes) {
            throw new Broken(offset(), "expected " + bytes + " more bytes, but there are " + in.remaining());
        }
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            need(1);
            byte b = in.get();
            value |= (b & 0x7FL) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new Broken(offset(), "expected an integer of at most ten bytes");
    }
}
