package io.baseload.engine.kernel.lanes;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Rows of activations, quantized to 8 bits in groups of columns, in the form in which 16-bit lanes multiply them with 4-bit codes.
 *
 * <p>In each group x ≈ step · q with q = −127 … 127 and step = max |x| / 127, rounded to nearest even.
 *
 * <p><b>No nibble is masked.</b> An int of a panel, w, holds eight columns of one row, n_0 … n_7. It is shifted down by 0 to 3 nibbles, and its two 16-bit halves are
 * multiplied as lanes, the low one for columns 0 … 3, the high one for columns 4 … 7. The low half of w >>> 4j is n_j + 16·n_(j+1) + 256·n_(j+2) …, so the nibbles above
 * the lowest one come along, modulo 2^16 all of them, those of the high half too. Instead of masking them out, which would take an instruction for each vector of
 * weights, q is changed once for all of them: with z_0 = q_0 and z_j = q_j − 16·q_(j−1),
 *
 * <pre>
 * Σ_(j=0…3) low(w >>> 4j)·z_j + high(w >>> 4j)·z_(4+j)  =  Σ_i n_i · Σ_(j ≤ i) 16^(i−j)·z_j  =  Σ_i n_i·q_i      (modulo 2^16)
 * </pre>
 *
 * because the inner sum telescopes to q_i; for i ≥ 4 its terms up to j = 3 come from the low half and the others from the high one. So both lanes are added in the end, modulo 2^16.
 * A lane starts with −8·Σq ({@link #starts}), so that this is Σ (n_i − 8)·q_i, over a group's 32 columns at most 32·8·127 = 32,512 in size: that fits, so what is right modulo 2^16 is
 * right, in whatever order it was added. Where the code n means n itself, {@link #offsets} has the 8·Σq to add again. {@link #digits} holds z_j and z_(4+j) as one int, which is
 * broadcast.
 *
 * <p><b>Tables</b> (NF4 …) give bytes instead of nibbles, whose products with q leave no room for a sum in 16 bits; there q = 16·high + low, in {@link #quads}.
 */
public final class Int8Rows {
    /** Columns of a group, unless a block of weights has fewer. */
    public static final int GROUP = 32;

    /** Below it a group counts as zero: 127 / max would overflow. */
    public static final float LEAST = 1e-30f;

    /** Added to a float below 2^22 in size, it leaves the nearest integer in the lowest bits. */
    private static final float ROUND = 0x1.8p23f;

    private static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);

    /** What the code before each is multiplied with in z. */
    private static final int[] BEFORE = {0, -16, -16, -16, -16, -16, -16, -16, 0, -16, -16, -16, -16, -16, -16, -16};

    private final int cols;

    /** Those of a group, from 1 on, so that each has one before it. */
    private final int[] codes;

    /** z of a group. */
    private final int[] differences;

    private final int[] digits;
    private final long[] quads;
    private final int[] starts;
    private final int[] offsets;
    private final float[] steps;
    private final float[] sums;
    private int group = GROUP;

    /**
     * Room for rows.
     *
     * @param cols columns that a row has at most
     */
    public Int8Rows(int rows, int cols) {
        this.cols = Math.ceilDiv(cols, GROUP) * GROUP;
        codes = new int[1 + GROUP];
        differences = new int[GROUP];
        digits = new int[rows * this.cols / 2];
        quads = new long[L == 8 ? rows * this.cols / 2 : 0];
        offsets = new int[rows * this.cols / 16];
        starts = new int[offsets.length + 1];
        steps = new float[offsets.length];
        sums = new float[offsets.length];
    }

    /**
     * Quantizes a row.
     *
     * @param group columns of a group: 16 or 32
     * @param table whether codes of a table are multiplied: fills {@link #quads} instead of {@link #digits}
     * @param unit what a table's values are multiples of, else 1; goes into {@link #steps}
     * @param lowest what the nibble 0 stands for: −8 or 0
     */
    public void quantize(int row, float[] x, int at, int width, int group, boolean table, float unit, int lowest) {
        this.group = group;
        for (int i = 0, to = groupsAt(row); i < width; i += group, to++) {
            float max = max(x, at + i, group);
            float step = max < LEAST ? 0 : max / 127;
            round(x, at + i, group, max < LEAST ? 0 : 127 / max);
            int sum = sum(group);
            steps[to] = step * unit;
            sums[to] = step * sum;
            starts[to] = -8 * sum & 0xFFFF;
            offsets[to] = (8 + lowest) * sum;
            int digit = digitsAt(row) + i / 2;
            if (table) {
                quads(group, digit);
            } else {
                digits(group, digit);
            }
        }
    }

    /** The largest |x|, as bits: those of floats that are not negative have their order, and the largest of integers takes one instruction. */
    private static float max(float[] x, int at, int group) {
        IntVector max = IntVector.zero(INTS);
        for (int i = 0; i < group; i += L) {
            max = max.max(
                    FloatVector.fromArray(FLOATS, x, at + i).reinterpretAsInts().and(Integer.MAX_VALUE));
        }
        return Float.intBitsToFloat(max.reduceLanes(MAX));
    }

    private void round(float[] x, int at, int group, float inverse) {
        FloatVector factor = FloatVector.broadcast(FLOATS, inverse);
        FloatVector round = FloatVector.broadcast(FLOATS, ROUND);
        for (int i = 0; i < group; i += L) {
            FloatVector rounded = FloatVector.fromArray(FLOATS, x, at + i).fma(factor, round);
            rounded.reinterpretAsInts().sub(ROUND_BITS).intoArray(codes, 1 + i);
        }
    }

    private int sum(int group) {
        IntVector sum = IntVector.zero(INTS);
        for (int i = 0; i < group; i += L) {
            sum = sum.add(IntVector.fromArray(INTS, codes, 1 + i));
        }
        return sum.reduceLanes(ADD);
    }

    private void digits(int group, int to) {
        IntVector factors = IntVector.fromArray(INTS, BEFORE, 0);
        for (int i = 0; i < group; i += L) {
            IntVector before = IntVector.fromArray(INTS, codes, i).mul(factors);
            IntVector.fromArray(INTS, codes, 1 + i).add(before).intoArray(differences, i);
        }
        int[] z = differences;
        for (int i = 0, d = to; i < group; i += 8, d += 4) {
            for (int j = 0; j < 4; j++) {
                digits[d + j] = pair(z[i + j], z[i + 4 + j]);
            }
        }
    }

    private static int pair(int low, int high) {
        return low & 0xFFFF | high << 16;
    }

    /** For each eight columns the high digits of the even ones, their low digits, and both of the odd ones. */
    private void quads(int group, int to) {
        for (int i = 0, d = to; i < group; i += 8, d += 4) {
            for (int odd = 0; odd < 2; odd++) {
                long high = 0;
                long low = 0;
                for (int j = 3; j >= 0; j--) {
                    int q = codes[1 + i + 2 * j + odd];
                    high = high << 16 | (q + 8 >> 4 & 0xFFFF);
                    low = low << 16 | ((q + 8 & 15) - 8 & 0xFFFF);
                }
                quads[d + 2 * odd] = high;
                quads[d + 2 * odd + 1] = low;
            }
        }
    }

    /** Columns of a group. */
    public int group() {
        return group;
    }

    /** Four ints for eight columns. */
    public int[] digits() {
        return digits;
    }

    /** Four longs for eight columns; only where vectors have 256 bits. */
    public long[] quads() {
        return quads;
    }

    /** Where a row's digits or quads begin. */
    public int digitsAt(int row) {
        return row * (cols / 2);
    }

    /** Where a row's groups begin in {@link #steps}, {@link #sums}, {@link #starts} and {@link #offsets}. */
    public int groupsAt(int row) {
        return row * (cols / 16);
    }

    /** For each group what its integers are multiples of. */
    public float[] steps() {
        return steps;
    }

    /** For each group step · Σ q, which minimums are multiplied with. */
    public float[] sums() {
        return sums;
    }

    /** For each group −8 · Σ q in the low half of an int, and one int behind the last group of all. */
    public int[] starts() {
        return starts;
    }

    /** For each group what its sum of (code − 8) · q lacks: 0, or 8 · Σ q where the nibble 0 stands for 0. */
    public int[] offsets() {
        return offsets;
    }
}
