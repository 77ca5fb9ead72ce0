package io.baseload.engine.kernel.generated;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.kernel.lanes.Lanes.SHORTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2I;

import io.baseload.engine.kernel.lanes.BlockScales;
import io.baseload.engine.kernel.lanes.Int8Rows;
import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * {@link NibbleInt8Half} for two rows and four vectors of weights: each vector is loaded and shifted once for both rows, which takes as many instructions as their products. As many sums as
 * eight streams of one row have, so it needs as many registers. Written by src/build/GenerateKernels.java.
 */
public final class NibbleInt8HalfPairs {
    private NibbleInt8HalfPairs() {}

    /**
     * Adds the products of some blocks: the rows {@code row} and {@code row + 1} of x times four vectors of weight rows, to
     * {@code y[(row · streams + stream) · L + lane]}.
     *
     * @param streams vectors of weight rows from the beginning of {@code panel} on, for which y has sums
     * @param first the first of the four
     * @param block the first block
     * @param scales those of these blocks, from {@code panel} on
     */
    public static void multiply(
            PackedMatrix m, int panel, int streams, int first, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y) {
        MemorySegment w = m.data();
        int[] digits = x.digits();
        int[] starts = x.starts();
        float[] steps = x.steps();
        int[] offsets = x.offsets();
        long p = m.codes(panel + first / PARTS, block);
        long stride = m.panelBytes();
        long o0 = Lanes.offset(0, stride, 4);
        long o1 = Lanes.offset(1, stride, 4);
        long o2 = Lanes.offset(2, stride, 4);
        long o3 = Lanes.offset(3, stride, 4);
        MemorySegment d = scales.data();
        long panelStep = scales.panelStep();
        long blockStep = scales.blockStep();
        long q = scales.at() + first / PARTS * panelStep;
        long q0 = Lanes.offset(0, panelStep, Short.BYTES);
        long q1 = Lanes.offset(1, panelStep, Short.BYTES);
        long q2 = Lanes.offset(2, panelStep, Short.BYTES);
        long q3 = Lanes.offset(3, panelStep, Short.BYTES);
        int gap = m.blockBytes() - m.packing().block() * 8;
        int lastOfGroup = x.group() / 8 - 1;
        int groups = m.packing().block() / x.group();
        int group = block * groups;
        int left = groups;
        int x0 = x.digitsAt(row), g0 = x.groupsAt(row);
        int to0 = (row * streams + first) * L;
        int x1 = x.digitsAt(row + 1), g1 = x.groupsAt(row + 1);
        int to1 = ((row + 1) * streams + first) * L;
        ShortVector c0 = IntVector.broadcast(INTS, starts[g0 + group]).reinterpretAsShorts();
        ShortVector c1 = IntVector.broadcast(INTS, starts[g1 + group]).reinterpretAsShorts();
        ShortVector a0_0 = c0;
        ShortVector a0_1 = c0;
        ShortVector a0_2 = c0;
        ShortVector a0_3 = c0;
        ShortVector a1_0 = c1;
        ShortVector a1_1 = c1;
        ShortVector a1_2 = c1;
        ShortVector a1_3 = c1;
        int end = blocks * m.packing().block() / 8;
        for (int eight = 0; eight < end; eight++, p += 64) {
            int k = (block * m.packing().block() / 8 + eight) * 4;
            IntVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN);
            IntVector w1 = IntVector.fromMemorySegment(INTS, w, p + o1, LITTLE_ENDIAN);
            IntVector w2 = IntVector.fromMemorySegment(INTS, w, p + o2, LITTLE_ENDIAN);
            IntVector w3 = IntVector.fromMemorySegment(INTS, w, p + o3, LITTLE_ENDIAN);
            for (int j = 0; j < 4; j++) {
                ShortVector d0 = IntVector.broadcast(INTS, digits[x0 + k + j]).reinterpretAsShorts();
                ShortVector d1 = IntVector.broadcast(INTS, digits[x1 + k + j]).reinterpretAsShorts();
                a0_0 = w0.reinterpretAsShorts().mul(d0).add(a0_0);
                a0_1 = w1.reinterpretAsShorts().mul(d0).add(a0_1);
                a0_2 = w2.reinterpretAsShorts().mul(d0).add(a0_2);
                a0_3 = w3.reinterpretAsShorts().mul(d0).add(a0_3);
                a1_0 = w0.reinterpretAsShorts().mul(d1).add(a1_0);
                a1_1 = w1.reinterpretAsShorts().mul(d1).add(a1_1);
                a1_2 = w2.reinterpretAsShorts().mul(d1).add(a1_2);
                a1_3 = w3.reinterpretAsShorts().mul(d1).add(a1_3);
                w0 = w0.lanewise(LSHR, 4);
                w1 = w1.lanewise(LSHR, 4);
                w2 = w2.lanewise(LSHR, 4);
                w3 = w3.lanewise(LSHR, 4);
            }
            if ((eight & lastOfGroup) == lastOfGroup) {
                FloatVector s0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, d, q + q0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
                FloatVector s1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, d, q + q1, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
                FloatVector s2 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, d, q + q2, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
                FloatVector s3 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, d, q + q3, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
                FloatVector f0 = FloatVector.broadcast(FLOATS, steps[g0 + group]);
                IntVector e0 = IntVector.broadcast(INTS, offsets[g0 + group]);
                FloatVector f1 = FloatVector.broadcast(FLOATS, steps[g1 + group]);
                IntVector e1 = IntVector.broadcast(INTS, offsets[g1 + group]);
                IntVector i0_0 = a0_0.reinterpretAsInts();
                ((FloatVector) i0_0.lanewise(LSHL, 16).add(i0_0).lanewise(ASHR, 16).add(e0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(s0, FloatVector.fromArray(FLOATS, y, to0 + 0 * L)).intoArray(y, to0 + 0 * L);
                IntVector i0_1 = a0_1.reinterpretAsInts();
                ((FloatVector) i0_1.lanewise(LSHL, 16).add(i0_1).lanewise(ASHR, 16).add(e0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(s1, FloatVector.fromArray(FLOATS, y, to0 + 1 * L)).intoArray(y, to0 + 1 * L);
                IntVector i0_2 = a0_2.reinterpretAsInts();
                ((FloatVector) i0_2.lanewise(LSHL, 16).add(i0_2).lanewise(ASHR, 16).add(e0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(s2, FloatVector.fromArray(FLOATS, y, to0 + 2 * L)).intoArray(y, to0 + 2 * L);
                IntVector i0_3 = a0_3.reinterpretAsInts();
                ((FloatVector) i0_3.lanewise(LSHL, 16).add(i0_3).lanewise(ASHR, 16).add(e0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(s3, FloatVector.fromArray(FLOATS, y, to0 + 3 * L)).intoArray(y, to0 + 3 * L);
                IntVector i1_0 = a1_0.reinterpretAsInts();
                ((FloatVector) i1_0.lanewise(LSHL, 16).add(i1_0).lanewise(ASHR, 16).add(e1).convertShape(I2F, FLOATS, 0)).mul(f1).fma(s0, FloatVector.fromArray(FLOATS, y, to1 + 0 * L)).intoArray(y, to1 + 0 * L);
                IntVector i1_1 = a1_1.reinterpretAsInts();
                ((FloatVector) i1_1.lanewise(LSHL, 16).add(i1_1).lanewise(ASHR, 16).add(e1).convertShape(I2F, FLOATS, 0)).mul(f1).fma(s1, FloatVector.fromArray(FLOATS, y, to1 + 1 * L)).intoArray(y, to1 + 1 * L);
                IntVector i1_2 = a1_2.reinterpretAsInts();
                ((FloatVector) i1_2.lanewise(LSHL, 16).add(i1_2).lanewise(ASHR, 16).add(e1).convertShape(I2F, FLOATS, 0)).mul(f1).fma(s2, FloatVector.fromArray(FLOATS, y, to1 + 2 * L)).intoArray(y, to1 + 2 * L);
                IntVector i1_3 = a1_3.reinterpretAsInts();
                ((FloatVector) i1_3.lanewise(LSHL, 16).add(i1_3).lanewise(ASHR, 16).add(e1).convertShape(I2F, FLOATS, 0)).mul(f1).fma(s3, FloatVector.fromArray(FLOATS, y, to1 + 3 * L)).intoArray(y, to1 + 3 * L);
                group++;
                c0 = IntVector.broadcast(INTS, starts[g0 + group]).reinterpretAsShorts();
                c1 = IntVector.broadcast(INTS, starts[g1 + group]).reinterpretAsShorts();
                a0_0 = c0;
                a0_1 = c0;
                a0_2 = c0;
                a0_3 = c0;
                a1_0 = c1;
                a1_1 = c1;
                a1_2 = c1;
                a1_3 = c1;
                if (--left == 0) {
                    left = groups;
                    p += gap;
                    q += blockStep;
                }
            }
        }
    }
}
