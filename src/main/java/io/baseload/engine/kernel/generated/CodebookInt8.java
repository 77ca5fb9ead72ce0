package io.baseload.engine.kernel.generated;

import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.kernel.lanes.Lanes.WORDS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.B2S;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.baseload.engine.kernel.lanes.BlockScales;
import io.baseload.engine.kernel.lanes.Int8Rows;
import io.baseload.engine.quant.IntegerTable;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Scales;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * 4-bit codes of a table times 8-bit activations, for vectors of 256 bits, which don't hold a table of 16 floats. A shuffle of 128 bits looks up 16 codes at once, as bytes, which are
 * widened and multiplied in 16 bits. A lane adds the products of every fourth column: four products of integers up to 64, or two of bytes, fit in 16 bits; then
 * pairs of lanes are added in 32 bits. A group of columns is written out, without a branch. Written by src/build/GenerateKernels.java.
 */
public final class CodebookInt8 {
    /** The largest absolute value of an integer of which four products with 127 fit in 16 bits. */
    private static final int MAX_SMALL = 64;

    /** Lanes of longs, so that all kernels' integers have one shape: for a vector class used in two shapes, the compiler may leave calls for both. */
    private static final VectorSpecies<Long> CODES = LongVector.SPECIES_128;
    private static final VectorSpecies<Byte> TABLE = ByteVector.SPECIES_128;
    private static final VectorSpecies<Long> QUADS = LongVector.SPECIES_256;

    /** Reorders the sums of eight rows, which are computed in the order 0 4 1 5 2 6 3 7. */
    private static final VectorShuffle<Integer> IN_ORDER = VectorShuffle.fromValues(INTS, L == 8 ? new int[] {0, 2, 4, 6, 1, 3, 5, 7} : new int[L]);

    private CodebookInt8() {}

    /** Whether there is a kernel for groups of so many columns, with such scales and integers up to a number. */
    public static boolean takes(int group, Scales scales, int reach) {
        return group == 32 && (reach <= MAX_SMALL || !scales.nested()) || group == 16 && reach <= MAX_SMALL && !scales.nested();
    }

    /**
     * Adds the products of some blocks: one row of x times a panel of 16 weight rows, to {@code y[to + row]}.
     *
     * @param block the first block
     * @param table the values of the 16 codes
     * @param scales those of these blocks, as F32 or as bytes that share an F32 scale and offset
     */
    public static void multiply(
            PackedMatrix m, int panel, int block, int blocks, IntegerTable table, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        if (scales.kind().nested()) {
            nested(m, panel, block, blocks, table, scales, x, row, y, to);
        } else if (table.reach() > MAX_SMALL) {
            bytes(m, panel, block, blocks, table, scales, x, row, y, to);
        } else if (x.group() == 16) {
            groupsOf16(m, panel, block, blocks, table, scales, x, row, y, to);
        } else {
            groupsOf32(m, panel, block, blocks, table, scales, x, row, y, to);
        }
    }

