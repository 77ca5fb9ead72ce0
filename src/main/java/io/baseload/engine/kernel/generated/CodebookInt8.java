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
     * Adds the products of some blocks: one row of x times one vector of eight weight rows, to {@code y[to + lane]}.
     *
     * @param block the first block
     * @param table the values of the 16 codes
     * @param scales those of these blocks, as F32
     */
    public static void multiply(
            PackedMatrix m, int unit, int block, int blocks, byte[] table, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        MemorySegment w = m.data();
        long[] quads = x.quads();
        ByteVector values = ByteVector.fromArray(TABLE, table, 0);
        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Integer.BYTES;
        int length = x.group();
        int groups = m.packing().block() / length;
        int x0 = x.digitsAt(row + 0), s0 = x.groupsAt(row + 0);
        MemorySegment d = scales.data();
        long q = scales.at() + unit % PARTS * (long) L * Float.BYTES;
        ShortVector none = ShortVector.zero(WORDS);
        FloatVector t0 = FloatVector.fromArray(FLOATS, y, to + 0 * L);
        for (int b = block, group = block * groups; b < block + blocks; b++, q += scales.blockStep()) {
            long p = panel + (long) b * m.blockBytes();
            for (int end = group + groups; group < end; group++) {
                ShortVector h0_0 = none, h0_1 = none, l0_0 = none, l0_1 = none;
                int k = group * (length / 2);
                for (int eight = 0; eight < length / 8; eight++, p += 64, k += 4) {
                    IntVector w0 = IntVector.fromMemorySegment(QUARTER, w, p, LITTLE_ENDIAN);
                    IntVector w1 = IntVector.fromMemorySegment(QUARTER, w, p + 16, LITTLE_ENDIAN);
                    ShortVector c0 = (ShortVector) w0.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                    ShortVector c1 = (ShortVector) w1.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                    ShortVector u0_0 = LongVector.broadcast(QUADS, quads[x0 + k + 0]).reinterpretAsShorts();
                    ShortVector v0_0 = LongVector.broadcast(QUADS, quads[x0 + k + 1]).reinterpretAsShorts();
                    h0_0 = c0.mul(u0_0).add(h0_0);
                    h0_1 = c1.mul(u0_0).add(h0_1);
                    l0_0 = c0.mul(v0_0).add(l0_0);
                    l0_1 = c1.mul(v0_0).add(l0_1);
                    ShortVector c2 = (ShortVector) w0.lanewise(LSHR, 4).and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                    ShortVector c3 = (ShortVector) w1.lanewise(LSHR, 4).and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                    ShortVector u0_2 = LongVector.broadcast(QUADS, quads[x0 + k + 2]).reinterpretAsShorts();
                    ShortVector v0_2 = LongVector.broadcast(QUADS, quads[x0 + k + 3]).reinterpretAsShorts();
                    h0_0 = c2.mul(u0_2).add(h0_0);
                    h0_1 = c3.mul(u0_2).add(h0_1);
                    l0_0 = c2.mul(v0_2).add(l0_0);
                    l0_1 = c3.mul(v0_2).add(l0_1);
                }
                IntVector hi0_0 = h0_0.reinterpretAsInts(), li0_0 = l0_0.reinterpretAsInts();
                IntVector hi0_1 = h0_1.reinterpretAsInts(), li0_1 = l0_1.reinterpretAsInts();
                LongVector q0_0 = hi0_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi0_0.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li0_0.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li0_0.lanewise(ASHR, 16)).reinterpretAsLongs();
                LongVector q0_1 = hi0_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(hi0_1.lanewise(ASHR, 16)).lanewise(LSHL, 4).add(li0_1.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(li0_1.lanewise(ASHR, 16)).reinterpretAsLongs();
                IntVector i0 = q0_0.reinterpretAsInts().add(q0_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q0_1.reinterpretAsInts().add(q0_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
                t0 = ((FloatVector) i0.convertShape(I2F, FLOATS, 0)).mul(FloatVector.broadcast(FLOATS, x.steps()[s0 + group])).fma(FloatVector.fromMemorySegment(FLOATS, d, q, LITTLE_ENDIAN), t0);
            }
        }
        t0.intoArray(y, to + 0 * L);
    }
}
