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
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * 4-bit codes of a table times 8-bit activations, for vectors of 256 bits, which don't hold a table of 16 floats. A shuffle of 128 bits looks up 16 codes at once, as bytes.
 * The product of two bytes leaves no room for a sum in 16 bits, so x is split into two digits, x = 16·high + low. Written by src/build/GenerateKernels.java.
 */
public final class CodebookInt8 {
    /** Lanes of longs, so that all kernels' integers have one shape: for a vector class used in two shapes, the compiler may leave calls for both. */
    private static final VectorSpecies<Long> CODES = LongVector.SPECIES_128;
    private static final VectorSpecies<Byte> TABLE = ByteVector.SPECIES_128;
    private static final VectorSpecies<Long> QUADS = LongVector.SPECIES_256;

    /** Reorders the sums of eight rows, which are computed in the order 0 4 1 5 2 6 3 7. */
    private static final VectorShuffle<Integer> IN_ORDER = VectorShuffle.fromValues(INTS, L == 8 ? new int[] {0, 2, 4, 6, 1, 3, 5, 7} : new int[L]);

    private CodebookInt8() {}

    /**
     * Adds the products of some blocks: one row of x times a panel of 16 weight rows, to {@code y[to + row]}.
     *
     * @param block the first block
     * @param table the values of the 16 codes
     * @param scales those of these blocks, as F32 or as bytes that share an F32 scale and offset
     */
    public static void multiply(
            PackedMatrix m, int panel, int block, int blocks, byte[] table, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        switch (scales.kind()) {
            case F32 -> floatScales(m, panel, block, blocks, table, scales, x, row, y, to);
            case LINEAR8 -> nestedScales(m, panel, block, blocks, table, scales, x, row, y, to);
            default -> throw new IllegalArgumentException("scales: " + scales.kind());
        }
    }

