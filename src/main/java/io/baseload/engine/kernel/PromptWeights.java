package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.kernel.lanes.Lanes.WORDS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.baseload.engine.kernel.lanes.ScaleVectors;
import io.baseload.engine.platform.IntegerProducts;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * The weights of some groups of columns as 8-bit integers, for up to 64 rows. A vector with eight 4-bit codes per lane is processed as 16-bit lanes: two codes of a row at a time, each times its
 * block's multiplier, shifted to a byte. Two such results together give four columns of a row in an int, the form that {@link IntegerProducts} needs.
 */
final class PromptWeights {
    private static final int MAX_BLOCKS = IntegerProducts.DEPTH / 16;

    /** Size of four columns of 64 rows in bytes. */
    private static final int FOUR = 4 * IntegerProducts.WIDTH;

    /** Tables as long as a vector of shorts. */
    private static final Map<Codes, short[]> TABLES = tables();

    private final PromptFormat format;

    /** Scales and minimums, {@code [block][2][lane]}. */
    private final float[] blockScales = new float[2 * MAX_BLOCKS * L];

    private final int[] multipliers = new int[MAX_BLOCKS * L];
    private final int[] offsets = new int[MAX_BLOCKS * L];
    private final float[] reach = new float[L];
    private final float[] inverse = new float[L];
    private final float[] mostCodes = new float[L];
    private final int[] codeSums = new int[L];

    /** The scale of each row of each group, {@code [group][64]}. */
    final float[] scales = new float[IntegerProducts.MAX_GROUPS * IntegerProducts.WIDTH];

    /** For each of these rows the sum of its codes times {@link PromptFormat#SHIFT}: the excess of sums over shifted activations. */
    final int[] excess = new int[IntegerProducts.MAX_GROUPS * IntegerProducts.WIDTH];

    PromptWeights(PromptFormat format) {
        this.format = format;
    }

    private static Map<Codes, short[]> tables() {
        Map<Codes, short[]> tables = new EnumMap<>(Codes.class);
        for (Codes codes : Codes.values()) {
            if (codes.codebook()) {
                tables.put(codes, Arrays.copyOf(PromptFormat.table(codes), Math.max(16, WORDS.length())));
            }
        }
        return tables;
    }

    /** Converts some groups of up to four panels to {@code out}, in the packed form. */
    void read(PackedMatrix w, int panel, int panels, int firstGroup, int groups, MemorySegment out) {
        for (int g = 0; g < groups; g++) {
            int first = (firstGroup + g) * format.group();
            int columns = Math.min(format.group(), w.cols() - first);
            long to = (long) g * IntegerProducts.GROUP_BYTES;
            if (columns < format.group()) {
                out.asSlice(to, IntegerProducts.GROUP_BYTES).fill((byte) 0);
            }
            for (int part = 0; part < panels * PARTS; part++) {
                unit(
                        w,
                        panel * PARTS + part,
                        first,
                        columns,
                        out,
                        to + 4L * part * L,
                        g * IntegerProducts.WIDTH + part * L);
            }
        }
    }

    private void unit(PackedMatrix w, int unit, int first, int columns, MemorySegment out, long to, int row) {
        int block = w.packing().block();
        int size = Math.min(block, format.group());
        int blocks = columns / size;
        Codes codes = w.packing().codes();
        ScaleVectors.read(w, unit, 1, first / block, blocks, blockScales);
        reach(w, unit, first, size, blocks);
        scale(row);
        multipliers(codes, blocks);
        Arrays.fill(codeSums, 0);
        int lane = unit % PARTS * L;
        for (int b = 0; b < blocks; b++) {
            long from = PromptFormat.codes(w, unit / PARTS, first + b * size);
            long at = to + (long) b * size / 4 * FOUR;
            if (codes == Codes.I8) {
                bytes(w.data(), from + lane, size, b * L, out, at);
            } else if (codes.codebook()) {
                lookUp(Objects.requireNonNull(TABLES.get(codes)), w.data(), from + 4L * lane, size, b * L, out, at);
            } else {
                nibbles(w.data(), from + 4L * lane, size, b * L, out, at);
            }
        }
        if (codes == Codes.I8) {
            excessOfSums(row);
        } else {
            excessOfPairs(row);
        }
    }

    private void excessOfSums(int row) {
        IntVector.fromArray(INTS, codeSums, 0).mul(PromptFormat.SHIFT).intoArray(excess, row);
    }

    private void excessOfPairs(int row) {
        IntVector pairs = IntVector.fromArray(INTS, codeSums, 0);
        pairs.lanewise(LSHL, 16)
                .lanewise(ASHR, 16)
                .add(pairs.lanewise(ASHR, 16))
                .mul(PromptFormat.SHIFT)
                .intoArray(excess, row);
    }

