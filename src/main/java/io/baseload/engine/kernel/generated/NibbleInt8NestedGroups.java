package io.baseload.engine.kernel.generated;

import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.baseload.engine.kernel.lanes.BlockScales;
import io.baseload.engine.kernel.lanes.Int8Rows;
import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * {@link NibbleInt8Nested} for groups of 32 columns and few streams: a group is written out in each turn of the loop, so that there is no branch in it. Written by
 * src/build/GenerateKernels.java.
 */
final class NibbleInt8NestedGroups {
    private NibbleInt8NestedGroups() {}

    static void groups4(
            PackedMatrix m, int panel, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y) {
        MemorySegment w = m.data();
        int[] digits = x.digits();
        int[] starts = x.starts();
        float[] steps = x.steps();
        int[] offsets = x.offsets();
        long p = m.codes(panel, block);
        long stride = m.panelBytes();
        long o0 = Lanes.offset(0, stride, 4);
        long o1 = Lanes.offset(1, stride, 4);
        long o2 = Lanes.offset(2, stride, 4);
        long o3 = Lanes.offset(3, stride, 4);
        MemorySegment d = scales.data();
        long panelStep = scales.panelStep();
        long blockStep = scales.blockStep();
        long q = scales.at();
        long q0 = Lanes.offset(0, panelStep, Byte.BYTES);
        long q1 = Lanes.offset(1, panelStep, Byte.BYTES);
        long q2 = Lanes.offset(2, panelStep, Byte.BYTES);
        long q3 = Lanes.offset(3, panelStep, Byte.BYTES);
        float[] nested = scales.nested();
        int n = 0;
        int gap = m.blockBytes() - m.packing().block() * 8;
        int groups = m.packing().block() / Int8Rows.GROUP;
        int left = groups;
        int x0 = x.digitsAt(row), g0 = x.groupsAt(row);
        int to0 = row * 4 * L;
        int end = (block + blocks) * groups;
        for (int group = block * groups; group < end; group++, p += 8 * Int8Rows.GROUP) {
            int k = group * (Int8Rows.GROUP / 2);
            ShortVector c0 = IntVector.broadcast(INTS, starts[g0 + group]).reinterpretAsShorts();
            ShortVector a0_0 = c0;
            ShortVector a0_1 = c0;
            ShortVector a0_2 = c0;
            ShortVector a0_3 = c0;
            IntVector w0_0 = IntVector.fromMemorySegment(INTS, w, p + 0 * 64L + o0, LITTLE_ENDIAN);
            IntVector w0_1 = IntVector.fromMemorySegment(INTS, w, p + 0 * 64L + o1, LITTLE_ENDIAN);
            IntVector w0_2 = IntVector.fromMemorySegment(INTS, w, p + 0 * 64L + o2, LITTLE_ENDIAN);
            IntVector w0_3 = IntVector.fromMemorySegment(INTS, w, p + 0 * 64L + o3, LITTLE_ENDIAN);
            for (int j = 0; j < 4; j++) {
                ShortVector d0 = IntVector.broadcast(INTS, digits[x0 + k + 0 * 4 + j]).reinterpretAsShorts();
                a0_0 = w0_0.reinterpretAsShorts().mul(d0).add(a0_0);
                a0_1 = w0_1.reinterpretAsShorts().mul(d0).add(a0_1);
                a0_2 = w0_2.reinterpretAsShorts().mul(d0).add(a0_2);
                a0_3 = w0_3.reinterpretAsShorts().mul(d0).add(a0_3);
                w0_0 = w0_0.lanewise(LSHR, 4);
                w0_1 = w0_1.lanewise(LSHR, 4);
                w0_2 = w0_2.lanewise(LSHR, 4);
                w0_3 = w0_3.lanewise(LSHR, 4);
            }
            IntVector w1_0 = IntVector.fromMemorySegment(INTS, w, p + 1 * 64L + o0, LITTLE_ENDIAN);
            IntVector w1_1 = IntVector.fromMemorySegment(INTS, w, p + 1 * 64L + o1, LITTLE_ENDIAN);
            IntVector w1_2 = IntVector.fromMemorySegment(INTS, w, p + 1 * 64L + o2, LITTLE_ENDIAN);
            IntVector w1_3 = IntVector.fromMemorySegment(INTS, w, p + 1 * 64L + o3, LITTLE_ENDIAN);
            for (int j = 0; j < 4; j++) {
                ShortVector d0 = IntVector.broadcast(INTS, digits[x0 + k + 1 * 4 + j]).reinterpretAsShorts();
                a0_0 = w1_0.reinterpretAsShorts().mul(d0).add(a0_0);
                a0_1 = w1_1.reinterpretAsShorts().mul(d0).add(a0_1);
                a0_2 = w1_2.reinterpretAsShorts().mul(d0).add(a0_2);
                a0_3 = w1_3.reinterpretAsShorts().mul(d0).add(a0_3);
                w1_0 = w1_0.lanewise(LSHR, 4);
                w1_1 = w1_1.lanewise(LSHR, 4);
                w1_2 = w1_2.lanewise(LSHR, 4);
                w1_3 = w1_3.lanewise(LSHR, 4);
            }
            IntVector w2_0 = IntVector.fromMemorySegment(INTS, w, p + 2 * 64L + o0, LITTLE_ENDIAN);
            IntVector w2_1 = IntVector.fromMemorySegment(INTS, w, p + 2 * 64L + o1, LITTLE_ENDIAN);
            IntVector w2_2 = IntVector.fromMemorySegment(INTS, w, p + 2 * 64L + o2, LITTLE_ENDIAN);
            IntVector w2_3 = IntVector.fromMemorySegment(INTS, w, p + 2 * 64L + o3, LITTLE_ENDIAN);
            for (int j = 0; j < 4; j++) {
                ShortVector d0 = IntVector.broadcast(INTS, digits[x0 + k + 2 * 4 + j]).reinterpretAsShorts();
                a0_0 = w2_0.reinterpretAsShorts().mul(d0).add(a0_0);
                a0_1 = w2_1.reinterpretAsShorts().mul(d0).add(a0_1);
                a0_2 = w2_2.reinterpretAsShorts().mul(d0).add(a0_2);
                a0_3 = w2_3.reinterpretAsShorts().mul(d0).add(a0_3);
                w2_0 = w2_0.lanewise(LSHR, 4);
                w2_1 = w2_1.lanewise(LSHR, 4);
                w2_2 = w2_2.lanewise(LSHR, 4);
                w2_3 = w2_3.lanewise(LSHR, 4);
            }
            IntVector w3_0 = IntVector.fromMemorySegment(INTS, w, p + 3 * 64L + o0, LITTLE_ENDIAN);
            IntVector w3_1 = IntVector.fromMemorySegment(INTS, w, p + 3 * 64L + o1, LITTLE_ENDIAN);
            IntVector w3_2 = IntVector.fromMemorySegment(INTS, w, p + 3 * 64L + o2, LITTLE_ENDIAN);
            IntVector w3_3 = IntVector.fromMemorySegment(INTS, w, p + 3 * 64L + o3, LITTLE_ENDIAN);
            for (int j = 0; j < 4; j++) {
                ShortVector d0 = IntVector.broadcast(INTS, digits[x0 + k + 3 * 4 + j]).reinterpretAsShorts();
                a0_0 = w3_0.reinterpretAsShorts().mul(d0).add(a0_0);
                a0_1 = w3_1.reinterpretAsShorts().mul(d0).add(a0_1);
                a0_2 = w3_2.reinterpretAsShorts().mul(d0).add(a0_2);
                a0_3 = w3_3.reinterpretAsShorts().mul(d0).add(a0_3);
                w3_0 = w3_0.lanewise(LSHR, 4);
                w3_1 = w3_1.lanewise(LSHR, 4);
                w3_2 = w3_2.lanewise(LSHR, 4);
                w3_3 = w3_3.lanewise(LSHR, 4);
            }
            FloatVector s0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4 + 1]));
            FloatVector s1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q1, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 1 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 1 / PARTS * 4 + 1]));
            FloatVector s2 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q2, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 2 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 2 / PARTS * 4 + 1]));
            FloatVector s3 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q3, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 3 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 3 / PARTS * 4 + 1]));
            FloatVector f0 = FloatVector.broadcast(FLOATS, steps[g0 + group]);
            IntVector e0 = IntVector.broadcast(INTS, offsets[g0 + group]);
            IntVector i0_0 = a0_0.reinterpretAsInts();
            ((FloatVector) i0_0.lanewise(LSHL, 16).add(i0_0).lanewise(ASHR, 16).add(e0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(s0, FloatVector.fromArray(FLOATS, y, to0 + 0 * L)).intoArray(y, to0 + 0 * L);
            IntVector i0_1 = a0_1.reinterpretAsInts();
            ((FloatVector) i0_1.lanewise(LSHL, 16).add(i0_1).lanewise(ASHR, 16).add(e0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(s1, FloatVector.fromArray(FLOATS, y, to0 + 1 * L)).intoArray(y, to0 + 1 * L);
            IntVector i0_2 = a0_2.reinterpretAsInts();
            ((FloatVector) i0_2.lanewise(LSHL, 16).add(i0_2).lanewise(ASHR, 16).add(e0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(s2, FloatVector.fromArray(FLOATS, y, to0 + 2 * L)).intoArray(y, to0 + 2 * L);
            IntVector i0_3 = a0_3.reinterpretAsInts();
            ((FloatVector) i0_3.lanewise(LSHL, 16).add(i0_3).lanewise(ASHR, 16).add(e0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(s3, FloatVector.fromArray(FLOATS, y, to0 + 3 * L)).intoArray(y, to0 + 3 * L);
            if (--left == 0) {
                left = groups;
                p += gap;
                q += blockStep;
            }
        }
    }

    static void groups2(
            PackedMatrix m, int panel, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y) {
        MemorySegment w = m.data();
        int[] digits = x.digits();
        int[] starts = x.starts();
        float[] steps = x.steps();
        int[] offsets = x.offsets();
        long p = m.codes(panel, block);
        long stride = m.panelBytes();
        long o0 = Lanes.offset(0, stride, 4);
        long o1 = Lanes.offset(1, stride, 4);
        MemorySegment d = scales.data();
        long panelStep = scales.panelStep();
        long blockStep = scales.blockStep();
        long q = scales.at();
        long q0 = Lanes.offset(0, panelStep, Byte.BYTES);
        long q1 = Lanes.offset(1, panelStep, Byte.BYTES);
        float[] nested = scales.nested();
        int n = 0;
        int gap = m.blockBytes() - m.packing().block() * 8;
        int groups = m.packing().block() / Int8Rows.GROUP;
        int left = groups;
        int x0 = x.digitsAt(row), g0 = x.groupsAt(row);
        int to0 = row * 2 * L;
        int end = (block + blocks) * groups;
        for (int group = block * groups; group < end; group++, p += 8 * Int8Rows.GROUP) {
            int k = group * (Int8Rows.GROUP / 2);
            ShortVector c0 = IntVector.broadcast(INTS, starts[g0 + group]).reinterpretAsShorts();
            ShortVector a0_0 = c0;
            ShortVector a0_1 = c0;
            IntVector w0_0 = IntVector.fromMemorySegment(INTS, w, p + 0 * 64L + o0, LITTLE_ENDIAN);
            IntVector w0_1 = IntVector.fromMemorySegment(INTS, w, p + 0 * 64L + o1, LITTLE_ENDIAN);
            for (int j = 0; j < 4; j++) {
                ShortVector d0 = IntVector.broadcast(INTS, digits[x0 + k + 0 * 4 + j]).reinterpretAsShorts();
                a0_0 = w0_0.reinterpretAsShorts().mul(d0).add(a0_0);
                a0_1 = w0_1.reinterpretAsShorts().mul(d0).add(a0_1);
                w0_0 = w0_0.lanewise(LSHR, 4);
                w0_1 = w0_1.lanewise(LSHR, 4);
            }
            IntVector w1_0 = IntVector.fromMemorySegment(INTS, w, p + 1 * 64L + o0, LITTLE_ENDIAN);
            IntVector w1_1 = IntVector.fromMemorySegment(INTS, w, p + 1 * 64L + o1, LITTLE_ENDIAN);
            for (int j = 0; j < 4; j++) {
                ShortVector d0 = IntVector.broadcast(INTS, digits[x0 + k + 1 * 4 + j]).reinterpretAsShorts();
                a0_0 = w1_0.reinterpretAsShorts().mul(d0).add(a0_0);
                a0_1 = w1_1.reinterpretAsShorts().mul(d0).add(a0_1);
                w1_0 = w1_0.lanewise(LSHR, 4);
                w1_1 = w1_1.lanewise(LSHR, 4);
            }
            IntVector w2_0 = IntVector.fromMemorySegment(INTS, w, p + 2 * 64L + o0, LITTLE_ENDIAN);
            IntVector w2_1 = IntVector.fromMemorySegment(INTS, w, p + 2 * 64L + o1, LITTLE_ENDIAN);
            for (int j = 0; j < 4; j++) {
                ShortVector d0 = IntVector.broadcast(INTS, digits[x0 + k + 2 * 4 + j]).reinterpretAsShorts();
                a0_0 = w2_0.reinterpretAsShorts().mul(d0).add(a0_0);
                a0_1 = w2_1.reinterpretAsShorts().mul(d0).add(a0_1);
                w2_0 = w2_0.lanewise(LSHR, 4);
                w2_1 = w2_1.lanewise(LSHR, 4);
            }
            IntVector w3_0 = IntVector.fromMemorySegment(INTS, w, p + 3 * 64L + o0, LITTLE_ENDIAN);
            IntVector w3_1 = IntVector.fromMemorySegment(INTS, w, p + 3 * 64L + o1, LITTLE_ENDIAN);
            for (int j = 0; j < 4; j++) {
                ShortVector d0 = IntVector.broadcast(INTS, digits[x0 + k + 3 * 4 + j]).reinterpretAsShorts();
                a0_0 = w3_0.reinterpretAsShorts().mul(d0).add(a0_0);
                a0_1 = w3_1.reinterpretAsShorts().mul(d0).add(a0_1);
                w3_0 = w3_0.lanewise(LSHR, 4);
                w3_1 = w3_1.lanewise(LSHR, 4);
            }
            FloatVector s0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4 + 1]));
            FloatVector s1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q1, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 1 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 1 / PARTS * 4 + 1]));
            FloatVector f0 = FloatVector.broadcast(FLOATS, steps[g0 + group]);
            IntVector e0 = IntVector.broadcast(INTS, offsets[g0 + group]);
            IntVector i0_0 = a0_0.reinterpretAsInts();
            ((FloatVector) i0_0.lanewise(LSHL, 16).add(i0_0).lanewise(ASHR, 16).add(e0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(s0, FloatVector.fromArray(FLOATS, y, to0 + 0 * L)).intoArray(y, to0 + 0 * L);
            IntVector i0_1 = a0_1.reinterpretAsInts();
            ((FloatVector) i0_1.lanewise(LSHL, 16).add(i0_1).lanewise(ASHR, 16).add(e0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(s1, FloatVector.fromArray(FLOATS, y, to0 + 1 * L)).intoArray(y, to0 + 1 * L);
            if (--left == 0) {
                left = groups;
                p += gap;
                q += blockStep;
            }
        }
    }
}
