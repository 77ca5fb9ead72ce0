package io.baseload.engine.kernel;

import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.baseload.engine.platform.Bf16Products;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;

/**
 * How encoders multiply plain weights in BF16: an F32 number is the sum of two BF16 numbers, high and low, but for 2⁻¹⁷ of its size, and
 *
 * <pre>
 * w·x ≈ high(w)·high(x) + low(w)·high(x) + high(w)·low(x)
 * </pre>
 *
 * The three are one product of rows that are three times as long. This is the definition in plain Java. The numbers of rows are the same in both implementations, bit for bit; sums are in F32, and
 * their order is the library's.
 */
final class SplitFormat {
    /** Parts of a row. */
    static final int TERMS = 3;

    /** Bytes of an element of a row of x. */
    static final int BYTES = TERMS * Short.BYTES;

    /** Half of the last bit of a BF16 number. Ties are rounded up: of the high part, the low one has the rest. */
    static final int HALF = 0x8000;

    static final int HIGH = 0xFFFF0000;

    private SplitFormat() {}

    /** Whether weights can be multiplied in this way. */
    static boolean takes(PackedMatrix w) {
        return w.packing().codes().plain() && w.cols() % Bf16Products.STEP == 0;
    }

    /** The nearest BF16 number. */
    static float high(float number) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(number) + HALF & HIGH);
    }

    static float low(float number) {
        return high(number - high(number));
    }

    /** A part of a weight: of the three, high, low and high. */
    static float part(float weight, int term) {
        return term == 1 ? low(weight) : high(weight);
    }

    /** Splits rows: high, high and low parts follow each other. */
    static void split(Rows x, int from, int to, PromptRows out) {
        int width = x.width();
        for (int row = from; row < to; row++) {
            long at = out.splitAt(row);
            for (int i = 0; i < width; i++) {
                float number = x.data()[x.at(row) + i];
                out.codes.set(JAVA_SHORT, at + 2L * i, bits(high(number)));
                out.codes.set(JAVA_SHORT, at + 2L * (width + i), bits(high(number)));
                out.codes.set(JAVA_SHORT, at + 2L * (2 * width + i), bits(low(number)));
            }
        }
    }

    /** A BF16 number's 16 bits. */
    static short bits(float bf16) {
        return (short) (Float.floatToRawIntBits(bf16) >>> 16);
    }

    private static float number(PromptRows x, long at) {
        return Float.intBitsToFloat(x.codes.get(JAVA_SHORT, at) << 16);
    }

    static void multiply(
            PackedMatrix w, PromptRows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        int size = w.packing().block();
        for (int panel = firstPanel; panel < endPanel; panel++) {
            int lanes = Math.min(LANES, w.rows() - panel * LANES);
            float[] weights = new float[w.cols() * LANES];
            for (int block = 0; block < w.blocks(); block++) {
                Panels.unpack(w, panel, block, scratch.block);
                System.arraycopy(scratch.block, 0, weights, block * size * LANES, size * LANES);
            }
            for (int row = from; row < to; row++) {
                for (int lane = 0; lane < lanes; lane++) {
                    y.data()[y.at(row) + panel * LANES + lane] = sum(weights, lane, w.cols(), x, x.splitAt(row));
                }
            }
        }
    }

    private static float sum(float[] weights, int lane, int cols, PromptRows x, long at) {
        float sum = 0;
        for (int term = 0; term < TERMS; term++) {
            for (int i = 0; i < cols; i++) {
                float part = part(weights[i * LANES + lane], term);
                sum = Math.fma(part, number(x, at + 2L * (term * cols + i)), sum);
            }
        }
        return sum;
    }
}
