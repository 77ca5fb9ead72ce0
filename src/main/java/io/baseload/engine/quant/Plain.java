package io.baseload.engine.quant;

import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;

/** Types of plain numbers, as in safetensors. */
final class Plain {
    private Plain() {}

    /** Reads a number as the nearest float. */
    static float read(ElementType type, MemorySegment source, long at) {
        return switch (type) {
            case F64 -> (float) source.get(Little.DOUBLE, at);
            case F32 -> source.get(Little.FLOAT, at);
            case F16 -> Float.float16ToFloat(source.get(Little.SHORT, at));
            case BF16 -> Float.intBitsToFloat(source.get(Little.SHORT, at) << 16);
            case F8_E4M3 -> Float8.e4m3(source.get(Little.BYTE, at));
            case F8_E5M2 -> Float8.e5m2(source.get(Little.BYTE, at));
            case BOOL, U8 -> source.get(Little.BYTE, at) & 0xff;
            case I8 -> source.get(Little.BYTE, at);
            case I16 -> source.get(Little.SHORT, at);
            case I32 -> source.get(Little.INT, at);
            case I64 -> source.get(Little.LONG, at);
            default -> throw new IllegalArgumentException(type + " has blocks");
        };
    }

    /** Whether {@link #write} supports this type. */
    static boolean writes(ElementType type) {
        return type == ElementType.F32 || type == ElementType.F16 || type == ElementType.BF16;
    }

    /** Rounds floats to the nearest numbers of a type, ties to even. */
    static void write(ElementType type, float[] from, int at, int count, MemorySegment to, long offset) {
        for (int i = 0; i < count; i++) {
            float value = from[at + i];
            switch (type) {
                case F32 -> to.set(Little.FLOAT, offset + 4L * i, value);
                case F16 -> to.set(Little.SHORT, offset + 2L * i, Float.floatToFloat16(value));
                case BF16 -> to.set(Little.SHORT, offset + 2L * i, brainFloat(value));
                default -> throw new IllegalArgumentException("cannot write " + type);
            }
        }
    }

    /** The upper half of f32, rounded; a NaN stays one. */
    static short brainFloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }
}
