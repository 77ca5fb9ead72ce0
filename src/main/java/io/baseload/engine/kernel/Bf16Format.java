package io.baseload.engine.kernel;

import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.baseload.engine.kernel.tiles.TileRows;
import io.baseload.engine.platform.Bf16Products;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;

/**
 * How prompts are multiplied in BF16, on processors with tiles for it. In one term, both sides are rounded to BF16. In three, an F32 number is the sum of two BF16 numbers, high and low, but for
 * 2⁻¹⁷ of its size, and
 *
 * <pre>
 * w·x ≈ high(w)·high(x) + low(w)·high(x) + high(w)·low(x)
 * </pre>
 *
 * The three are one product of rows that are three times as long. Columns are divided into chunks, so that what a product reads stays in L2; the chunks' sums are added in order. This is the
 * definition in plain Java. The numbers of rows are the same in both implementations, bit for bit; sums are in F32, and within a chunk their order is the library's.
 *
 * @param terms one or three
 * @param chunk columns of a chunk; the last one may be smaller
 */
record Bf16Format(int terms, int chunk) implements WideFormat {
    /** For weights of up to 8 bits: more exact than 8-bit activations, and faster on processors with tiles. */
    static final Bf16Format ROUNDED = new Bf16Format(1, 1024);

    /** For encoders of plain weights, whose numbers are compared with those of other programs. */
    static final Bf16Format SPLIT = new Bf16Format(3, 512);

    /** Half of the last bit of a BF16 number. Ties are rounded up: of the high part, the low one has the rest. */
    static final int HALF = 0x8000;

    static final int HIGH = 0xFFFF0000;

    @Override
    public PromptForm form() {
        return PromptForm.BF16;
    }

    @Override
    public int groupBytes() {
        return TileRows.MAX_GROUP * bytes();
    }

    /** Bytes of a column of a row of x. */
    int bytes() {
        return terms * Short.BYTES;
    }

    /** Those of up to 8 bits in one term, beside whose own error rounding doesn't count, and plain ones in three. */
    @Override
    public boolean takes(PackedMatrix w) {
        return w.cols() % Bf16Products.STEP == 0 && takes(w.packing());
    }

    @Override
    public boolean takes(Packing packing) {
        return chunk % packing.block() == 0 && packing.codes().plain() == (terms > 1);
    }

    @Override
    public String label() {
        return terms == 1 ? "bf16, " : "split bf16, ";
    }

    int chunks(int cols) {
        return Math.ceilDiv(cols, chunk);
    }

    /** Columns of chunk {@code c}. */
    int columns(int cols, int c) {
        return Math.min(chunk, cols - c * chunk);
    }

    /** The most columns of the products of rows of {@code cols} columns. */
    int depth(int cols) {
        return terms * Math.min(chunk, Math.ceilDiv(cols, Bf16Products.STEP) * Bf16Products.STEP);
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

    /** A BF16 number's 16 bits. */
    static short bits(float bf16) {
        return (short) (Float.floatToRawIntBits(bf16) >>> 16);
    }

    /** In each chunk the high parts, then, of three, high and low parts. */
    @Override
    public void convert(Rows x, int from, int to, PromptRows out) {
        for (int row = from; row < to; row++) {
            for (int c = 0; c < chunks(x.width()); c++) {
                int columns = columns(x.width(), c);
                for (int i = 0; i < terms * columns; i++) {
                    float number = x.data()[x.at(row) + c * chunk + i % columns];
                    float part = i / columns == 2 ? low(number) : high(number);
                    out.codes.set(JAVA_SHORT, out.at(this, c, row) + 2L * i, bits(part));
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
            int lanes = Math.min(LANES, w.rows() - panel * LANES);
            for (int row = from; row < to; row++) {
                int at = y.at(row) + panel * LANES;
                Arrays.fill(y.data(), at, at + lanes, 0f);
                for (int c = 0; c < chunks(w.cols()); c++) {
                    for (int lane = 0; lane < lanes; lane++) {
                        y.data()[at + lane] += sum(weights, lane, c, columns(w.cols(), c), x, row);
                    }
                }
            }
        }
    }

    private float sum(float[] weights, int lane, int c, int columns, PromptRows x, int row) {
        float sum = 0;
        for (int i = 0; i < terms * columns; i++) {
            float weight = weights[(c * chunk + i % columns) * LANES + lane];
            float number = Float.intBitsToFloat(x.codes.get(JAVA_SHORT, x.at(this, c, row) + 2L * i) << 16);
            sum = Math.fma(part(weight, i / columns), number, sum);
        }
        return sum;
    }
}
