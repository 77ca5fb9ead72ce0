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
 * 4-bit integers times 8-bit activations, in 16-bit lanes, one row, with scales of 8 bits, 16 blocks of which share an F32 scale and an F32 offset; {@link Int8Rows} says why no nibble is masked. Written by src/build/GenerateKernels.java.
 *
 * <p>One loop runs over all columns, eight at a time, and checks whether a group ends: a loop over a group's columns would be so short that entering and leaving it takes as long as
 * the products. For few streams and groups of 32 columns, {@link NibbleInt8NestedGroups} has a whole group written out instead. No method is called while sums are alive, because they might become
 * objects; totals of floats that lived around a loop did, so they are in memory.
 */
public final class NibbleInt8Nested {
    private NibbleInt8Nested() {}

    /**
     * Adds the products of some blocks: a row of x times some vectors of weight rows, from the beginning of a panel on, to
     * {@code y[(row · streams + stream) · L + lane]}.
     *
     * @param streams one of 8, 4, 2, 1
     * @param block the first block
     * @param scales those of these blocks
     */
    public static void multiply(
            PackedMatrix m, int panel, int streams, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y) {
        boolean whole = x.group() == Int8Rows.GROUP;
        switch (streams) {
            case 8 -> streams8(m, panel, block, blocks, scales, x, row, y);
            case 4 -> {
                if (whole) {
                    NibbleInt8NestedGroups.groups4(m, panel, block, blocks, scales, x, row, y);
                } else {
                    streams4(m, panel, block, blocks, scales, x, row, y);
                }
            }
            case 2 -> {
                if (whole) {
                    NibbleInt8NestedGroups.groups2(m, panel, block, blocks, scales, x, row, y);
                } else {
                    streams2(m, panel, block, blocks, scales, x, row, y);
                }
            }
            case 1 -> streams1(m, panel, block, blocks, scales, x, row, y);
            default -> throw new IllegalArgumentException(streams + " streams");
        }
    }

