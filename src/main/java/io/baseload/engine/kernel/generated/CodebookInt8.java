package io.baseload.engine.kernel.generated;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.kernel.lanes.Lanes.WORDS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2S;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.baseload.engine.kernel.lanes.Int8Rows;
import io.baseload.engine.kernel.lanes.ScaleVectors;
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
 * 4-bit codes of a table times 8-bit activations, for vectors of 256 bits, which don't hold a table of 16 floats. A shuffle of 128 bits looks 16 codes up at once, as
 * bytes. The product of two bytes leaves no room for a sum in 16 bits, so x comes in two digits, x = 16·high + low. Written by src/build/GenerateKernels.java.
 */
public final class CodebookInt8 {
    private static final VectorSpecies<Integer> QUARTER = IntVector.SPECIES_128;
    private static final VectorSpecies<Byte> TABLE = ByteVector.SPECIES_128;
    private static final VectorSpecies<Long> QUADS = LongVector.SPECIES_256;

    /** From the order in which the sums of eight rows come out, 0 4 1 5 2 6 3 7. */
    private static final VectorShuffle<Integer> IN_ORDER = VectorShuffle.fromValues(INTS, L == 8 ? new int[] {0, 2, 4, 6, 1, 3, 5, 7} : new int[L]);

    private CodebookInt8() {}

    /**
     * Some rows of x, from {@code row} on, times one vector of eight weight rows: {@code y[row · L + lane]}.
     *
     * @param table the values of the 16 codes
     * @param rows 1, 2 or 4
     * @param scales room for those of a block
     */
    public static void multiply(
            PackedMatrix m, int unit, byte[] table, Int8Rows x, int row, int rows, float[] scales, float[] y) {
        switch (rows) {
            case 1 -> rows1(m, unit, table, x, row, scales, y);
            case 2 -> rows2(m, unit, table, x, row, scales, y);
            case 4 -> rows4(m, unit, table, x, row, scales, y);
            default -> throw new IllegalArgumentException(rows + " rows");
        }
    }

