package io.baseload.engine.kernel;

import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.baseload.engine.kernel.tiles.TileRows;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import org.jspecify.annotations.Nullable;

/**
 * How an encoder's texts are multiplied by plain weights as integers of 16 bits, on processors whose dot products take these: an instruction makes twice as many products as in F32.
 *
 * <pre>
 * x ≈ step · q in each group of 64 columns of a row;  w ≈ scale · p in all columns of an output
 * w·x ≈ scale · Σ_groups step · Σ p·q
 * </pre>
 *
 * q and p are integers up to ±{@value #MAX_CODE}, rounded to nearest even, so that the products of a group add up to less than 2^31: such a sum is exact, whatever its order. One product and one fused
 * multiply-add follow for each group, and one product for each output.
 */
record Int16Format() implements WideFormat {
    static final Int16Format INSTANCE = new Int16Format();

    /** Columns of a group. */
    static final int COLUMNS = 64;

    /** The largest integer: 64 · 5792² < 2^31. */
    static final int MAX_CODE = 5792;

    /** Groups with a smaller maximum count as zero, because {@link #MAX_CODE} / maximum would overflow. */
    static final float MIN_MAGNITUDE = 1e-30f;

    /** Added to a float whose absolute value is below 2^22, it leaves the nearest integer in the lowest 16 bits, since its own are zero. */
    static final float ROUND = 0x1.8p23f;

    /** Whether these instructions make products of such integers. */
    static boolean usable(@Nullable VectorInstructions set) {
        return set == VectorInstructions.AVX512_VNNI;
    }

    @Override
    public PromptForm form() {
        return PromptForm.INT16;
    }

    @Override
    public boolean takes(PackedMatrix w) {
        return w.cols() % COLUMNS == 0 && takes(w.packing());
    }

    @Override
    public boolean takes(Packing packing) {
        return packing.codes().plain();
    }

    @Override
    public int groupBytes() {
        return TileRows.MAX_GROUP * Short.BYTES + TileRows.MAX_GROUP * Float.BYTES / COLUMNS;
    }

    @Override
    public String label() {
        return "int16, ";
    }

    /** The number of which a group's values are multiples. */
    static float step(float max) {
        return max < MIN_MAGNITUDE ? 0 : max / MAX_CODE;
    }

    /** The factor that makes integers of a group's values. */
    static float inverse(float max) {
        return max < MIN_MAGNITUDE ? 0 : MAX_CODE / max;
    }

    private static short integer(float number, float inverse) {
        return (short) Float.floatToRawIntBits(Math.fma(number, inverse, ROUND));
    }

    /** The largest magnitude; NaN if there is one. */
    private static float max(float[] numbers, int from, int count, int stride) {
        int bits = 0;
        for (int i = 0; i < count; i++) {
            bits = Math.max(bits, Float.floatToRawIntBits(numbers[from + i * stride]) & Integer.MAX_VALUE);
        }
        return Float.intBitsToFloat(bits);
    }

    @Override
    public void convert(Rows x, int from, int to, PromptRows out) {
        for (int row = from; row < to; row++) {
            for (int group = 0; group < x.width() / COLUMNS; group++) {
                int at = x.at(row) + group * COLUMNS;
                float max = max(x.data(), at, COLUMNS, 1);
                out.codes.set(JAVA_FLOAT, out.int16Step(group, row), step(max));
                for (int i = 0; i < COLUMNS; i++) {
                    short integer = integer(x.data()[at + i], inverse(max));
                    out.codes.set(JAVA_SHORT, out.int16(group, row) + 2L * i, integer);
                }
            }
        }
    }

    @Override
    public void multiply(
            PackedMatrix w, PromptRows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        float[] weights = new float[w.cols() * LANES];
        for (int panel = firstPanel; panel < endPanel; panel++) {
            Panels.unpack(w, panel, scratch.block, weights);
            for (int lane = 0; lane < Math.min(LANES, w.rows() - panel * LANES); lane++) {
                float max = max(weights, lane, w.cols(), LANES);
                short[] integers = new short[w.cols()];
                for (int i = 0; i < w.cols(); i++) {
                    integers[i] = integer(weights[i * LANES + lane], inverse(max));
                }
                for (int row = from; row < to; row++) {
                    y.data()[y.at(row) + panel * LANES + lane] = sum(integers, x, row) * step(max);
                }
            }
        }
    }

    private static float sum(short[] weights, PromptRows x, int row) {
        float total = 0;
        for (int group = 0; group < weights.length / COLUMNS; group++) {
            int sum = 0;
            for (int i = 0; i < COLUMNS; i++) {
                sum += weights[group * COLUMNS + i] * x.codes.get(JAVA_SHORT, x.int16(group, row) + 2L * i);
            }
            total = Math.fma((float) sum, x.codes.get(JAVA_FLOAT, x.int16Step(group, row)), total);
        }
        return total;
    }
}
