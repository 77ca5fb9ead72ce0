package io.baseload.engine.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Reads little-endian numbers at any address. */
final class Little {
    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private Little() {}

    /** An unsigned byte. */
    static int u8(MemorySegment source, long at) {
        return source.get(BYTE, at) & 0xff;
    }

    /** An unsigned 16-bit number. */
    static int u16(MemorySegment source, long at) {
        return source.get(SHORT, at) & 0xffff;
    }

    static int i32(MemorySegment source, long at) {
        return source.get(INT, at);
    }

    /** An F16 number. */
    static float half(MemorySegment source, long at) {
        return Float.float16ToFloat(source.get(SHORT, at));
    }

    static float f32(MemorySegment source, long at) {
        return source.get(FLOAT, at);
    }
}