    /** The largest number that each row's blocks can contain. */
    private void reach(PackedMatrix w, int unit, int first, int size, int blocks) {
        Codes codes = w.packing().codes();
        float most = PromptFormat.most(codes);
        Arrays.fill(reach, 0);
        for (int b = 0; b < blocks; b++) {
            if (codes == Codes.I8) {
                mostCodes(w, unit, first + b * size, size);
                reachOfBytes(2 * b * L);
            } else if (codes.codebook()) {
                reachOfCodebook(2 * b * L, most);
            } else {
                reachOfIntegers(2 * b * L);
            }
        }
    }

    /** The group's scales, and their inverses in the unit in which weights are computed: 0 if all weights are 0. */
    private void scale(int row) {
        FloatVector most = FloatVector.fromArray(FLOATS, reach, 0);
        most.div(format.limit()).intoArray(scales, row);
        FloatVector.zero(FLOATS)
                .blend(FloatVector.broadcast(FLOATS, format.inverse(1)).div(most), most.compare(GT, 0f))
                .intoArray(inverse, 0);
    }

    private void reachOfIntegers(int at) {
        FloatVector scale = FloatVector.fromArray(FLOATS, blockScales, at);
        FloatVector minimum = FloatVector.fromArray(FLOATS, blockScales, at + L);
        FloatVector top = scale.fma(FloatVector.broadcast(FLOATS, 15f), minimum).abs();
        FloatVector.fromArray(FLOATS, reach, 0).max(minimum.abs().max(top)).intoArray(reach, 0);
    }

    private void reachOfCodebook(int at, float most) {
        FloatVector top = FloatVector.fromArray(FLOATS, blockScales, at).abs().mul(most);
        FloatVector.fromArray(FLOATS, reach, 0).max(top).intoArray(reach, 0);
    }

    private void reachOfBytes(int at) {
        FloatVector scale = FloatVector.fromArray(FLOATS, blockScales, at).abs();
        FloatVector minimum = FloatVector.fromArray(FLOATS, blockScales, at + L).abs();
        FloatVector top = FloatVector.fromArray(FLOATS, mostCodes, 0).fma(scale, minimum);
        FloatVector.fromArray(FLOATS, reach, 0).max(top).intoArray(reach, 0);
    }

    private void mostCodes(PackedMatrix w, int unit, int column, int size) {
        long from = PromptFormat.codes(w, unit / PARTS, column) + unit % PARTS * (long) L;
        IntVector most = IntVector.zero(INTS);
        for (int j = 0; j < size; j++) {
            IntVector q =
                    (IntVector) ByteVector.fromMemorySegment(BYTES, w.data(), from + (long) j * LANES, LITTLE_ENDIAN)
                            .convertShape(B2I, INTS, 0);
            most = most.max(q.abs());
        }
        ((FloatVector) most.convertShape(I2F, FLOATS, 0)).intoArray(mostCodes, 0);
    }

    /**
     * r and t of each block, with half a unit already added to t; for 4-bit codes twice in an int, once for each 16-bit lane. No variable is assigned one of two vectors, because such
     * vectors are boxed.
     */
    private void multipliers(Codes codes, int blocks) {
        round(0, blocks, PromptFormat.unit(codes), 0, multipliers);
        if (codes == Codes.I4) {
            offsetsOfSigned(blocks);
        } else {
            round(1, blocks, 1, PromptFormat.UNIT / 2, offsets);
        }
        if (codes != Codes.I8) {
            pair(multipliers, blocks);
            pair(offsets, blocks);
        }
    }

    /** @param part 0 for scales, 1 for minimums */
    private void round(int part, int blocks, float factor, int plus, int[] rounded) {
        FloatVector scale = FloatVector.fromArray(FLOATS, inverse, 0).mul(factor);
        for (int b = 0; b < blocks; b++) {
            FloatVector.fromArray(FLOATS, blockScales, (2 * b + part) * L)
                    .mul(scale)
                    .add(PromptFormat.ROUNDER)
                    .reinterpretAsInts()
                    .add(plus - PromptFormat.ROUNDER_BITS)
                    .intoArray(rounded, b * L);
        }
    }

    private void offsetsOfSigned(int blocks) {
        for (int b = 0; b < blocks; b++) {
            IntVector.fromArray(INTS, multipliers, b * L)
                    .mul(-8)
                    .add(PromptFormat.UNIT / 2)
                    .intoArray(offsets, b * L);
        }
    }

    private static void pair(int[] numbers, int blocks) {
        for (int b = 0; b < blocks; b++) {
            IntVector number = IntVector.fromArray(INTS, numbers, b * L);
            number.and(0xFFFF).or(number.lanewise(LSHL, 16)).intoArray(numbers, b * L);
        }
    }