    private static void streams8(
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
        long o4 = Lanes.offset(4, stride, 4);
        long o5 = Lanes.offset(5, stride, 4);
        long o6 = Lanes.offset(6, stride, 4);
        long o7 = Lanes.offset(7, stride, 4);
        MemorySegment d = scales.data();
        long panelStep = scales.panelStep();
        long blockStep = scales.blockStep();
        long q = scales.at();
        long q0 = Lanes.offset(0, panelStep, Byte.BYTES);
        long q1 = Lanes.offset(1, panelStep, Byte.BYTES);
        long q2 = Lanes.offset(2, panelStep, Byte.BYTES);
        long q3 = Lanes.offset(3, panelStep, Byte.BYTES);
        long q4 = Lanes.offset(4, panelStep, Byte.BYTES);
        long q5 = Lanes.offset(5, panelStep, Byte.BYTES);
        long q6 = Lanes.offset(6, panelStep, Byte.BYTES);
        long q7 = Lanes.offset(7, panelStep, Byte.BYTES);
        float[] nested = scales.nested();
        int n = 0;
        int gap = m.blockBytes() - m.packing().block() * 8;
        int lastOfGroup = x.group() / 8 - 1;
        int groups = m.packing().block() / x.group();
        int group = block * groups;
        int left = groups;
        int x0 = x.digitsAt(row), g0 = x.groupsAt(row);
        int to0 = row * 8 * L;
        ShortVector c0 = IntVector.broadcast(INTS, starts[g0 + group]).reinterpretAsShorts();
        ShortVector a0_0 = c0;
        ShortVector a0_1 = c0;
        ShortVector a0_2 = c0;
        ShortVector a0_3 = c0;
        ShortVector a0_4 = c0;
        ShortVector a0_5 = c0;
        ShortVector a0_6 = c0;
        ShortVector a0_7 = c0;
        int end = blocks * m.packing().block() / 8;
        for (int eight = 0; eight < end; eight++, p += 64) {
            int k = (block * m.packing().block() / 8 + eight) * 4;
            IntVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN);
            IntVector w1 = IntVector.fromMemorySegment(INTS, w, p + o1, LITTLE_ENDIAN);
            IntVector w2 = IntVector.fromMemorySegment(INTS, w, p + o2, LITTLE_ENDIAN);
            IntVector w3 = IntVector.fromMemorySegment(INTS, w, p + o3, LITTLE_ENDIAN);
            IntVector w4 = IntVector.fromMemorySegment(INTS, w, p + o4, LITTLE_ENDIAN);
            IntVector w5 = IntVector.fromMemorySegment(INTS, w, p + o5, LITTLE_ENDIAN);
            IntVector w6 = IntVector.fromMemorySegment(INTS, w, p + o6, LITTLE_ENDIAN);
            IntVector w7 = IntVector.fromMemorySegment(INTS, w, p + o7, LITTLE_ENDIAN);
            for (int j = 0; j < 4; j++) {
                ShortVector d0 = IntVector.broadcast(INTS, digits[x0 + k + j]).reinterpretAsShorts();
                a0_0 = w0.reinterpretAsShorts().mul(d0).add(a0_0);
                a0_1 = w1.reinterpretAsShorts().mul(d0).add(a0_1);
                a0_2 = w2.reinterpretAsShorts().mul(d0).add(a0_2);
                a0_3 = w3.reinterpretAsShorts().mul(d0).add(a0_3);
                a0_4 = w4.reinterpretAsShorts().mul(d0).add(a0_4);
                a0_5 = w5.reinterpretAsShorts().mul(d0).add(a0_5);
                a0_6 = w6.reinterpretAsShorts().mul(d0).add(a0_6);
                a0_7 = w7.reinterpretAsShorts().mul(d0).add(a0_7);
                w0 = w0.lanewise(LSHR, 4);
                w1 = w1.lanewise(LSHR, 4);
                w2 = w2.lanewise(LSHR, 4);
                w3 = w3.lanewise(LSHR, 4);
                w4 = w4.lanewise(LSHR, 4);
                w5 = w5.lanewise(LSHR, 4);
                w6 = w6.lanewise(LSHR, 4);
                w7 = w7.lanewise(LSHR, 4);
            }
            if ((eight & lastOfGroup) == lastOfGroup) {
                FloatVector s0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4 + 1]));
                FloatVector s1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q1, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 1 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 1 / PARTS * 4 + 1]));
                FloatVector s2 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q2, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 2 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 2 / PARTS * 4 + 1]));
                FloatVector s3 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q3, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 3 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 3 / PARTS * 4 + 1]));
                FloatVector s4 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q4, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 4 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 4 / PARTS * 4 + 1]));
                FloatVector s5 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q5, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 5 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 5 / PARTS * 4 + 1]));
                FloatVector s6 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q6, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 6 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 6 / PARTS * 4 + 1]));
                FloatVector s7 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q7, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 7 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 7 / PARTS * 4 + 1]));
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
                IntVector i0_4 = a0_4.reinterpretAsInts();
                ((FloatVector) i0_4.lanewise(LSHL, 16).add(i0_4).lanewise(ASHR, 16).add(e0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(s4, FloatVector.fromArray(FLOATS, y, to0 + 4 * L)).intoArray(y, to0 + 4 * L);
                IntVector i0_5 = a0_5.reinterpretAsInts();
                ((FloatVector) i0_5.lanewise(LSHL, 16).add(i0_5).lanewise(ASHR, 16).add(e0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(s5, FloatVector.fromArray(FLOATS, y, to0 + 5 * L)).intoArray(y, to0 + 5 * L);
                IntVector i0_6 = a0_6.reinterpretAsInts();
                ((FloatVector) i0_6.lanewise(LSHL, 16).add(i0_6).lanewise(ASHR, 16).add(e0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(s6, FloatVector.fromArray(FLOATS, y, to0 + 6 * L)).intoArray(y, to0 + 6 * L);
                IntVector i0_7 = a0_7.reinterpretAsInts();
                ((FloatVector) i0_7.lanewise(LSHL, 16).add(i0_7).lanewise(ASHR, 16).add(e0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(s7, FloatVector.fromArray(FLOATS, y, to0 + 7 * L)).intoArray(y, to0 + 7 * L);
                group++;
                c0 = IntVector.broadcast(INTS, starts[g0 + group]).reinterpretAsShorts();
                a0_0 = c0;
                a0_1 = c0;
                a0_2 = c0;
                a0_3 = c0;
                a0_4 = c0;
                a0_5 = c0;
                a0_6 = c0;
                a0_7 = c0;
                if (--left == 0) {
                    left = groups;
                    p += gap;
                    q += blockStep;
                }
            }
        }
    }

    private static void streams4(
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
        int lastOfGroup = x.group() / 8 - 1;
        int groups = m.packing().block() / x.group();
        int group = block * groups;
        int left = groups;
        int x0 = x.digitsAt(row), g0 = x.groupsAt(row);
        int to0 = row * 4 * L;
        ShortVector c0 = IntVector.broadcast(INTS, starts[g0 + group]).reinterpretAsShorts();
        ShortVector a0_0 = c0;
        ShortVector a0_1 = c0;
        ShortVector a0_2 = c0;
        ShortVector a0_3 = c0;
        int end = blocks * m.packing().block() / 8;
        for (int eight = 0; eight < end; eight++, p += 64) {
            int k = (block * m.packing().block() / 8 + eight) * 4;
            IntVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN);
            IntVector w1 = IntVector.fromMemorySegment(INTS, w, p + o1, LITTLE_ENDIAN);
            IntVector w2 = IntVector.fromMemorySegment(INTS, w, p + o2, LITTLE_ENDIAN);
            IntVector w3 = IntVector.fromMemorySegment(INTS, w, p + o3, LITTLE_ENDIAN);
            for (int j = 0; j < 4; j++) {
                ShortVector d0 = IntVector.broadcast(INTS, digits[x0 + k + j]).reinterpretAsShorts();
                a0_0 = w0.reinterpretAsShorts().mul(d0).add(a0_0);
                a0_1 = w1.reinterpretAsShorts().mul(d0).add(a0_1);
                a0_2 = w2.reinterpretAsShorts().mul(d0).add(a0_2);
                a0_3 = w3.reinterpretAsShorts().mul(d0).add(a0_3);
                w0 = w0.lanewise(LSHR, 4);
                w1 = w1.lanewise(LSHR, 4);
                w2 = w2.lanewise(LSHR, 4);
                w3 = w3.lanewise(LSHR, 4);
            }
            if ((eight & lastOfGroup) == lastOfGroup) {
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
                group++;
                c0 = IntVector.broadcast(INTS, starts[g0 + group]).reinterpretAsShorts();
                a0_0 = c0;
                a0_1 = c0;
                a0_2 = c0;
                a0_3 = c0;
                if (--left == 0) {
                    left = groups;
                    p += gap;
                    q += blockStep;
                }
            }
        }
    }

    private static void streams2(
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
        int lastOfGroup = x.group() / 8 - 1;
        int groups = m.packing().block() / x.group();
        int group = block * groups;
        int left = groups;
        int x0 = x.digitsAt(row), g0 = x.groupsAt(row);
        int to0 = row * 2 * L;
        ShortVector c0 = IntVector.broadcast(INTS, starts[g0 + group]).reinterpretAsShorts();
        ShortVector a0_0 = c0;
        ShortVector a0_1 = c0;
        int end = blocks * m.packing().block() / 8;
        for (int eight = 0; eight < end; eight++, p += 64) {
            int k = (block * m.packing().block() / 8 + eight) * 4;
            IntVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN);
            IntVector w1 = IntVector.fromMemorySegment(INTS, w, p + o1, LITTLE_ENDIAN);
            for (int j = 0; j < 4; j++) {
                ShortVector d0 = IntVector.broadcast(INTS, digits[x0 + k + j]).reinterpretAsShorts();
                a0_0 = w0.reinterpretAsShorts().mul(d0).add(a0_0);
                a0_1 = w1.reinterpretAsShorts().mul(d0).add(a0_1);
                w0 = w0.lanewise(LSHR, 4);
                w1 = w1.lanewise(LSHR, 4);
            }
            if ((eight & lastOfGroup) == lastOfGroup) {
                FloatVector s0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4 + 1]));
                FloatVector s1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q1, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 1 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 1 / PARTS * 4 + 1]));
                FloatVector f0 = FloatVector.broadcast(FLOATS, steps[g0 + group]);
                IntVector e0 = IntVector.broadcast(INTS, offsets[g0 + group]);
                IntVector i0_0 = a0_0.reinterpretAsInts();
                ((FloatVector) i0_0.lanewise(LSHL, 16).add(i0_0).lanewise(ASHR, 16).add(e0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(s0, FloatVector.fromArray(FLOATS, y, to0 + 0 * L)).intoArray(y, to0 + 0 * L);
                IntVector i0_1 = a0_1.reinterpretAsInts();
                ((FloatVector) i0_1.lanewise(LSHL, 16).add(i0_1).lanewise(ASHR, 16).add(e0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(s1, FloatVector.fromArray(FLOATS, y, to0 + 1 * L)).intoArray(y, to0 + 1 * L);
                group++;
                c0 = IntVector.broadcast(INTS, starts[g0 + group]).reinterpretAsShorts();
                a0_0 = c0;
                a0_1 = c0;
                if (--left == 0) {
                    left = groups;
                    p += gap;
                    q += blockStep;
                }
            }
        }
    }

    private static void streams1(
            PackedMatrix m, int panel, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y) {
        MemorySegment w = m.data();
        int[] digits = x.digits();
        int[] starts = x.starts();
        float[] steps = x.steps();
        int[] offsets = x.offsets();
        long p = m.codes(panel, block);
        long stride = m.panelBytes();
        long o0 = Lanes.offset(0, stride, 4);
        MemorySegment d = scales.data();
        long panelStep = scales.panelStep();
        long blockStep = scales.blockStep();
        long q = scales.at();
        long q0 = Lanes.offset(0, panelStep, Byte.BYTES);
        float[] nested = scales.nested();
        int n = 0;
        int gap = m.blockBytes() - m.packing().block() * 8;
        int lastOfGroup = x.group() / 8 - 1;
        int groups = m.packing().block() / x.group();
        int group = block * groups;
        int left = groups;
        int x0 = x.digitsAt(row), g0 = x.groupsAt(row);
        int to0 = row * 1 * L;
        ShortVector c0 = IntVector.broadcast(INTS, starts[g0 + group]).reinterpretAsShorts();
        ShortVector a0_0 = c0;
        int end = blocks * m.packing().block() / 8;
        for (int eight = 0; eight < end; eight++, p += 64) {
            int k = (block * m.packing().block() / 8 + eight) * 4;
            IntVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN);
            for (int j = 0; j < 4; j++) {
                ShortVector d0 = IntVector.broadcast(INTS, digits[x0 + k + j]).reinterpretAsShorts();
                a0_0 = w0.reinterpretAsShorts().mul(d0).add(a0_0);
                w0 = w0.lanewise(LSHR, 4);
            }
            if ((eight & lastOfGroup) == lastOfGroup) {
                FloatVector s0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4 + 1]));
                FloatVector f0 = FloatVector.broadcast(FLOATS, steps[g0 + group]);
                IntVector e0 = IntVector.broadcast(INTS, offsets[g0 + group]);
                IntVector i0_0 = a0_0.reinterpretAsInts();
                ((FloatVector) i0_0.lanewise(LSHL, 16).add(i0_0).lanewise(ASHR, 16).add(e0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(s0, FloatVector.fromArray(FLOATS, y, to0 + 0 * L)).intoArray(y, to0 + 0 * L);
                group++;
                c0 = IntVector.broadcast(INTS, starts[g0 + group]).reinterpretAsShorts();
                a0_0 = c0;
                if (--left == 0) {
                    left = groups;
                    p += gap;
                    q += blockStep;
                }
            }
        }
    }
}