    private static void rows1(PackedMatrix m, int unit, byte[] table, Int8Rows x, int row, float[] scales, float[] y) {
        MemorySegment w = m.data();
        long[] quads = x.quads();
        ByteVector values = ByteVector.fromArray(TABLE, table, 0);
        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Integer.BYTES;
        int length = x.group();
        int groups = m.packing().block() / length;
        int x0 = x.digitsAt(row + 0), s0 = x.groupsAt(row + 0);
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector t0 = zero;
        for (int b = 0, group = 0; b < m.blocks(); b++) {
            long p = panel + (long) b * m.blockBytes();
            ScaleVectors.scales(m, unit, 1, b, scales);
            for (int end = group + groups; group < end; group++) {
                ShortVector h0_0 = ShortVector.zero(WORDS), h0_1 = h0_0, l0_0 = h0_0, l0_1 = h0_0;
                int k = group * (length / 2);
                for (int eight = 0; eight < length / 8; eight++, p += 64, k += 4) {
                    IntVector w0 = IntVector.fromMemorySegment(QUARTER, w, p, LITTLE_ENDIAN);
                    IntVector w1 = IntVector.fromMemorySegment(QUARTER, w, p + 16, LITTLE_ENDIAN);
                    ShortVector c0 = (ShortVector) w0.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                    ShortVector c1 = (ShortVector) w1.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                    ShortVector u0, v0;
                    u0 = LongVector.broadcast(QUADS, quads[x0 + k + 0]).reinterpretAsShorts();
                    v0 = LongVector.broadcast(QUADS, quads[x0 + k + 1]).reinterpretAsShorts();
                    h0_0 = c0.mul(u0).add(h0_0);
                    h0_1 = c1.mul(u0).add(h0_1);
                    l0_0 = c0.mul(v0).add(l0_0);
                    l0_1 = c1.mul(v0).add(l0_1);
                    c0 = (ShortVector) w0.lanewise(LSHR, 4).and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                    c1 = (ShortVector) w1.lanewise(LSHR, 4).and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                    u0 = LongVector.broadcast(QUADS, quads[x0 + k + 2]).reinterpretAsShorts();
                    v0 = LongVector.broadcast(QUADS, quads[x0 + k + 3]).reinterpretAsShorts();
                    h0_0 = c0.mul(u0).add(h0_0);
                    h0_1 = c1.mul(u0).add(h0_1);
                    l0_0 = c0.mul(v0).add(l0_0);
                    l0_1 = c1.mul(v0).add(l0_1);
                }
                IntVector hi0_0 = h0_0.reinterpretAsInts(), li0_0 = l0_0.reinterpretAsInts();
                IntVector hi0_1 = h0_1.reinterpretAsInts(), li0_1 = l0_1.reinterpretAsInts();
                LongVector q0_0 = hi0_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi0_0.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li0_0.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li0_0.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q0_1 = hi0_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi0_1.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li0_1.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li0_1.lanewise(ASHR, 16)).reinterpretAsLongs();
                IntVector i0 = q0_0.reinterpretAsInts().add(q0_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q0_1.reinterpretAsInts().add(q0_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
                t0 = ((FloatVector) i0.convertShape(I2F, FLOATS, 0)).mul(FloatVector.broadcast(FLOATS, x.steps()[s0 + group])).fma(FloatVector.fromArray(FLOATS, scales, 0), t0);
            }
        }
        t0.intoArray(y, 0 * L);
    }

    private static void rows2(PackedMatrix m, int unit, byte[] table, Int8Rows x, int row, float[] scales, float[] y) {
        MemorySegment w = m.data();
        long[] quads = x.quads();
        ByteVector values = ByteVector.fromArray(TABLE, table, 0);
        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Integer.BYTES;
        int length = x.group();
        int groups = m.packing().block() / length;
        int x0 = x.digitsAt(row + 0), s0 = x.groupsAt(row + 0);
        int x1 = x.digitsAt(row + 1), s1 = x.groupsAt(row + 1);
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector t0 = zero;
        FloatVector t1 = zero;
        for (int b = 0, group = 0; b < m.blocks(); b++) {
            long p = panel + (long) b * m.blockBytes();
            ScaleVectors.scales(m, unit, 1, b, scales);
            for (int end = group + groups; group < end; group++) {
                ShortVector h0_0 = ShortVector.zero(WORDS), h0_1 = h0_0, l0_0 = h0_0, l0_1 = h0_0;
                ShortVector h1_0 = ShortVector.zero(WORDS), h1_1 = h1_0, l1_0 = h1_0, l1_1 = h1_0;
                int k = group * (length / 2);
                for (int eight = 0; eight < length / 8; eight++, p += 64, k += 4) {
                    IntVector w0 = IntVector.fromMemorySegment(QUARTER, w, p, LITTLE_ENDIAN);
                    IntVector w1 = IntVector.fromMemorySegment(QUARTER, w, p + 16, LITTLE_ENDIAN);
                    ShortVector c0 = (ShortVector) w0.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                    ShortVector c1 = (ShortVector) w1.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                    ShortVector u0, v0;
                    ShortVector u1, v1;
                    u0 = LongVector.broadcast(QUADS, quads[x0 + k + 0]).reinterpretAsShorts();
                    v0 = LongVector.broadcast(QUADS, quads[x0 + k + 1]).reinterpretAsShorts();
                    h0_0 = c0.mul(u0).add(h0_0);
                    h0_1 = c1.mul(u0).add(h0_1);
                    l0_0 = c0.mul(v0).add(l0_0);
                    l0_1 = c1.mul(v0).add(l0_1);
                    u1 = LongVector.broadcast(QUADS, quads[x1 + k + 0]).reinterpretAsShorts();
                    v1 = LongVector.broadcast(QUADS, quads[x1 + k + 1]).reinterpretAsShorts();
                    h1_0 = c0.mul(u1).add(h1_0);
                    h1_1 = c1.mul(u1).add(h1_1);
                    l1_0 = c0.mul(v1).add(l1_0);
                    l1_1 = c1.mul(v1).add(l1_1);
                    c0 = (ShortVector) w0.lanewise(LSHR, 4).and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                    c1 = (ShortVector) w1.lanewise(LSHR, 4).and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                    u0 = LongVector.broadcast(QUADS, quads[x0 + k + 2]).reinterpretAsShorts();
                    v0 = LongVector.broadcast(QUADS, quads[x0 + k + 3]).reinterpretAsShorts();
                    h0_0 = c0.mul(u0).add(h0_0);
                    h0_1 = c1.mul(u0).add(h0_1);
                    l0_0 = c0.mul(v0).add(l0_0);
                    l0_1 = c1.mul(v0).add(l0_1);
                    u1 = LongVector.broadcast(QUADS, quads[x1 + k + 2]).reinterpretAsShorts();
                    v1 = LongVector.broadcast(QUADS, quads[x1 + k + 3]).reinterpretAsShorts();
                    h1_0 = c0.mul(u1).add(h1_0);
                    h1_1 = c1.mul(u1).add(h1_1);
                    l1_0 = c0.mul(v1).add(l1_0);
                    l1_1 = c1.mul(v1).add(l1_1);
                }
                IntVector hi0_0 = h0_0.reinterpretAsInts(), li0_0 = l0_0.reinterpretAsInts();
                IntVector hi0_1 = h0_1.reinterpretAsInts(), li0_1 = l0_1.reinterpretAsInts();
                IntVector hi1_0 = h1_0.reinterpretAsInts(), li1_0 = l1_0.reinterpretAsInts();
                IntVector hi1_1 = h1_1.reinterpretAsInts(), li1_1 = l1_1.reinterpretAsInts();
                LongVector q0_0 = hi0_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi0_0.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li0_0.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li0_0.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q0_1 = hi0_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi0_1.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li0_1.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li0_1.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q1_0 = hi1_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi1_0.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li1_0.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li1_0.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q1_1 = hi1_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi1_1.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li1_1.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li1_1.lanewise(ASHR, 16)).reinterpretAsLongs();
                IntVector i0 = q0_0.reinterpretAsInts().add(q0_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q0_1.reinterpretAsInts().add(q0_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
                t0 = ((FloatVector) i0.convertShape(I2F, FLOATS, 0)).mul(FloatVector.broadcast(FLOATS, x.steps()[s0 + group])).fma(FloatVector.fromArray(FLOATS, scales, 0), t0);
                IntVector i1 = q1_0.reinterpretAsInts().add(q1_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q1_1.reinterpretAsInts().add(q1_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
                t1 = ((FloatVector) i1.convertShape(I2F, FLOATS, 0)).mul(FloatVector.broadcast(FLOATS, x.steps()[s1 + group])).fma(FloatVector.fromArray(FLOATS, scales, 0), t1);
            }
        }
        t0.intoArray(y, 0 * L);
        t1.intoArray(y, 1 * L);
    }

    private static void rows4(PackedMatrix m, int unit, byte[] table, Int8Rows x, int row, float[] scales, float[] y) {
        MemorySegment w = m.data();
        long[] quads = x.quads();
        ByteVector values = ByteVector.fromArray(TABLE, table, 0);
        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Integer.BYTES;
        int length = x.group();
        int groups = m.packing().block() / length;
        int x0 = x.digitsAt(row + 0), s0 = x.groupsAt(row + 0);
        int x1 = x.digitsAt(row + 1), s1 = x.groupsAt(row + 1);
        int x2 = x.digitsAt(row + 2), s2 = x.groupsAt(row + 2);
        int x3 = x.digitsAt(row + 3), s3 = x.groupsAt(row + 3);
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector t0 = zero;
        FloatVector t1 = zero;
        FloatVector t2 = zero;
        FloatVector t3 = zero;
        for (int b = 0, group = 0; b < m.blocks(); b++) {
            long p = panel + (long) b * m.blockBytes();
            ScaleVectors.scales(m, unit, 1, b, scales);
            for (int end = group + groups; group < end; group++) {
                ShortVector h0_0 = ShortVector.zero(WORDS), h0_1 = h0_0, l0_0 = h0_0, l0_1 = h0_0;
                ShortVector h1_0 = ShortVector.zero(WORDS), h1_1 = h1_0, l1_0 = h1_0, l1_1 = h1_0;
                ShortVector h2_0 = ShortVector.zero(WORDS), h2_1 = h2_0, l2_0 = h2_0, l2_1 = h2_0;
                ShortVector h3_0 = ShortVector.zero(WORDS), h3_1 = h3_0, l3_0 = h3_0, l3_1 = h3_0;
                int k = group * (length / 2);
                for (int eight = 0; eight < length / 8; eight++, p += 64, k += 4) {
                    IntVector w0 = IntVector.fromMemorySegment(QUARTER, w, p, LITTLE_ENDIAN);
                    IntVector w1 = IntVector.fromMemorySegment(QUARTER, w, p + 16, LITTLE_ENDIAN);
                    ShortVector c0 = (ShortVector) w0.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                    ShortVector c1 = (ShortVector) w1.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                    ShortVector u0, v0;
                    ShortVector u1, v1;
                    ShortVector u2, v2;
                    ShortVector u3, v3;
                    u0 = LongVector.broadcast(QUADS, quads[x0 + k + 0]).reinterpretAsShorts();
                    v0 = LongVector.broadcast(QUADS, quads[x0 + k + 1]).reinterpretAsShorts();
                    h0_0 = c0.mul(u0).add(h0_0);
                    h0_1 = c1.mul(u0).add(h0_1);
                    l0_0 = c0.mul(v0).add(l0_0);
                    l0_1 = c1.mul(v0).add(l0_1);
                    u1 = LongVector.broadcast(QUADS, quads[x1 + k + 0]).reinterpretAsShorts();
                    v1 = LongVector.broadcast(QUADS, quads[x1 + k + 1]).reinterpretAsShorts();
                    h1_0 = c0.mul(u1).add(h1_0);
                    h1_1 = c1.mul(u1).add(h1_1);
                    l1_0 = c0.mul(v1).add(l1_0);
                    l1_1 = c1.mul(v1).add(l1_1);
                    u2 = LongVector.broadcast(QUADS, quads[x2 + k + 0]).reinterpretAsShorts();
                    v2 = LongVector.broadcast(QUADS, quads[x2 + k + 1]).reinterpretAsShorts();
                    h2_0 = c0.mul(u2).add(h2_0);
                    h2_1 = c1.mul(u2).add(h2_1);
                    l2_0 = c0.mul(v2).add(l2_0);
                    l2_1 = c1.mul(v2).add(l2_1);
                    u3 = LongVector.broadcast(QUADS, quads[x3 + k + 0]).reinterpretAsShorts();
                    v3 = LongVector.broadcast(QUADS, quads[x3 + k + 1]).reinterpretAsShorts();
                    h3_0 = c0.mul(u3).add(h3_0);
                    h3_1 = c1.mul(u3).add(h3_1);
                    l3_0 = c0.mul(v3).add(l3_0);
                    l3_1 = c1.mul(v3).add(l3_1);
                    c0 = (ShortVector) w0.lanewise(LSHR, 4).and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                    c1 = (ShortVector) w1.lanewise(LSHR, 4).and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                    u0 = LongVector.broadcast(QUADS, quads[x0 + k + 2]).reinterpretAsShorts();
                    v0 = LongVector.broadcast(QUADS, quads[x0 + k + 3]).reinterpretAsShorts();
                    h0_0 = c0.mul(u0).add(h0_0);
                    h0_1 = c1.mul(u0).add(h0_1);
                    l0_0 = c0.mul(v0).add(l0_0);
                    l0_1 = c1.mul(v0).add(l0_1);
                    u1 = LongVector.broadcast(QUADS, quads[x1 + k + 2]).reinterpretAsShorts();
                    v1 = LongVector.broadcast(QUADS, quads[x1 + k + 3]).reinterpretAsShorts();
                    h1_0 = c0.mul(u1).add(h1_0);
                    h1_1 = c1.mul(u1).add(h1_1);
                    l1_0 = c0.mul(v1).add(l1_0);
                    l1_1 = c1.mul(v1).add(l1_1);
                    u2 = LongVector.broadcast(QUADS, quads[x2 + k + 2]).reinterpretAsShorts();
                    v2 = LongVector.broadcast(QUADS, quads[x2 + k + 3]).reinterpretAsShorts();
                    h2_0 = c0.mul(u2).add(h2_0);
                    h2_1 = c1.mul(u2).add(h2_1);
                    l2_0 = c0.mul(v2).add(l2_0);
                    l2_1 = c1.mul(v2).add(l2_1);
                    u3 = LongVector.broadcast(QUADS, quads[x3 + k + 2]).reinterpretAsShorts();
                    v3 = LongVector.broadcast(QUADS, quads[x3 + k + 3]).reinterpretAsShorts();
                    h3_0 = c0.mul(u3).add(h3_0);
                    h3_1 = c1.mul(u3).add(h3_1);
                    l3_0 = c0.mul(v3).add(l3_0);
                    l3_1 = c1.mul(v3).add(l3_1);
                }
                IntVector hi0_0 = h0_0.reinterpretAsInts(), li0_0 = l0_0.reinterpretAsInts();
                IntVector hi0_1 = h0_1.reinterpretAsInts(), li0_1 = l0_1.reinterpretAsInts();
                IntVector hi1_0 = h1_0.reinterpretAsInts(), li1_0 = l1_0.reinterpretAsInts();
                IntVector hi1_1 = h1_1.reinterpretAsInts(), li1_1 = l1_1.reinterpretAsInts();
                IntVector hi2_0 = h2_0.reinterpretAsInts(), li2_0 = l2_0.reinterpretAsInts();
                IntVector hi2_1 = h2_1.reinterpretAsInts(), li2_1 = l2_1.reinterpretAsInts();
                IntVector hi3_0 = h3_0.reinterpretAsInts(), li3_0 = l3_0.reinterpretAsInts();
                IntVector hi3_1 = h3_1.reinterpretAsInts(), li3_1 = l3_1.reinterpretAsInts();
                LongVector q0_0 = hi0_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi0_0.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li0_0.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li0_0.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q0_1 = hi0_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi0_1.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li0_1.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li0_1.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q1_0 = hi1_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi1_0.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li1_0.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li1_0.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q1_1 = hi1_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi1_1.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li1_1.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li1_1.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q2_0 = hi2_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi2_0.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li2_0.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li2_0.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q2_1 = hi2_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi2_1.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li2_1.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li2_1.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q3_0 = hi3_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi3_0.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li3_0.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li3_0.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q3_1 = hi3_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi3_1.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li3_1.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li3_1.lanewise(ASHR, 16)).reinterpretAsLongs();
                IntVector i0 = q0_0.reinterpretAsInts().add(q0_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q0_1.reinterpretAsInts().add(q0_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
                t0 = ((FloatVector) i0.convertShape(I2F, FLOATS, 0)).mul(FloatVector.broadcast(FLOATS, x.steps()[s0 + group])).fma(FloatVector.fromArray(FLOATS, scales, 0), t0);
                IntVector i1 = q1_0.reinterpretAsInts().add(q1_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q1_1.reinterpretAsInts().add(q1_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
                t1 = ((FloatVector) i1.convertShape(I2F, FLOATS, 0)).mul(FloatVector.broadcast(FLOATS, x.steps()[s1 + group])).fma(FloatVector.fromArray(FLOATS, scales, 0), t1);
                IntVector i2 = q2_0.reinterpretAsInts().add(q2_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q2_1.reinterpretAsInts().add(q2_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
                t2 = ((FloatVector) i2.convertShape(I2F, FLOATS, 0)).mul(FloatVector.broadcast(FLOATS, x.steps()[s2 + group])).fma(FloatVector.fromArray(FLOATS, scales, 0), t2);
                IntVector i3 = q3_0.reinterpretAsInts().add(q3_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q3_1.reinterpretAsInts().add(q3_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
                t3 = ((FloatVector) i3.convertShape(I2F, FLOATS, 0)).mul(FloatVector.broadcast(FLOATS, x.steps()[s3 + group])).fma(FloatVector.fromArray(FLOATS, scales, 0), t3);
            }
        }
        t0.intoArray(y, 0 * L);
        t1.intoArray(y, 1 * L);
        t2.intoArray(y, 2 * L);
        t3.intoArray(y, 3 * L);
    }
}