    private static void nested(
            PackedMatrix m, int panel, int block, int blocks, IntegerTable table, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        MemorySegment w = m.data();
        long[] quads = x.quads();
        float[] steps = x.steps();
        ByteVector values = ByteVector.fromArray(TABLE, table.integers(), 0);
        long p = m.codes(panel, block);
        int gap = m.blockBytes() - m.packing().block() * 8;
        int groups = m.packing().block() / 32;
        int left = groups;
        int group = x.groupsAt(row) + block * groups;
        int quad = x.quadsAt(row) + block * m.packing().block() / 4;
        MemorySegment d = scales.data();
        long blockStep = scales.blockStep();
        long q = scales.at();
        float[] nested = scales.nested();
        int n = 0;
        int end = group + blocks * groups;
        for (; group < end; group++) {
            LongVector w0_0_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 0 + 32 * 0 + 16 * 0, LITTLE_ENDIAN);
            LongVector w0_0_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 0 + 32 * 0 + 16 * 1, LITTLE_ENDIAN);
            LongVector w0_1_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 0 + 32 * 1 + 16 * 0, LITTLE_ENDIAN);
            LongVector w0_1_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 0 + 32 * 1 + 16 * 1, LITTLE_ENDIAN);
            ShortVector even0 = LongVector.broadcast(QUADS, quads[quad + 2 * 0]).reinterpretAsShorts();
            ShortVector s0_0_0 = ((ShortVector) w0_0_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even0);
            ShortVector s0_0_1 = ((ShortVector) w0_0_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even0);
            ShortVector s0_1_0 = ((ShortVector) w0_1_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even0);
            ShortVector s0_1_1 = ((ShortVector) w0_1_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even0);
            ShortVector odd0 = LongVector.broadcast(QUADS, quads[quad + 2 * 0 + 1]).reinterpretAsShorts();
            s0_0_0 = ((ShortVector) w0_0_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd0).add(s0_0_0);
            s0_0_1 = ((ShortVector) w0_0_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd0).add(s0_0_1);
            s0_1_0 = ((ShortVector) w0_1_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd0).add(s0_1_0);
            s0_1_1 = ((ShortVector) w0_1_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd0).add(s0_1_1);
            LongVector w1_0_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 1 + 32 * 0 + 16 * 0, LITTLE_ENDIAN);
            LongVector w1_0_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 1 + 32 * 0 + 16 * 1, LITTLE_ENDIAN);
            LongVector w1_1_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 1 + 32 * 1 + 16 * 0, LITTLE_ENDIAN);
            LongVector w1_1_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 1 + 32 * 1 + 16 * 1, LITTLE_ENDIAN);
            ShortVector even1 = LongVector.broadcast(QUADS, quads[quad + 2 * 1]).reinterpretAsShorts();
            s0_0_0 = ((ShortVector) w1_0_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even1).add(s0_0_0);
            s0_0_1 = ((ShortVector) w1_0_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even1).add(s0_0_1);
            s0_1_0 = ((ShortVector) w1_1_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even1).add(s0_1_0);
            s0_1_1 = ((ShortVector) w1_1_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even1).add(s0_1_1);
            ShortVector odd1 = LongVector.broadcast(QUADS, quads[quad + 2 * 1 + 1]).reinterpretAsShorts();
            s0_0_0 = ((ShortVector) w1_0_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd1).add(s0_0_0);
            s0_0_1 = ((ShortVector) w1_0_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd1).add(s0_0_1);
            s0_1_0 = ((ShortVector) w1_1_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd1).add(s0_1_0);
            s0_1_1 = ((ShortVector) w1_1_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd1).add(s0_1_1);
            IntVector j0_0_0 = s0_0_0.reinterpretAsInts();
            IntVector i0_0 = j0_0_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j0_0_0.lanewise(ASHR, 16));
            IntVector j0_0_1 = s0_0_1.reinterpretAsInts();
            IntVector i0_1 = j0_0_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j0_0_1.lanewise(ASHR, 16));
            IntVector j0_1_0 = s0_1_0.reinterpretAsInts();
            IntVector i1_0 = j0_1_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j0_1_0.lanewise(ASHR, 16));
            IntVector j0_1_1 = s0_1_1.reinterpretAsInts();
            IntVector i1_1 = j0_1_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j0_1_1.lanewise(ASHR, 16));
            LongVector w2_0_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 2 + 32 * 0 + 16 * 0, LITTLE_ENDIAN);
            LongVector w2_0_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 2 + 32 * 0 + 16 * 1, LITTLE_ENDIAN);
            LongVector w2_1_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 2 + 32 * 1 + 16 * 0, LITTLE_ENDIAN);
            LongVector w2_1_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 2 + 32 * 1 + 16 * 1, LITTLE_ENDIAN);
            ShortVector even2 = LongVector.broadcast(QUADS, quads[quad + 2 * 2]).reinterpretAsShorts();
            ShortVector s1_0_0 = ((ShortVector) w2_0_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even2);
            ShortVector s1_0_1 = ((ShortVector) w2_0_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even2);
            ShortVector s1_1_0 = ((ShortVector) w2_1_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even2);
            ShortVector s1_1_1 = ((ShortVector) w2_1_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even2);
            ShortVector odd2 = LongVector.broadcast(QUADS, quads[quad + 2 * 2 + 1]).reinterpretAsShorts();
            s1_0_0 = ((ShortVector) w2_0_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd2).add(s1_0_0);
            s1_0_1 = ((ShortVector) w2_0_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd2).add(s1_0_1);
            s1_1_0 = ((ShortVector) w2_1_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd2).add(s1_1_0);
            s1_1_1 = ((ShortVector) w2_1_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd2).add(s1_1_1);
            LongVector w3_0_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 3 + 32 * 0 + 16 * 0, LITTLE_ENDIAN);
            LongVector w3_0_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 3 + 32 * 0 + 16 * 1, LITTLE_ENDIAN);
            LongVector w3_1_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 3 + 32 * 1 + 16 * 0, LITTLE_ENDIAN);
            LongVector w3_1_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 3 + 32 * 1 + 16 * 1, LITTLE_ENDIAN);
            ShortVector even3 = LongVector.broadcast(QUADS, quads[quad + 2 * 3]).reinterpretAsShorts();
            s1_0_0 = ((ShortVector) w3_0_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even3).add(s1_0_0);
            s1_0_1 = ((ShortVector) w3_0_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even3).add(s1_0_1);
            s1_1_0 = ((ShortVector) w3_1_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even3).add(s1_1_0);
            s1_1_1 = ((ShortVector) w3_1_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even3).add(s1_1_1);
            ShortVector odd3 = LongVector.broadcast(QUADS, quads[quad + 2 * 3 + 1]).reinterpretAsShorts();
            s1_0_0 = ((ShortVector) w3_0_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd3).add(s1_0_0);
            s1_0_1 = ((ShortVector) w3_0_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd3).add(s1_0_1);
            s1_1_0 = ((ShortVector) w3_1_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd3).add(s1_1_0);
            s1_1_1 = ((ShortVector) w3_1_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd3).add(s1_1_1);
            IntVector j1_0_0 = s1_0_0.reinterpretAsInts();
            i0_0 = i0_0.add(j1_0_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j1_0_0.lanewise(ASHR, 16)));
            IntVector j1_0_1 = s1_0_1.reinterpretAsInts();
            i0_1 = i0_1.add(j1_0_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j1_0_1.lanewise(ASHR, 16)));
            IntVector j1_1_0 = s1_1_0.reinterpretAsInts();
            i1_0 = i1_0.add(j1_1_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j1_1_0.lanewise(ASHR, 16)));
            IntVector j1_1_1 = s1_1_1.reinterpretAsInts();
            i1_1 = i1_1.add(j1_1_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j1_1_1.lanewise(ASHR, 16)));
            quad += 32 / 4;
            p += 8 * 32;
            FloatVector step = FloatVector.broadcast(FLOATS, steps[group]);
            LongVector q0_0 = i0_0.reinterpretAsLongs(), q0_1 = i0_1.reinterpretAsLongs();
            IntVector i0 = q0_0.reinterpretAsInts().add(q0_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q0_1.reinterpretAsInts().add(q0_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
            ((FloatVector) i0.convertShape(I2F, FLOATS, 0)).mul(step).fma(((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + 0 * (long) L * Byte.BYTES, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4 + 1])), FloatVector.fromArray(FLOATS, y, to + 0 * L)).intoArray(y, to + 0 * L);
            LongVector q1_0 = i1_0.reinterpretAsLongs(), q1_1 = i1_1.reinterpretAsLongs();
            IntVector i1 = q1_0.reinterpretAsInts().add(q1_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q1_1.reinterpretAsInts().add(q1_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
            ((FloatVector) i1.convertShape(I2F, FLOATS, 0)).mul(step).fma(((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + 1 * (long) L * Byte.BYTES, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 1 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 1 / PARTS * 4 + 1])), FloatVector.fromArray(FLOATS, y, to + 1 * L)).intoArray(y, to + 1 * L);
            if (--left == 0) {
                left = groups;
                p += gap;
                q += blockStep;
            }
        }
    }

    private static void groupsOf32(
            PackedMatrix m, int panel, int block, int blocks, IntegerTable table, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        MemorySegment w = m.data();
        long[] quads = x.quads();
        float[] steps = x.steps();
        ByteVector values = ByteVector.fromArray(TABLE, table.integers(), 0);
        long p = m.codes(panel, block);
        int gap = m.blockBytes() - m.packing().block() * 8;
        int groups = m.packing().block() / 32;
        int left = groups;
        int group = x.groupsAt(row) + block * groups;
        int quad = x.quadsAt(row) + block * m.packing().block() / 4;
        MemorySegment d = scales.data();
        long blockStep = scales.blockStep();
        long q = scales.at();
        int end = group + blocks * groups;
        for (; group < end; group++) {
            LongVector w0_0_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 0 + 32 * 0 + 16 * 0, LITTLE_ENDIAN);
            LongVector w0_0_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 0 + 32 * 0 + 16 * 1, LITTLE_ENDIAN);
            LongVector w0_1_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 0 + 32 * 1 + 16 * 0, LITTLE_ENDIAN);
            LongVector w0_1_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 0 + 32 * 1 + 16 * 1, LITTLE_ENDIAN);
            ShortVector even0 = LongVector.broadcast(QUADS, quads[quad + 2 * 0]).reinterpretAsShorts();
            ShortVector s0_0_0 = ((ShortVector) w0_0_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even0);
            ShortVector s0_0_1 = ((ShortVector) w0_0_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even0);
            ShortVector s0_1_0 = ((ShortVector) w0_1_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even0);
            ShortVector s0_1_1 = ((ShortVector) w0_1_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even0);
            ShortVector odd0 = LongVector.broadcast(QUADS, quads[quad + 2 * 0 + 1]).reinterpretAsShorts();
            s0_0_0 = ((ShortVector) w0_0_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd0).add(s0_0_0);
            s0_0_1 = ((ShortVector) w0_0_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd0).add(s0_0_1);
            s0_1_0 = ((ShortVector) w0_1_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd0).add(s0_1_0);
            s0_1_1 = ((ShortVector) w0_1_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd0).add(s0_1_1);
            LongVector w1_0_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 1 + 32 * 0 + 16 * 0, LITTLE_ENDIAN);
            LongVector w1_0_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 1 + 32 * 0 + 16 * 1, LITTLE_ENDIAN);
            LongVector w1_1_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 1 + 32 * 1 + 16 * 0, LITTLE_ENDIAN);
            LongVector w1_1_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 1 + 32 * 1 + 16 * 1, LITTLE_ENDIAN);
            ShortVector even1 = LongVector.broadcast(QUADS, quads[quad + 2 * 1]).reinterpretAsShorts();
            s0_0_0 = ((ShortVector) w1_0_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even1).add(s0_0_0);
            s0_0_1 = ((ShortVector) w1_0_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even1).add(s0_0_1);
            s0_1_0 = ((ShortVector) w1_1_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even1).add(s0_1_0);
            s0_1_1 = ((ShortVector) w1_1_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even1).add(s0_1_1);
            ShortVector odd1 = LongVector.broadcast(QUADS, quads[quad + 2 * 1 + 1]).reinterpretAsShorts();
            s0_0_0 = ((ShortVector) w1_0_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd1).add(s0_0_0);
            s0_0_1 = ((ShortVector) w1_0_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd1).add(s0_0_1);
            s0_1_0 = ((ShortVector) w1_1_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd1).add(s0_1_0);
            s0_1_1 = ((ShortVector) w1_1_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd1).add(s0_1_1);
            IntVector j0_0_0 = s0_0_0.reinterpretAsInts();
            IntVector i0_0 = j0_0_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j0_0_0.lanewise(ASHR, 16));
            IntVector j0_0_1 = s0_0_1.reinterpretAsInts();
            IntVector i0_1 = j0_0_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j0_0_1.lanewise(ASHR, 16));
            IntVector j0_1_0 = s0_1_0.reinterpretAsInts();
            IntVector i1_0 = j0_1_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j0_1_0.lanewise(ASHR, 16));
            IntVector j0_1_1 = s0_1_1.reinterpretAsInts();
            IntVector i1_1 = j0_1_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j0_1_1.lanewise(ASHR, 16));
            LongVector w2_0_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 2 + 32 * 0 + 16 * 0, LITTLE_ENDIAN);
            LongVector w2_0_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 2 + 32 * 0 + 16 * 1, LITTLE_ENDIAN);
            LongVector w2_1_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 2 + 32 * 1 + 16 * 0, LITTLE_ENDIAN);
            LongVector w2_1_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 2 + 32 * 1 + 16 * 1, LITTLE_ENDIAN);
            ShortVector even2 = LongVector.broadcast(QUADS, quads[quad + 2 * 2]).reinterpretAsShorts();
            ShortVector s1_0_0 = ((ShortVector) w2_0_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even2);
            ShortVector s1_0_1 = ((ShortVector) w2_0_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even2);
            ShortVector s1_1_0 = ((ShortVector) w2_1_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even2);
            ShortVector s1_1_1 = ((ShortVector) w2_1_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even2);
            ShortVector odd2 = LongVector.broadcast(QUADS, quads[quad + 2 * 2 + 1]).reinterpretAsShorts();
            s1_0_0 = ((ShortVector) w2_0_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd2).add(s1_0_0);
            s1_0_1 = ((ShortVector) w2_0_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd2).add(s1_0_1);
            s1_1_0 = ((ShortVector) w2_1_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd2).add(s1_1_0);
            s1_1_1 = ((ShortVector) w2_1_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd2).add(s1_1_1);
            LongVector w3_0_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 3 + 32 * 0 + 16 * 0, LITTLE_ENDIAN);
            LongVector w3_0_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 3 + 32 * 0 + 16 * 1, LITTLE_ENDIAN);
            LongVector w3_1_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 3 + 32 * 1 + 16 * 0, LITTLE_ENDIAN);
            LongVector w3_1_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 3 + 32 * 1 + 16 * 1, LITTLE_ENDIAN);
            ShortVector even3 = LongVector.broadcast(QUADS, quads[quad + 2 * 3]).reinterpretAsShorts();
            s1_0_0 = ((ShortVector) w3_0_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even3).add(s1_0_0);
            s1_0_1 = ((ShortVector) w3_0_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even3).add(s1_0_1);
            s1_1_0 = ((ShortVector) w3_1_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even3).add(s1_1_0);
            s1_1_1 = ((ShortVector) w3_1_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even3).add(s1_1_1);
            ShortVector odd3 = LongVector.broadcast(QUADS, quads[quad + 2 * 3 + 1]).reinterpretAsShorts();
            s1_0_0 = ((ShortVector) w3_0_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd3).add(s1_0_0);
            s1_0_1 = ((ShortVector) w3_0_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd3).add(s1_0_1);
            s1_1_0 = ((ShortVector) w3_1_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd3).add(s1_1_0);
            s1_1_1 = ((ShortVector) w3_1_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd3).add(s1_1_1);
            IntVector j1_0_0 = s1_0_0.reinterpretAsInts();
            i0_0 = i0_0.add(j1_0_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j1_0_0.lanewise(ASHR, 16)));
            IntVector j1_0_1 = s1_0_1.reinterpretAsInts();
            i0_1 = i0_1.add(j1_0_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j1_0_1.lanewise(ASHR, 16)));
            IntVector j1_1_0 = s1_1_0.reinterpretAsInts();
            i1_0 = i1_0.add(j1_1_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j1_1_0.lanewise(ASHR, 16)));
            IntVector j1_1_1 = s1_1_1.reinterpretAsInts();
            i1_1 = i1_1.add(j1_1_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j1_1_1.lanewise(ASHR, 16)));
            quad += 32 / 4;
            p += 8 * 32;
            FloatVector step = FloatVector.broadcast(FLOATS, steps[group]);
            LongVector q0_0 = i0_0.reinterpretAsLongs(), q0_1 = i0_1.reinterpretAsLongs();
            IntVector i0 = q0_0.reinterpretAsInts().add(q0_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q0_1.reinterpretAsInts().add(q0_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
            ((FloatVector) i0.convertShape(I2F, FLOATS, 0)).mul(step).fma(FloatVector.fromMemorySegment(FLOATS, d, q + 0 * (long) L * Float.BYTES, LITTLE_ENDIAN), FloatVector.fromArray(FLOATS, y, to + 0 * L)).intoArray(y, to + 0 * L);
            LongVector q1_0 = i1_0.reinterpretAsLongs(), q1_1 = i1_1.reinterpretAsLongs();
            IntVector i1 = q1_0.reinterpretAsInts().add(q1_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q1_1.reinterpretAsInts().add(q1_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
            ((FloatVector) i1.convertShape(I2F, FLOATS, 0)).mul(step).fma(FloatVector.fromMemorySegment(FLOATS, d, q + 1 * (long) L * Float.BYTES, LITTLE_ENDIAN), FloatVector.fromArray(FLOATS, y, to + 1 * L)).intoArray(y, to + 1 * L);
            if (--left == 0) {
                left = groups;
                p += gap;
                q += blockStep;
            }
        }
    }

    private static void groupsOf16(
            PackedMatrix m, int panel, int block, int blocks, IntegerTable table, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        MemorySegment w = m.data();
        long[] quads = x.quads();
        float[] steps = x.steps();
        ByteVector values = ByteVector.fromArray(TABLE, table.integers(), 0);
        long p = m.codes(panel, block);
        int gap = m.blockBytes() - m.packing().block() * 8;
        int groups = m.packing().block() / 16;
        int left = groups;
        int group = x.groupsAt(row) + block * groups;
        int quad = x.quadsAt(row) + block * m.packing().block() / 4;
        MemorySegment d = scales.data();
        long blockStep = scales.blockStep();
        long q = scales.at();
        int end = group + blocks * groups;
        for (; group < end; group++) {
            LongVector w0_0_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 0 + 32 * 0 + 16 * 0, LITTLE_ENDIAN);
            LongVector w0_0_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 0 + 32 * 0 + 16 * 1, LITTLE_ENDIAN);
            LongVector w0_1_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 0 + 32 * 1 + 16 * 0, LITTLE_ENDIAN);
            LongVector w0_1_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 0 + 32 * 1 + 16 * 1, LITTLE_ENDIAN);
            ShortVector even0 = LongVector.broadcast(QUADS, quads[quad + 2 * 0]).reinterpretAsShorts();
            ShortVector s0_0_0 = ((ShortVector) w0_0_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even0);
            ShortVector s0_0_1 = ((ShortVector) w0_0_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even0);
            ShortVector s0_1_0 = ((ShortVector) w0_1_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even0);
            ShortVector s0_1_1 = ((ShortVector) w0_1_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even0);
            ShortVector odd0 = LongVector.broadcast(QUADS, quads[quad + 2 * 0 + 1]).reinterpretAsShorts();
            s0_0_0 = ((ShortVector) w0_0_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd0).add(s0_0_0);
            s0_0_1 = ((ShortVector) w0_0_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd0).add(s0_0_1);
            s0_1_0 = ((ShortVector) w0_1_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd0).add(s0_1_0);
            s0_1_1 = ((ShortVector) w0_1_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd0).add(s0_1_1);
            LongVector w1_0_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 1 + 32 * 0 + 16 * 0, LITTLE_ENDIAN);
            LongVector w1_0_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 1 + 32 * 0 + 16 * 1, LITTLE_ENDIAN);
            LongVector w1_1_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 1 + 32 * 1 + 16 * 0, LITTLE_ENDIAN);
            LongVector w1_1_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 1 + 32 * 1 + 16 * 1, LITTLE_ENDIAN);
            ShortVector even1 = LongVector.broadcast(QUADS, quads[quad + 2 * 1]).reinterpretAsShorts();
            s0_0_0 = ((ShortVector) w1_0_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even1).add(s0_0_0);
            s0_0_1 = ((ShortVector) w1_0_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even1).add(s0_0_1);
            s0_1_0 = ((ShortVector) w1_1_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even1).add(s0_1_0);
            s0_1_1 = ((ShortVector) w1_1_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even1).add(s0_1_1);
            ShortVector odd1 = LongVector.broadcast(QUADS, quads[quad + 2 * 1 + 1]).reinterpretAsShorts();
            s0_0_0 = ((ShortVector) w1_0_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd1).add(s0_0_0);
            s0_0_1 = ((ShortVector) w1_0_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd1).add(s0_0_1);
            s0_1_0 = ((ShortVector) w1_1_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd1).add(s0_1_0);
            s0_1_1 = ((ShortVector) w1_1_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd1).add(s0_1_1);
            IntVector j0_0_0 = s0_0_0.reinterpretAsInts();
            IntVector i0_0 = j0_0_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j0_0_0.lanewise(ASHR, 16));
            IntVector j0_0_1 = s0_0_1.reinterpretAsInts();
            IntVector i0_1 = j0_0_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j0_0_1.lanewise(ASHR, 16));
            IntVector j0_1_0 = s0_1_0.reinterpretAsInts();
            IntVector i1_0 = j0_1_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j0_1_0.lanewise(ASHR, 16));
            IntVector j0_1_1 = s0_1_1.reinterpretAsInts();
            IntVector i1_1 = j0_1_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j0_1_1.lanewise(ASHR, 16));
            quad += 16 / 4;
            p += 8 * 16;
            FloatVector step = FloatVector.broadcast(FLOATS, steps[group]);
            LongVector q0_0 = i0_0.reinterpretAsLongs(), q0_1 = i0_1.reinterpretAsLongs();
            IntVector i0 = q0_0.reinterpretAsInts().add(q0_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q0_1.reinterpretAsInts().add(q0_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
            ((FloatVector) i0.convertShape(I2F, FLOATS, 0)).mul(step).fma(FloatVector.fromMemorySegment(FLOATS, d, q + 0 * (long) L * Float.BYTES, LITTLE_ENDIAN), FloatVector.fromArray(FLOATS, y, to + 0 * L)).intoArray(y, to + 0 * L);
            LongVector q1_0 = i1_0.reinterpretAsLongs(), q1_1 = i1_1.reinterpretAsLongs();
            IntVector i1 = q1_0.reinterpretAsInts().add(q1_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q1_1.reinterpretAsInts().add(q1_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
            ((FloatVector) i1.convertShape(I2F, FLOATS, 0)).mul(step).fma(FloatVector.fromMemorySegment(FLOATS, d, q + 1 * (long) L * Float.BYTES, LITTLE_ENDIAN), FloatVector.fromArray(FLOATS, y, to + 1 * L)).intoArray(y, to + 1 * L);
            if (--left == 0) {
                left = groups;
                p += gap;
                q += blockStep;
            }
        }
    }

    private static void bytes(
            PackedMatrix m, int panel, int block, int blocks, IntegerTable table, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        MemorySegment w = m.data();
        long[] quads = x.quads();
        float[] steps = x.steps();
        ByteVector values = ByteVector.fromArray(TABLE, table.integers(), 0);
        long p = m.codes(panel, block);
        int gap = m.blockBytes() - m.packing().block() * 8;
        int groups = m.packing().block() / 32;
        int left = groups;
        int group = x.groupsAt(row) + block * groups;
        int quad = x.quadsAt(row) + block * m.packing().block() / 4;
        MemorySegment d = scales.data();
        long blockStep = scales.blockStep();
        long q = scales.at();
        int end = group + blocks * groups;
        for (; group < end; group++) {
            IntVector i0_0 = IntVector.zero(INTS);
            IntVector i0_1 = IntVector.zero(INTS);
            IntVector i1_0 = IntVector.zero(INTS);
            IntVector i1_1 = IntVector.zero(INTS);
            for (int eight = 0; eight < 4; eight++, quad += 2, p += 64) {
                LongVector w0_0_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 0 + 32 * 0 + 16 * 0, LITTLE_ENDIAN);
                LongVector w0_0_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 0 + 32 * 0 + 16 * 1, LITTLE_ENDIAN);
                LongVector w0_1_0 = LongVector.fromMemorySegment(CODES, w, p + 64 * 0 + 32 * 1 + 16 * 0, LITTLE_ENDIAN);
                LongVector w0_1_1 = LongVector.fromMemorySegment(CODES, w, p + 64 * 0 + 32 * 1 + 16 * 1, LITTLE_ENDIAN);
                ShortVector even0 = LongVector.broadcast(QUADS, quads[quad + 2 * 0]).reinterpretAsShorts();
                ShortVector s0_0_0 = ((ShortVector) w0_0_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even0);
                ShortVector s0_0_1 = ((ShortVector) w0_0_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even0);
                ShortVector s0_1_0 = ((ShortVector) w0_1_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even0);
                ShortVector s0_1_1 = ((ShortVector) w0_1_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(even0);
                ShortVector odd0 = LongVector.broadcast(QUADS, quads[quad + 2 * 0 + 1]).reinterpretAsShorts();
                s0_0_0 = ((ShortVector) w0_0_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd0).add(s0_0_0);
                s0_0_1 = ((ShortVector) w0_0_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd0).add(s0_0_1);
                s0_1_0 = ((ShortVector) w0_1_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd0).add(s0_1_0);
                s0_1_1 = ((ShortVector) w0_1_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(odd0).add(s0_1_1);
                IntVector j0_0_0 = s0_0_0.reinterpretAsInts();
                i0_0 = i0_0.add(j0_0_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j0_0_0.lanewise(ASHR, 16)));
                IntVector j0_0_1 = s0_0_1.reinterpretAsInts();
                i0_1 = i0_1.add(j0_0_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j0_0_1.lanewise(ASHR, 16)));
                IntVector j0_1_0 = s0_1_0.reinterpretAsInts();
                i1_0 = i1_0.add(j0_1_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j0_1_0.lanewise(ASHR, 16)));
                IntVector j0_1_1 = s0_1_1.reinterpretAsInts();
                i1_1 = i1_1.add(j0_1_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(j0_1_1.lanewise(ASHR, 16)));
            }
            FloatVector step = FloatVector.broadcast(FLOATS, steps[group]);
            LongVector q0_0 = i0_0.reinterpretAsLongs(), q0_1 = i0_1.reinterpretAsLongs();
            IntVector i0 = q0_0.reinterpretAsInts().add(q0_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q0_1.reinterpretAsInts().add(q0_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
            ((FloatVector) i0.convertShape(I2F, FLOATS, 0)).mul(step).fma(FloatVector.fromMemorySegment(FLOATS, d, q + 0 * (long) L * Float.BYTES, LITTLE_ENDIAN), FloatVector.fromArray(FLOATS, y, to + 0 * L)).intoArray(y, to + 0 * L);
            LongVector q1_0 = i1_0.reinterpretAsLongs(), q1_1 = i1_1.reinterpretAsLongs();
            IntVector i1 = q1_0.reinterpretAsInts().add(q1_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q1_1.reinterpretAsInts().add(q1_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
            ((FloatVector) i1.convertShape(I2F, FLOATS, 0)).mul(step).fma(FloatVector.fromMemorySegment(FLOATS, d, q + 1 * (long) L * Float.BYTES, LITTLE_ENDIAN), FloatVector.fromArray(FLOATS, y, to + 1 * L)).intoArray(y, to + 1 * L);
            if (--left == 0) {
                left = groups;
                p += gap;
                q += blockStep;
            }
        }
    }
}
