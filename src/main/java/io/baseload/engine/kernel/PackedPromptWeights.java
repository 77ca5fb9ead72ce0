package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.kernel.lanes.Lanes.WORDS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.baseload.engine.platform.IntegerProducts;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * The weights of some groups of columns as 8-bit integers, for up to 64 rows. A vector with eight 4-bit codes per lane is processed as 16-bit lanes: two codes of a row at a time, each times its
 * block's multiplier, shifted to a byte. Two such results together give four columns of a row in an int, the form that {@link IntegerProducts} needs.
 */
final class PackedPromptWeights implements PromptWeights {
    /** Size of four columns of 64 rows in bytes. */
    private static final int FOUR = 4 * IntegerProducts.WIDTH;

    private final PromptFormat format;

    private final PromptScales scaling;
    private final int[] codeSums = new int[L];

    private final float[] scales;
    private final int[] excess;

    PackedPromptWeights(PromptFormat format, float[] scales, int[] excess) {
        this.format = format;
        this.scaling = new PromptScales(format);
        this.scales = scales;
        this.excess = excess;
    }

    @Override
    public int width(int panels) {
        return panels * LANES;
    }

    @Override
    public void store(float[] sums, int from, int outputs, float[] y, int to) {
        System.arraycopy(sums, from, y, to, outputs);
    }

    @Override
    public void read(
            PackedMatrix w, int panel, int panels, int first, int columns, MemorySegment out, long to, int place) {
        for (int part = 0; part < panels * PARTS; part++) {
            unit(w, panel * PARTS + part, first, columns, out, to + 4L * part * L, place + part * L);
        }
    }

    private void unit(PackedMatrix w, int unit, int first, int columns, MemorySegment out, long to, int row) {
        int block = w.packing().block();
        int size = Math.min(block, format.group());
        int blocks = columns / size;
        Codes codes = w.packing().codes();
        scaling.read(w, unit, first, size, blocks, 0, scales, row);
        Arrays.fill(codeSums, 0);
        int lane = unit % PARTS * L;
        for (int b = 0; b < blocks; b++) {
            long from = PromptFormat.codes(w, unit / PARTS, first + b * size);
            long at = to + (long) b * size / 4 * FOUR;
            if (codes == Codes.I8) {
                bytes(w.data(), from + lane, size, b * L, out, at);
            } else if (codes.codebook()) {
                lookUp(
                        Objects.requireNonNull(PromptWeights.TABLES.get(codes)),
                        w.data(),
                        from + 4L * lane,
                        size,
                        b * L,
                        out,
                        at);
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

    private void nibbles(MemorySegment w, long from, int size, int block, MemorySegment out, long to) {
        ShortVector r = IntVector.fromArray(INTS, scaling.multipliers, block).reinterpretAsShorts();
        ShortVector t = IntVector.fromArray(INTS, scaling.offsets, block).reinterpretAsShorts();
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
        ShortVector r = IntVector.fromArray(INTS, scaling.multipliers, block).reinterpretAsShorts();
        ShortVector t = IntVector.fromArray(INTS, scaling.offsets, block).reinterpretAsShorts();
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
        IntVector r = IntVector.fromArray(INTS, scaling.multipliers, block);
        IntVector t = IntVector.fromArray(INTS, scaling.offsets, block);
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
