package io.baseload.engine.kernel.lanes;

import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.SHORTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;

import io.baseload.engine.kernel.tiles.TileForm;
import io.baseload.engine.kernel.tiles.TileKernel;
import io.baseload.engine.kernel.tiles.TileRows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Rows of activations, quantized to 8 bits in groups of columns, in the form in which 16-bit lanes multiply them by 4-bit codes.
 *
 * <p>In each group x ≈ step · q with {@link TileRows#step step} = max |x| / 127 without its last two bits, and q = −127 … 127 rounded to nearest even.
 *
 * <p><b>No nibble is masked.</b> An int of a panel, w, holds eight columns of one row, n_0 … n_7. It is shifted down by 0 to 3 nibbles, and its two 16-bit halves are
 * multiplied as lanes, the low one for columns 0 … 3, the high one for columns 4 … 7. The low half of w >>> 4j is n_j + 16·n_(j+1) + 256·n_(j+2) …, so the nibbles above the lowest one are
 * included too, all modulo 2^16, also those of the high half. Masking them out would need an instruction for each vector of weights. Instead q is changed, once for all of them: with z_0 =
 * q_0 and z_j = q_j − 16·q_(j−1),
 *
 * <pre>
 * Σ_(j=0…3) low(w >>> 4j)·z_j + high(w >>> 4j)·z_(4+j)  =  Σ_i n_i · Σ_(j ≤ i) 16^(i−j)·z_j  =  Σ_i n_i·q_i      (modulo 2^16)
 * </pre>
 *
 * because the inner sum telescopes to q_i; for i ≥ 4 its terms up to j = 3 come from the low half and the others from the high one. So both lanes are added at the end, modulo 2^16.
 * A lane starts with −8·Σq ({@link #starts}), so that this is Σ (n_i − 8)·q_i, whose absolute value over a group's 32 columns is at most 32·8·127 = 32,512. That fits in 16 bits, so the sum
 * modulo 2^16 is the sum, whatever the order of the additions. If the code n stands for n itself, {@link #offsets} contains the 8·Σq that has to be added again. {@link #digits} contains z_j
 * and z_(4+j) as one int, which is broadcast.
 *
 * <p><b>Tables</b> (NF4 …) yield bytes instead of nibbles; {@link #quads} contains the columns for them.
 */
public final class Int8Rows {
    /** Columns of a group, unless a block of weights has fewer. */
    public static final int GROUP = TileRows.MAX_GROUP;

    /** Groups with a smaller maximum count as zero, because 127 / max would overflow. */
    public static final float MIN_MAGNITUDE = 1e-30f;

    /** Added to a float whose absolute value is below 2^22, it leaves the nearest integer in the lowest bits. */
    private static final float ROUND = 0x1.8p23f;

    private static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);

    /** Mask that omits the code before the first of each eight. */
    private static final int[] BEFORE = {0, -1, -1, -1, -1, -1, -1, -1, 0, -1, -1, -1, -1, -1, -1, -1};

    /** Mask of the first four of each eight codes. */
    private static final int[] FIRST_OF_EIGHT = {-1, -1, -1, -1, 0, 0, 0, 0, -1, -1, -1, -1, 0, 0, 0, 0};

    /** The first four of each eight lanes of two vectors, and the last four. */
    private static final VectorShuffle<Integer> FIRST_FOURS = VectorShuffle.fromOp(INTS, i -> i / 4 * 8 + i % 4);

    private static final VectorShuffle<Integer> LAST_FOURS = VectorShuffle.fromOp(INTS, i -> i / 4 * 8 + 4 + i % 4);

    /** Of each eight columns the even ones, then the odd ones. */
    private static final VectorShuffle<Integer> EVEN_ODD =
            VectorShuffle.fromOp(INTS, i -> i / 8 * 8 + i % 4 * 2 + i % 8 / 4);

    /** The other one of two columns of each four that are multiplied together. */
    private static final VectorShuffle<Integer> OTHER_OF_PAIR = VectorShuffle.fromOp(INTS, i -> i ^ 2);

    private final int cols;

    /** The codes of a row, from index 1 on, so that each has one before it. */
    private final int[] codes;

    private final int[] digits;
    private final long[] quads;

    private final int[] starts;
    private final int[] offsets;
    private final float[] steps;
    private final float[] sums;
    private int group = GROUP;

    /**
     * Memory for rows.
     *
     * @param cols the most columns of a row
     */
    public Int8Rows(int rows, int cols) {
        this.cols = Math.ceilDiv(cols, GROUP) * GROUP;
        codes = new int[1 + this.cols];
        digits = new int[rows * this.cols / 2];
        quads = new long[L == 8 ? rows * this.cols / 4 : 0];
        offsets = new int[rows * this.cols / 16];
        starts = new int[offsets.length + 1];
        steps = new float[offsets.length];
        sums = new float[offsets.length];
    }

    /** The heap of such memory, in bytes. */
    public static long heapBytes(int rows, int cols) {
        long all = Math.ceilDiv(cols, GROUP) * (long) GROUP;
        long row = all / 2 * Integer.BYTES + (L == 8 ? all / 4 * Long.BYTES : 0) + all / 16 * 4 * Float.BYTES;
        return all * Integer.BYTES + rows * row;
    }

    /**
     * Quantizes a row.
     *
     * @param group columns of a group: 16 or 32
     * @param table whether they are multiplied by codes of a table; then {@link #quads} is filled instead of {@link #digits}
     * @param lowest the value of the nibble 0: −8 or 0
     */
    public void quantize(int row, float[] x, int at, int width, int group, boolean table, int lowest) {
        int first = groupsAt(row);
        codes(x, at, width, group, first);
        for (int g = first; g < first + width / group; g++) {
            int sum = starts[g];
            sums[g] = steps[g] * sum;
            starts[g] = -8 * sum & 0xFFFF;
            offsets[g] = (8 + lowest) * sum;
        }
        if (table) {
            quads(width, quadsAt(row));
        } else {
            digits(width, digitsAt(row));
        }
    }

    /** Quantizes a row in the tiles' groups for {@link TileKernel}. */
    public void quantize(int row, float[] x, int at, TileRows to) {
        int size = to.columns();
        switch (to.form()) {
            case SIGNED -> storedCodes(row, x, at, to);
            case SHORT_SUMS, LIMITED -> limitedCodes(x, at, to.cols(), size, to.form() == TileForm.LIMITED);
            case MAGNITUDES -> codes(x, at, to.cols(), size, 0);
        }
        for (int g = 0; g < to.cols() / size; g++) {
            int part = switch (to.form()) {
                case SIGNED -> 0;
                case SHORT_SUMS, LIMITED -> {
                    store(1 + g * size, to, to.codes(row, g));
                    yield offsets[g];
                }
                case MAGNITUDES -> (storeMagnitudes(1 + g * size, to, to.codes(row, g)) - starts[g]) / 2;
            };
            to.numbers(row, g, starts[g], part, steps[g]);
        }
    }

    /** Stores the codes of a group as bytes. */
    private void store(int from, TileRows to, long first) {
        for (int i = 0; i < to.columns(); i += L) {
            IntVector ordered = IntVector.fromArray(INTS, codes, from + i).rearrange(EVEN_ODD);
            ((ByteVector) ordered.convertShape(I2B, BYTES, 0)).intoMemorySegment(to.memory(), first + i, LITTLE_ENDIAN);
        }
    }

    /** Stores the magnitudes of a group's codes and then their signs, and returns the sum of the magnitudes. */
    private int storeMagnitudes(int from, TileRows to, long first) {
        IntVector sum = IntVector.zero(INTS);
        for (int i = 0; i < to.columns(); i += L) {
            IntVector ordered = IntVector.fromArray(INTS, codes, from + i).rearrange(EVEN_ODD);
            IntVector magnitudes = ordered.abs();
            sum = sum.add(magnitudes);
            ((ByteVector) magnitudes.convertShape(I2B, BYTES, 0))
                    .intoMemorySegment(to.memory(), first + i, LITTLE_ENDIAN);
            ((ByteVector) ordered.lanewise(ASHR, Integer.SIZE - 1).convertShape(I2B, BYTES, 0))
                    .intoMemorySegment(to.memory(), first + to.columns() + i, LITTLE_ENDIAN);
        }
        return sum.reduceLanes(ADD);
    }

    /**
     * The codes of a row, and for each group its step and, in {@link #starts}, the sum of its codes. One loop over the whole row after the other, because a vector that was just written as
     * two is read slowly.
     */
    private void codes(float[] x, int at, int width, int group, int first) {
        maxima(x, at, width, group, first);
        for (int i = 0, g = first; i < width; i += group, g++) {
            starts[g] = round(x, at + i, group, inverse(g), 1 + i);
        }
    }

    /** As {@link #codes} of a row in tiles, where the codes themselves are stored. */
    private void storedCodes(int row, float[] x, int at, TileRows to) {
        int size = to.columns();
        maxima(x, at, to.cols(), size, 0);
        for (int g = 0; g < to.cols() / size; g++) {
            starts[g] = roundAndStore(x, at + g * size, size, inverse(g), to.memory(), to.codes(row, g));
        }
    }

    /** Replaces a group's maximum by its step, and returns the factor that makes codes of its numbers. */
    private float inverse(int g) {
        float max = steps[g];
        steps[g] = max < MIN_MAGNITUDE ? 0 : TileRows.step(max);
        return max < MIN_MAGNITUDE ? 0 : 127 / max;
    }

    /** As {@link #codes}, and {@link #offsets} become the sums of the codes of columns 0 … 3 of each eight. With larger steps if codes are limited and would be too large. */
    private void limitedCodes(float[] x, int at, int width, int group, boolean limited) {
        maxima(x, at, width, group, 0);
        for (int i = 0, g = 0; i < width; i += group, g++) {
            float max = steps[g];
            long halves = roundHalves(x, at + i, group, max < MIN_MAGNITUDE ? 0 : 127 / max, 1 + i);
            int half = Math.max(magnitudes((int) halves), magnitudes((int) (halves >> Integer.SIZE)));
            float limiting = limited ? TileRows.limiting(half, pair(1 + i, group), group) : 1;
            if (limiting > 1) {
                max *= limiting;
                halves = roundHalves(x, at + i, group, 127 / max, 1 + i);
            }
            steps[g] = max < MIN_MAGNITUDE ? 0 : TileRows.step(max);
            offsets[g] = (short) halves;
            starts[g] = (short) halves + (short) (halves >> Integer.SIZE);
        }
    }

    /** The largest sum of magnitudes of two columns whose products are added at once: of each four columns the first and the third, and the others. */
    private int pair(int from, int size) {
        IntVector pair = IntVector.zero(INTS);
        for (int i = 0; i < size; i += L) {
            IntVector magnitudes = IntVector.fromArray(INTS, codes, from + i).abs();
            pair = pair.max(magnitudes.add(magnitudes.rearrange(OTHER_OF_PAIR)));
        }
        return pair.reduceLanes(MAX);
    }

    /** Sets the groups' columns and, as {@link #steps} for now, their largest |x|. */
    private void maxima(float[] x, int at, int width, int group, int first) {
        this.group = group;
        for (int i = 0, g = first; i < width; i += group, g++) {
            steps[g] = max(x, at + i, group);
        }
    }

    /** The bits of the largest |x|. Bits of non-negative floats have the same order as the floats, and a maximum of integers is one instruction. */
    private static float max(float[] x, int at, int group) {
        IntVector max = IntVector.zero(INTS);
        for (int i = 0; i < group; i += L) {
            max = max.max(
                    FloatVector.fromArray(FLOATS, x, at + i).reinterpretAsInts().and(Integer.MAX_VALUE));
        }
        return Float.intBitsToFloat(max.reduceLanes(MAX));
    }

    /** Rounds a group's numbers, and returns the sum. */
    private int round(float[] x, int at, int group, float inverse, int to) {
        FloatVector factor = FloatVector.broadcast(FLOATS, inverse);
        FloatVector round = FloatVector.broadcast(FLOATS, ROUND);
        IntVector sum = IntVector.zero(INTS);
        for (int i = 0; i < group; i += L) {
            IntVector rounded = FloatVector.fromArray(FLOATS, x, at + i)
                    .fma(factor, round)
                    .reinterpretAsInts()
                    .sub(ROUND_BITS);
            rounded.intoArray(codes, to + i);
            sum = sum.add(rounded);
        }
        return sum.reduceLanes(ADD);
    }

    /** The same, and stores the codes as bytes. */
    private static int roundAndStore(float[] x, int at, int group, float inverse, MemorySegment to, long first) {
        FloatVector factor = FloatVector.broadcast(FLOATS, inverse);
        FloatVector round = FloatVector.broadcast(FLOATS, ROUND);
        IntVector sum = IntVector.zero(INTS);
        for (int i = 0; i < group; i += L) {
            IntVector rounded = FloatVector.fromArray(FLOATS, x, at + i)
                    .fma(factor, round)
                    .reinterpretAsInts()
                    .sub(ROUND_BITS);
            sum = sum.add(rounded);
            ((ByteVector) rounded.rearrange(EVEN_ODD).convertShape(I2B, BYTES, 0))
                    .intoMemorySegment(to, first + i, LITTLE_ENDIAN);
        }
        return sum.reduceLanes(ADD);
    }

    /**
     * Rounds a group's numbers. In the lower int of the result are the sums of codes and of their magnitudes of columns 0 … 3 of each eight, in the upper one those of columns 4 … 7: the sum of the codes
     * in 16 bits, and the sum of the magnitudes added to the bits above.
     */
    private long roundHalves(float[] x, int at, int group, float inverse, int to) {
        FloatVector factor = FloatVector.broadcast(FLOATS, inverse);
        FloatVector round = FloatVector.broadcast(FLOATS, ROUND);
        IntVector sum = IntVector.zero(INTS);
        for (int i = 0; i < group; i += L) {
            IntVector rounded = FloatVector.fromArray(FLOATS, x, at + i)
                    .fma(factor, round)
                    .reinterpretAsInts()
                    .sub(ROUND_BITS);
            rounded.intoArray(codes, to + i);
            sum = sum.add(rounded.abs().lanewise(LSHL, Short.SIZE).add(rounded));
        }
        int first = sum.and(IntVector.fromArray(INTS, FIRST_OF_EIGHT, 0)).reduceLanes(ADD);
        int last = sum.reduceLanes(ADD) - first;
        return (long) last << Integer.SIZE | Integer.toUnsignedLong(first);
    }

    private static int magnitudes(int half) {
        return (half - (short) half) >> Short.SIZE;
    }

    private void digits(int width, int to) {
        IntVector before = IntVector.fromArray(INTS, BEFORE, 0);
        IntVector beforeNext = IntVector.fromArray(INTS, BEFORE, L % 8);
        for (int i = 0, d = to; i < width; i += 2 * L, d += L) {
            IntVector less0 =
                    IntVector.fromArray(INTS, codes, i).lanewise(LSHL, 4).and(before);
            IntVector less1 =
                    IntVector.fromArray(INTS, codes, i + L).lanewise(LSHL, 4).and(beforeNext);
            IntVector z0 = IntVector.fromArray(INTS, codes, 1 + i).sub(less0);
            IntVector z1 = IntVector.fromArray(INTS, codes, 1 + i + L).sub(less1);
            IntVector high = z0.rearrange(LAST_FOURS, z1).lanewise(LSHL, 16);
            z0.rearrange(FIRST_FOURS, z1).and(0xFFFF).or(high).intoArray(digits, d);
        }
    }

    /** For each eight columns the even ones, then the odd ones, in 16 bits each. */
    private void quads(int width, int to) {
        for (int i = 0; i < width; i += L) {
            ShortVector shorts = (ShortVector)
                    IntVector.fromArray(INTS, codes, 1 + i).rearrange(EVEN_ODD).convertShape(I2S, SHORTS, 0);
            shorts.reinterpretAsLongs().intoArray(quads, to + i / 4);
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

    /** Two longs for eight columns; only with vectors of 256 bits. */
    public long[] quads() {
        return quads;
    }

    /** Index of a row's first digits. */
    public int digitsAt(int row) {
        return row * (cols / 2);
    }

    /** Index of a row's first quads. */
    public int quadsAt(int row) {
        return row * (cols / 4);
    }

    /** Index of a row's first group in {@link #steps}, {@link #sums}, {@link #starts} and {@link #offsets}. */
    public int groupsAt(int row) {
        return row * (cols / 16);
    }

    /** The step of each group: the number of which its values are multiples. */
    public float[] steps() {
        return steps;
    }

    /** For each group step · Σ q, which minimums are multiplied by. */
    public float[] sums() {
        return sums;
    }

    /** For each group −8 · Σ q in the low half of an int; one more int follows the last group. */
    public int[] starts() {
        return starts;
    }

    /** For each group the number to add to its sum of (code − 8) · q: 0, or 8 · Σ q if the nibble 0 stands for 0. */
    public int[] offsets() {
        return offsets;
    }
}