    private static void floatScales(
            PackedMatrix m, int panel, int block, int blocks, byte[] table, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        MemorySegment w = m.data();
        long[] quads = x.quads();
        ByteVector values = ByteVector.fromArray(TABLE, table, 0);
        long p = m.codes(panel, block);
        int gap = m.blockBytes() - m.packing().block() * 8;
        int lastOfGroup = x.group() / 8 - 1;
        int groups = m.packing().block() / x.group();
        int group = x.groupsAt(row) + block * groups;
        int left = groups;
        int digits = x.digitsAt(row) + block * m.packing().block() / 2;
        float[] steps = x.steps();
        MemorySegment d = scales.data();
        long blockStep = scales.blockStep();
        long q = scales.at();
        ShortVector none = ShortVector.zero(WORDS);
        ShortVector h0_0 = none, h0_1 = none, l0_0 = none, l0_1 = none;
        ShortVector h1_0 = none, h1_1 = none, l1_0 = none, l1_1 = none;
        int end = blocks * m.packing().block() / 8;
        for (int eight = 0; eight < end; eight++, p += 64) {
            int k = digits + eight * 4;
            LongVector w0_0 = LongVector.fromMemorySegment(CODES, w, p + 32 * 0 + 16 * 0, LITTLE_ENDIAN);
            LongVector w0_1 = LongVector.fromMemorySegment(CODES, w, p + 32 * 0 + 16 * 1, LITTLE_ENDIAN);
            LongVector w1_0 = LongVector.fromMemorySegment(CODES, w, p + 32 * 1 + 16 * 0, LITTLE_ENDIAN);
            LongVector w1_1 = LongVector.fromMemorySegment(CODES, w, p + 32 * 1 + 16 * 1, LITTLE_ENDIAN);
            ShortVector high = LongVector.broadcast(QUADS, quads[k]).reinterpretAsShorts();
            ShortVector low = LongVector.broadcast(QUADS, quads[k + 1]).reinterpretAsShorts();
            ShortVector c0_0 = (ShortVector) w0_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
            h0_0 = c0_0.mul(high).add(h0_0);
            l0_0 = c0_0.mul(low).add(l0_0);
            ShortVector c0_1 = (ShortVector) w0_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
            h0_1 = c0_1.mul(high).add(h0_1);
            l0_1 = c0_1.mul(low).add(l0_1);
            ShortVector c1_0 = (ShortVector) w1_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
            h1_0 = c1_0.mul(high).add(h1_0);
            l1_0 = c1_0.mul(low).add(l1_0);
            ShortVector c1_1 = (ShortVector) w1_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
            h1_1 = c1_1.mul(high).add(h1_1);
            l1_1 = c1_1.mul(low).add(l1_1);
            high = LongVector.broadcast(QUADS, quads[k + 2]).reinterpretAsShorts();
            low = LongVector.broadcast(QUADS, quads[k + 3]).reinterpretAsShorts();
            ShortVector e0_0 = (ShortVector) w0_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
            h0_0 = e0_0.mul(high).add(h0_0);
            l0_0 = e0_0.mul(low).add(l0_0);
            ShortVector e0_1 = (ShortVector) w0_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
            h0_1 = e0_1.mul(high).add(h0_1);
            l0_1 = e0_1.mul(low).add(l0_1);
            ShortVector e1_0 = (ShortVector) w1_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
            h1_0 = e1_0.mul(high).add(h1_0);
            l1_0 = e1_0.mul(low).add(l1_0);
            ShortVector e1_1 = (ShortVector) w1_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
            h1_1 = e1_1.mul(high).add(h1_1);
            l1_1 = e1_1.mul(low).add(l1_1);
            if ((eight & lastOfGroup) == lastOfGroup) {
                FloatVector step = FloatVector.broadcast(FLOATS, steps[group]);
                IntVector hi0_0 = h0_0.reinterpretAsInts(), li0_0 = l0_0.reinterpretAsInts();
                IntVector hi0_1 = h0_1.reinterpretAsInts(), li0_1 = l0_1.reinterpretAsInts();
                IntVector hi1_0 = h1_0.reinterpretAsInts(), li1_0 = l1_0.reinterpretAsInts();
                IntVector hi1_1 = h1_1.reinterpretAsInts(), li1_1 = l1_1.reinterpretAsInts();
                LongVector q0_0 = hi0_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi0_0.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li0_0.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li0_0.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q0_1 = hi0_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi0_1.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li0_1.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li0_1.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q1_0 = hi1_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi1_0.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li1_0.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li1_0.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q1_1 = hi1_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi1_1.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li1_1.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li1_1.lanewise(ASHR, 16)).reinterpretAsLongs();
                IntVector i0 = q0_0.reinterpretAsInts().add(q0_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q0_1.reinterpretAsInts().add(q0_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
                ((FloatVector) i0.convertShape(I2F, FLOATS, 0)).mul(step).fma(FloatVector.fromMemorySegment(FLOATS, d, q + 0 * (long) L * Float.BYTES, LITTLE_ENDIAN), FloatVector.fromArray(FLOATS, y, to + 0 * L)).intoArray(y, to + 0 * L);
                IntVector i1 = q1_0.reinterpretAsInts().add(q1_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q1_1.reinterpretAsInts().add(q1_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
                ((FloatVector) i1.convertShape(I2F, FLOATS, 0)).mul(step).fma(FloatVector.fromMemorySegment(FLOATS, d, q + 1 * (long) L * Float.BYTES, LITTLE_ENDIAN), FloatVector.fromArray(FLOATS, y, to + 1 * L)).intoArray(y, to + 1 * L);
                h0_0 = none;
                h0_1 = none;
                l0_0 = none;
                l0_1 = none;
                h1_0 = none;
                h1_1 = none;
                l1_0 = none;
                l1_1 = none;
                group++;
                if (--left == 0) {
                    left = groups;
                    p += gap;
                    q += blockStep;
                }
            }
        }
    }

    private static void nestedScales(
            PackedMatrix m, int panel, int block, int blocks, byte[] table, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        MemorySegment w = m.data();
        long[] quads = x.quads();
        ByteVector values = ByteVector.fromArray(TABLE, table, 0);
        long p = m.codes(panel, block);
        int gap = m.blockBytes() - m.packing().block() * 8;
        int lastOfGroup = x.group() / 8 - 1;
        int groups = m.packing().block() / x.group();
        int group = x.groupsAt(row) + block * groups;
        int left = groups;
        int digits = x.digitsAt(row) + block * m.packing().block() / 2;
        float[] steps = x.steps();
        MemorySegment d = scales.data();
        long blockStep = scales.blockStep();
        long q = scales.at();
        float[] nested = scales.nested();
        int n = 0;
        ShortVector none = ShortVector.zero(WORDS);
        ShortVector h0_0 = none, h0_1 = none, l0_0 = none, l0_1 = none;
        ShortVector h1_0 = none, h1_1 = none, l1_0 = none, l1_1 = none;
        int end = blocks * m.packing().block() / 8;
        for (int eight = 0; eight < end; eight++, p += 64) {
            int k = digits + eight * 4;
            LongVector w0_0 = LongVector.fromMemorySegment(CODES, w, p + 32 * 0 + 16 * 0, LITTLE_ENDIAN);
            LongVector w0_1 = LongVector.fromMemorySegment(CODES, w, p + 32 * 0 + 16 * 1, LITTLE_ENDIAN);
            LongVector w1_0 = LongVector.fromMemorySegment(CODES, w, p + 32 * 1 + 16 * 0, LITTLE_ENDIAN);
            LongVector w1_1 = LongVector.fromMemorySegment(CODES, w, p + 32 * 1 + 16 * 1, LITTLE_ENDIAN);
            ShortVector high = LongVector.broadcast(QUADS, quads[k]).reinterpretAsShorts();
            ShortVector low = LongVector.broadcast(QUADS, quads[k + 1]).reinterpretAsShorts();
            ShortVector c0_0 = (ShortVector) w0_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
            h0_0 = c0_0.mul(high).add(h0_0);
            l0_0 = c0_0.mul(low).add(l0_0);
            ShortVector c0_1 = (ShortVector) w0_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
            h0_1 = c0_1.mul(high).add(h0_1);
            l0_1 = c0_1.mul(low).add(l0_1);
            ShortVector c1_0 = (ShortVector) w1_0.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
            h1_0 = c1_0.mul(high).add(h1_0);
            l1_0 = c1_0.mul(low).add(l1_0);
            ShortVector c1_1 = (ShortVector) w1_1.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
            h1_1 = c1_1.mul(high).add(h1_1);
            l1_1 = c1_1.mul(low).add(l1_1);
            high = LongVector.broadcast(QUADS, quads[k + 2]).reinterpretAsShorts();
            low = LongVector.broadcast(QUADS, quads[k + 3]).reinterpretAsShorts();
            ShortVector e0_0 = (ShortVector) w0_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
            h0_0 = e0_0.mul(high).add(h0_0);
            l0_0 = e0_0.mul(low).add(l0_0);
            ShortVector e0_1 = (ShortVector) w0_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
            h0_1 = e0_1.mul(high).add(h0_1);
            l0_1 = e0_1.mul(low).add(l0_1);
            ShortVector e1_0 = (ShortVector) w1_0.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
            h1_0 = e1_0.mul(high).add(h1_0);
            l1_0 = e1_0.mul(low).add(l1_0);
            ShortVector e1_1 = (ShortVector) w1_1.lanewise(LSHR, 4).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
            h1_1 = e1_1.mul(high).add(h1_1);
            l1_1 = e1_1.mul(low).add(l1_1);
            if ((eight & lastOfGroup) == lastOfGroup) {
                FloatVector step = FloatVector.broadcast(FLOATS, steps[group]);
                IntVector hi0_0 = h0_0.reinterpretAsInts(), li0_0 = l0_0.reinterpretAsInts();
                IntVector hi0_1 = h0_1.reinterpretAsInts(), li0_1 = l0_1.reinterpretAsInts();
                IntVector hi1_0 = h1_0.reinterpretAsInts(), li1_0 = l1_0.reinterpretAsInts();
                IntVector hi1_1 = h1_1.reinterpretAsInts(), li1_1 = l1_1.reinterpretAsInts();
                LongVector q0_0 = hi0_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi0_0.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li0_0.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li0_0.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q0_1 = hi0_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi0_1.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li0_1.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li0_1.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q1_0 = hi1_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi1_0.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li1_0.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li1_0.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q1_1 = hi1_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi1_1.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li1_1.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li1_1.lanewise(ASHR, 16)).reinterpretAsLongs();
                IntVector i0 = q0_0.reinterpretAsInts().add(q0_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q0_1.reinterpretAsInts().add(q0_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
                ((FloatVector) i0.convertShape(I2F, FLOATS, 0)).mul(step).fma(((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + 0 * (long) L * Byte.BYTES, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4 + 1])), FloatVector.fromArray(FLOATS, y, to + 0 * L)).intoArray(y, to + 0 * L);
                IntVector i1 = q1_0.reinterpretAsInts().add(q1_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q1_1.reinterpretAsInts().add(q1_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
                ((FloatVector) i1.convertShape(I2F, FLOATS, 0)).mul(step).fma(((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + 1 * (long) L * Byte.BYTES, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 1 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 1 / PARTS * 4 + 1])), FloatVector.fromArray(FLOATS, y, to + 1 * L)).intoArray(y, to + 1 * L);
                h0_0 = none;
                h0_1 = none;
                l0_0 = none;
                l0_1 = none;
                h1_0 = none;
                h1_1 = none;
                l1_0 = none;
                l1_1 = none;
                group++;
                if (--left == 0) {
                    left = groups;
                    p += gap;
                    q += blockStep;
                }
            }
        }
    }
}