    private void nibbles(MemorySegment w, long from, int size, int block, MemorySegment out, long to) {
        ShortVector r = IntVector.fromArray(INTS, multipliers, block).reinterpretAsShorts();
        ShortVector t = IntVector.fromArray(INTS, offsets, block).reinterpretAsShorts();
        ShortVector sum = IntVector.fromArray(INTS, codeSums, 0).reinterpretAsShorts();
        for (int eight = 0; eight < size / 8; eight++) {
            ShortVector s = IntVector.fromMemorySegment(INTS, w, from + eight * 4L * LANES, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            ShortVector a = s.and((short) 15).mul(r).add(t);
            ShortVector b = s.lanewise(LSHR, 4).and((short) 15).mul(r).add(t);
            ShortVector c = s.lanewise(LSHR, 8).and((short) 15).mul(r).add(t);
            ShortVector d = s.lanewise(LSHR, 12).mul(r).add(t);
            sum = sum.add(a.lanewise(ASHR, 8)).add(b.lanewise(ASHR, 8));
            sum = sum.add(c.lanewise(ASHR, 8)).add(d.lanewise(ASHR, 8));
            long p = to + eight * 2L * FOUR;
            b.and((short) 0xFF00).or(a.lanewise(LSHR, 8)).reinterpretAsInts().intoMemorySegment(out, p, LITTLE_ENDIAN);
            d.and((short) 0xFF00)
                    .or(c.lanewise(LSHR, 8))
                    .reinterpretAsInts()
                    .intoMemorySegment(out, p + FOUR, LITTLE_ENDIAN);
        }
        sum.reinterpretAsInts().intoArray(codeSums, 0);
    }

    private void lookUp(short[] table, MemorySegment w, long from, int size, int block, MemorySegment out, long to) {
        ShortVector values = ShortVector.fromArray(WORDS, table, 0);
        ShortVector r = IntVector.fromArray(INTS, multipliers, block).reinterpretAsShorts();
        ShortVector t = IntVector.fromArray(INTS, offsets, block).reinterpretAsShorts();
        ShortVector sum = IntVector.fromArray(INTS, codeSums, 0).reinterpretAsShorts();
        for (int eight = 0; eight < size / 8; eight++) {
            ShortVector s = IntVector.fromMemorySegment(INTS, w, from + eight * 4L * LANES, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            ShortVector a = s.and((short) 15).selectFrom(values).mul(r).add(t);
            ShortVector b = s.lanewise(LSHR, 4)
                    .and((short) 15)
                    .selectFrom(values)
                    .mul(r)
                    .add(t);
            ShortVector c = s.lanewise(LSHR, 8)
                    .and((short) 15)
                    .selectFrom(values)
                    .mul(r)
                    .add(t);
            ShortVector d = s.lanewise(LSHR, 12).selectFrom(values).mul(r).add(t);
            sum = sum.add(a.lanewise(ASHR, 8)).add(b.lanewise(ASHR, 8));
            sum = sum.add(c.lanewise(ASHR, 8)).add(d.lanewise(ASHR, 8));
            long p = to + eight * 2L * FOUR;
            b.and((short) 0xFF00).or(a.lanewise(LSHR, 8)).reinterpretAsInts().intoMemorySegment(out, p, LITTLE_ENDIAN);
            d.and((short) 0xFF00)
                    .or(c.lanewise(LSHR, 8))
                    .reinterpretAsInts()
                    .intoMemorySegment(out, p + FOUR, LITTLE_ENDIAN);
        }
        sum.reinterpretAsInts().intoArray(codeSums, 0);
    }

    private void bytes(MemorySegment w, long from, int size, int block, MemorySegment out, long to) {
        IntVector r = IntVector.fromArray(INTS, multipliers, block);
        IntVector t = IntVector.fromArray(INTS, offsets, block);
        IntVector sum = IntVector.fromArray(INTS, codeSums, 0);
        for (int four = 0; four < size / 4; four++) {
            IntVector packed = IntVector.zero(INTS);
            long p = from + (four / 2 * 8L + four % 2 * 2L) * LANES;
            for (int j = 0; j < 4; j++) {
                IntVector q = (IntVector)
                        ByteVector.fromMemorySegment(BYTES, w, p + (j / 2 * 4L + j % 2) * LANES, LITTLE_ENDIAN)
                                .convertShape(B2I, INTS, 0);
                IntVector code = q.mul(r).add(t).lanewise(ASHR, 8);
                sum = sum.add(code);
                packed = packed.or(code.and(0xFF).lanewise(LSHL, 8 * j));
            }
            packed.intoMemorySegment(out, to + (long) four * FOUR, LITTLE_ENDIAN);
        }
        sum.intoArray(codeSums, 0);
    }
}
