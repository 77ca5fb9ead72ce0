package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads little-endian values one after the other and throws at the end. */
final class Cursor {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final MemorySegment bytes;
    private long position;

    Cursor(Path file, MemorySegment bytes, long position) {
        this.file = file;
        this.bytes = bytes;
        this.position = position;
    }

    Path file() {
        return file;
    }

    long position() {
        return position;
    }

    long remaining() {
        return bytes.byteSize() - position;
    }

    ModelFileException refuse(long at, String problem) {
        return new ModelFileException(file, at, problem);
    }

    /** Bytes of the file, independent of the cursor's position. */
    MemorySegment slice(long from, long count) {
        return bytes.asSlice(from, count);
    }

    /** Skips {@code count} bytes and returns their start. */
    long take(long count, String what) {
        if (count < 0 || count > remaining()) {
            throw refuse(
                    bytes.byteSize(),
                    "the file ends inside %s, which needs %s bytes from byte %d on"
                            .formatted(what, Long.toUnsignedString(count), position));
        }
        long at = position;
        position += count;
        return at;
    }

    int u8(String what) {
        return bytes.get(ValueLayout.JAVA_BYTE, take(1, what)) & 0xff;
    }

    short i16(String what) {
        return bytes.get(SHORT, take(2, what));
    }

    int u16(String what) {
        return i16(what) & 0xffff;
    }

    int i32(String what) {
        return bytes.get(INT, take(4, what));
    }

    long u32(String what) {
        return i32(what) & 0xffff_ffffL;
    }

    long i64(String what) {
        return bytes.get(LONG, take(8, what));
    }

    /** A count of elements of at least {@code smallest} bytes each. Checked against the file's length, so that a wrong count can't cause a large allocation. */
    long count(long smallest, String what) {
        long at = position;
        long count = i64(what);
        if (count < 0 || count > remaining() / smallest) {
            throw refuse(
                    at,
                    "%s is %s, but the %d bytes that follow can hold at most %d"
                            .formatted(what, Long.toUnsignedString(count), remaining(), remaining() / smallest));
        }
        return count;
    }

    /** Text after its 8-byte length. */
    String string(long longest, String what) {
        long at = position;
        long length = count(1, "the length of " + what);
        if (length > longest) {
            throw refuse(at, "%s is %d bytes long; at most %d are allowed".formatted(what, length, longest));
        }
        return new String(bytes(Math.toIntExact(length), what), StandardCharsets.UTF_8);
    }

    byte[] bytes(int count, String what) {
        long at = take(count, what);
        byte[] taken = new byte[count];
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, taken, 0, count);
        return taken;
    }
}
