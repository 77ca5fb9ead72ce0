package io.baseload.engine.kv;

import io.baseload.engine.api.KvPrecision;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Elements of one head's keys or values in a page: the definition of each precision. Element d of a token is number {@code first + stride · d}; its scale is number
 * {@code firstScale + scaleStride · (d / 32)} of those that follow the {@code TOKENS · dim} elements.
 */
final class KvElements {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final float MAX_CODE = 127f;

    /** The least magnitude that would be rounded to infinity: the largest half, 65504, and half of its last bit. */
    private static final float TOO_LARGE = 65_520f;

    private static final short NAN = Float.floatToFloat16(Float.NaN);

    private KvElements() {}

    static float read(
            MemorySegment data,
            KvPrecision precision,
            long at,
            int dim,
            int first,
            int stride,
            int firstScale,
            int scaleStride,
            int d) {
        int i = first + stride * d;
        return switch (precision) {
            case F32 -> data.get(FLOAT, at + 4L * i);
            case F16 -> Float.float16ToFloat(data.get(SHORT, at + 2L * i));
            case Q8 ->
                data.get(BYTE, at + i)
                        * data.get(FLOAT, scale(at, dim, firstScale + scaleStride * (d / KvLayout.BLOCK)));
        };
    }

    static void write(
            MemorySegment data,
            KvPrecision precision,
            long at,
            int dim,
            int first,
            int stride,
            int firstScale,
            int scaleStride,
            float[] x,
            int from) {
        switch (precision) {
            case F32 -> {
                for (int d = 0; d < dim; d++) {
                    data.set(FLOAT, at + 4L * (first + stride * d), x[from + d]);
                }
            }
            case F16 -> {
                for (int d = 0; d < dim; d++) {
                    data.set(SHORT, at + 2L * (first + stride * d), half(x[from + d]));
                }
            }
            case Q8 -> {
                for (int d = 0, block = 0; d < dim; d += KvLayout.BLOCK, block++) {
                    int n = Math.min(KvLayout.BLOCK, dim - d);
                    float scale = block(data, at + first + (long) stride * d, stride, x, from + d, n);
                    data.set(FLOAT, scale(at, dim, firstScale + scaleStride * block), scale);
                }
            }
        }
    }

    /** A number beyond the largest half becomes NaN, not infinite: with it every product is NaN, so the answer fails, where an infinite key may only make a token invisible. */
    private static short half(float x) {
        return Math.abs(x) < TOO_LARGE ? Float.floatToFloat16(x) : NAN;
    }

    private static long scale(long at, int dim, int i) {
        return at + (long) KvPages.TOKENS * dim + 4L * i;
    }

    /** Codes are x · (1 / scale), rounded to nearest even. If a number is not finite, the scale isn't either. */
    private static float block(MemorySegment data, long at, int stride, float[] x, int from, int count) {
        float largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, Math.abs(x[from + i]));
        }
        float scale = largest / MAX_CODE;
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int i = 0; i < count; i++) {
            double code = Math.clamp(Math.rint(x[from + i] * inverse), -MAX_CODE, MAX_CODE);
            data.set(BYTE, at + (long) stride * i, (byte) code);
        }
        return scale;
    }
}
