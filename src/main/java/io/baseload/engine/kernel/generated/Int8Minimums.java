package io.baseload.engine.kernel.generated;

import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.kernel.lanes.Lanes.SHORTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import io.baseload.engine.kernel.lanes.BlockScales;
import io.baseload.engine.kernel.lanes.Int8Rows;
import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/** Minimums of blocks times the sums of a row's columns, to which the products of 8-bit kernels are added. Written by src/build/GenerateKernels.java. */
public final class Int8Minimums {
    private Int8Minimums() {}

    /**
     * Adds the products, block by block, to {@code y[(row · streams + stream) · L + lane]}.
     *
     * @param streams vectors of weight rows, from the beginning of a panel on
     * @param block the first block
     * @param scales those of these blocks
     */
    public static void add(
            PackedMatrix m, int streams, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y) {
        for (int i = 0, n; i < streams; i += n) {
            n = Math.min(4, Integer.highestOneBit(streams - i));
            int to = (row * streams + i) * L;
            switch (scales.kind()) {
                case F16_MINIMUM -> {
                    switch (n) {
                        case 4 -> halfStreams4(m, i, block, blocks, scales, x, row, y, to);
                        case 2 -> halfStreams2(m, i, block, blocks, scales, x, row, y, to);
                        default -> halfStreams1(m, i, block, blocks, scales, x, row, y, to);
                    }
                }
                case LINEAR8_MINIMUM -> {
                    switch (n) {
                        case 4 -> nestedStreams4(m, i, block, blocks, scales, x, row, y, to);
                        case 2 -> nestedStreams2(m, i, block, blocks, scales, x, row, y, to);
                        default -> nestedStreams1(m, i, block, blocks, scales, x, row, y, to);
                    }
                }
                case F32_MINIMUM -> {
                    switch (n) {
                        case 4 -> floatStreams4(m, i, block, blocks, scales, x, row, y, to);
                        case 2 -> floatStreams2(m, i, block, blocks, scales, x, row, y, to);
                        default -> floatStreams1(m, i, block, blocks, scales, x, row, y, to);
                    }
                }
                default -> throw new IllegalArgumentException("no minimums: " + scales.kind());
            }
        }
    }

    private static void halfStreams4(
            PackedMatrix m, int stream, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        MemorySegment d = scales.data();
        float[] sums = x.sums();
        int groups = m.packing().block() / x.group();
        int group = x.groupsAt(row) + block * groups;
        long panelStep = scales.panelStep();
        long q = scales.at() + Lanes.offset(stream, panelStep, Short.BYTES) + 16 * Short.BYTES;
        long q0 = Lanes.offset(0, panelStep, Short.BYTES);
        long q1 = Lanes.offset(1, panelStep, Short.BYTES);
        long q2 = Lanes.offset(2, panelStep, Short.BYTES);
        long q3 = Lanes.offset(3, panelStep, Short.BYTES);
        FloatVector t0 = FloatVector.fromArray(FLOATS, y, to + 0 * L);
        FloatVector t1 = FloatVector.fromArray(FLOATS, y, to + 1 * L);
        FloatVector t2 = FloatVector.fromArray(FLOATS, y, to + 2 * L);
        FloatVector t3 = FloatVector.fromArray(FLOATS, y, to + 3 * L);
        for (int b = 0; b < blocks; b++, q += scales.blockStep()) {
            float sum = 0;
            for (int end = group + groups; group < end; group++) {
                sum += sums[group];
            }
            FloatVector factor = FloatVector.broadcast(FLOATS, sum);
            FloatVector m0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, d, q + q0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector m1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, d, q + q1, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector m2 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, d, q + q2, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector m3 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, d, q + q3, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            t0 = factor.fma(m0, t0);
            t1 = factor.fma(m1, t1);
            t2 = factor.fma(m2, t2);
            t3 = factor.fma(m3, t3);
        }
        t0.intoArray(y, to + 0 * L);
        t1.intoArray(y, to + 1 * L);
        t2.intoArray(y, to + 2 * L);
        t3.intoArray(y, to + 3 * L);
    }

    private static void halfStreams2(
            PackedMatrix m, int stream, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        MemorySegment d = scales.data();
        float[] sums = x.sums();
        int groups = m.packing().block() / x.group();
        int group = x.groupsAt(row) + block * groups;
        long panelStep = scales.panelStep();
        long q = scales.at() + Lanes.offset(stream, panelStep, Short.BYTES) + 16 * Short.BYTES;
        long q0 = Lanes.offset(0, panelStep, Short.BYTES);
        long q1 = Lanes.offset(1, panelStep, Short.BYTES);
        FloatVector t0 = FloatVector.fromArray(FLOATS, y, to + 0 * L);
        FloatVector t1 = FloatVector.fromArray(FLOATS, y, to + 1 * L);
        for (int b = 0; b < blocks; b++, q += scales.blockStep()) {
            float sum = 0;
            for (int end = group + groups; group < end; group++) {
                sum += sums[group];
            }
            FloatVector factor = FloatVector.broadcast(FLOATS, sum);
            FloatVector m0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, d, q + q0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector m1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, d, q + q1, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            t0 = factor.fma(m0, t0);
            t1 = factor.fma(m1, t1);
        }
        t0.intoArray(y, to + 0 * L);
        t1.intoArray(y, to + 1 * L);
    }

    private static void halfStreams1(
            PackedMatrix m, int stream, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        MemorySegment d = scales.data();
        float[] sums = x.sums();
        int groups = m.packing().block() / x.group();
        int group = x.groupsAt(row) + block * groups;
        long panelStep = scales.panelStep();
        long q = scales.at() + Lanes.offset(stream, panelStep, Short.BYTES) + 16 * Short.BYTES;
        long q0 = Lanes.offset(0, panelStep, Short.BYTES);
        FloatVector t0 = FloatVector.fromArray(FLOATS, y, to + 0 * L);
        for (int b = 0; b < blocks; b++, q += scales.blockStep()) {
            float sum = 0;
            for (int end = group + groups; group < end; group++) {
                sum += sums[group];
            }
            FloatVector factor = FloatVector.broadcast(FLOATS, sum);
            FloatVector m0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, d, q + q0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            t0 = factor.fma(m0, t0);
        }
        t0.intoArray(y, to + 0 * L);
    }

    private static void nestedStreams4(
            PackedMatrix m, int stream, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        MemorySegment d = scales.data();
        float[] sums = x.sums();
        int groups = m.packing().block() / x.group();
        int group = x.groupsAt(row) + block * groups;
        long panelStep = scales.panelStep();
        long q = scales.at() + Lanes.offset(stream, panelStep, Byte.BYTES) + 16 * Byte.BYTES;
        long q0 = Lanes.offset(0, panelStep, Byte.BYTES);
        long q1 = Lanes.offset(1, panelStep, Byte.BYTES);
        long q2 = Lanes.offset(2, panelStep, Byte.BYTES);
        long q3 = Lanes.offset(3, panelStep, Byte.BYTES);
        float[] nested = scales.nested();
        int n = stream / PARTS * 4 + 2;
        FloatVector t0 = FloatVector.fromArray(FLOATS, y, to + 0 * L);
        FloatVector t1 = FloatVector.fromArray(FLOATS, y, to + 1 * L);
        FloatVector t2 = FloatVector.fromArray(FLOATS, y, to + 2 * L);
        FloatVector t3 = FloatVector.fromArray(FLOATS, y, to + 3 * L);
        for (int b = 0; b < blocks; b++, q += scales.blockStep()) {
            float sum = 0;
            for (int end = group + groups; group < end; group++) {
                sum += sums[group];
            }
            FloatVector factor = FloatVector.broadcast(FLOATS, sum);
            FloatVector m0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4 + 1]));
            FloatVector m1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q1, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 1 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 1 / PARTS * 4 + 1]));
            FloatVector m2 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q2, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 2 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 2 / PARTS * 4 + 1]));
            FloatVector m3 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q3, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 3 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 3 / PARTS * 4 + 1]));
            t0 = factor.fma(m0, t0);
            t1 = factor.fma(m1, t1);
            t2 = factor.fma(m2, t2);
            t3 = factor.fma(m3, t3);
        }
        t0.intoArray(y, to + 0 * L);
        t1.intoArray(y, to + 1 * L);
        t2.intoArray(y, to + 2 * L);
        t3.intoArray(y, to + 3 * L);
    }

    private static void nestedStreams2(
            PackedMatrix m, int stream, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        MemorySegment d = scales.data();
        float[] sums = x.sums();
        int groups = m.packing().block() / x.group();
        int group = x.groupsAt(row) + block * groups;
        long panelStep = scales.panelStep();
        long q = scales.at() + Lanes.offset(stream, panelStep, Byte.BYTES) + 16 * Byte.BYTES;
        long q0 = Lanes.offset(0, panelStep, Byte.BYTES);
        long q1 = Lanes.offset(1, panelStep, Byte.BYTES);
        float[] nested = scales.nested();
        int n = stream / PARTS * 4 + 2;
        FloatVector t0 = FloatVector.fromArray(FLOATS, y, to + 0 * L);
        FloatVector t1 = FloatVector.fromArray(FLOATS, y, to + 1 * L);
        for (int b = 0; b < blocks; b++, q += scales.blockStep()) {
            float sum = 0;
            for (int end = group + groups; group < end; group++) {
                sum += sums[group];
            }
            FloatVector factor = FloatVector.broadcast(FLOATS, sum);
            FloatVector m0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4 + 1]));
            FloatVector m1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q1, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 1 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 1 / PARTS * 4 + 1]));
            t0 = factor.fma(m0, t0);
            t1 = factor.fma(m1, t1);
        }
        t0.intoArray(y, to + 0 * L);
        t1.intoArray(y, to + 1 * L);
    }

    private static void nestedStreams1(
            PackedMatrix m, int stream, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        MemorySegment d = scales.data();
        float[] sums = x.sums();
        int groups = m.packing().block() / x.group();
        int group = x.groupsAt(row) + block * groups;
        long panelStep = scales.panelStep();
        long q = scales.at() + Lanes.offset(stream, panelStep, Byte.BYTES) + 16 * Byte.BYTES;
        long q0 = Lanes.offset(0, panelStep, Byte.BYTES);
        float[] nested = scales.nested();
        int n = stream / PARTS * 4 + 2;
        FloatVector t0 = FloatVector.fromArray(FLOATS, y, to + 0 * L);
        for (int b = 0; b < blocks; b++, q += scales.blockStep()) {
            float sum = 0;
            for (int end = group + groups; group < end; group++) {
                sum += sums[group];
            }
            FloatVector factor = FloatVector.broadcast(FLOATS, sum);
            FloatVector m0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, d, q + q0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4]), FloatVector.broadcast(FLOATS, nested[n + 0 / PARTS * 4 + 1]));
            t0 = factor.fma(m0, t0);
        }
        t0.intoArray(y, to + 0 * L);
    }

    private static void floatStreams4(
            PackedMatrix m, int stream, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        MemorySegment d = scales.data();
        float[] sums = x.sums();
        int groups = m.packing().block() / x.group();
        int group = x.groupsAt(row) + block * groups;
        long panelStep = scales.panelStep();
        long q = scales.at() + Lanes.offset(stream, panelStep, Float.BYTES) + 16 * Float.BYTES;
        long q0 = Lanes.offset(0, panelStep, Float.BYTES);
        long q1 = Lanes.offset(1, panelStep, Float.BYTES);
        long q2 = Lanes.offset(2, panelStep, Float.BYTES);
        long q3 = Lanes.offset(3, panelStep, Float.BYTES);
        FloatVector t0 = FloatVector.fromArray(FLOATS, y, to + 0 * L);
        FloatVector t1 = FloatVector.fromArray(FLOATS, y, to + 1 * L);
        FloatVector t2 = FloatVector.fromArray(FLOATS, y, to + 2 * L);
        FloatVector t3 = FloatVector.fromArray(FLOATS, y, to + 3 * L);
        for (int b = 0; b < blocks; b++, q += scales.blockStep()) {
            float sum = 0;
            for (int end = group + groups; group < end; group++) {
                sum += sums[group];
            }
            FloatVector factor = FloatVector.broadcast(FLOATS, sum);
            FloatVector m0 = FloatVector.fromMemorySegment(FLOATS, d, q + q0, LITTLE_ENDIAN);
            FloatVector m1 = FloatVector.fromMemorySegment(FLOATS, d, q + q1, LITTLE_ENDIAN);
            FloatVector m2 = FloatVector.fromMemorySegment(FLOATS, d, q + q2, LITTLE_ENDIAN);
            FloatVector m3 = FloatVector.fromMemorySegment(FLOATS, d, q + q3, LITTLE_ENDIAN);
            t0 = factor.fma(m0, t0);
            t1 = factor.fma(m1, t1);
            t2 = factor.fma(m2, t2);
            t3 = factor.fma(m3, t3);
        }
        t0.intoArray(y, to + 0 * L);
        t1.intoArray(y, to + 1 * L);
        t2.intoArray(y, to + 2 * L);
        t3.intoArray(y, to + 3 * L);
    }

    private static void floatStreams2(
            PackedMatrix m, int stream, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        MemorySegment d = scales.data();
        float[] sums = x.sums();
        int groups = m.packing().block() / x.group();
        int group = x.groupsAt(row) + block * groups;
        long panelStep = scales.panelStep();
        long q = scales.at() + Lanes.offset(stream, panelStep, Float.BYTES) + 16 * Float.BYTES;
        long q0 = Lanes.offset(0, panelStep, Float.BYTES);
        long q1 = Lanes.offset(1, panelStep, Float.BYTES);
        FloatVector t0 = FloatVector.fromArray(FLOATS, y, to + 0 * L);
        FloatVector t1 = FloatVector.fromArray(FLOATS, y, to + 1 * L);
        for (int b = 0; b < blocks; b++, q += scales.blockStep()) {
            float sum = 0;
            for (int end = group + groups; group < end; group++) {
                sum += sums[group];
            }
            FloatVector factor = FloatVector.broadcast(FLOATS, sum);
            FloatVector m0 = FloatVector.fromMemorySegment(FLOATS, d, q + q0, LITTLE_ENDIAN);
            FloatVector m1 = FloatVector.fromMemorySegment(FLOATS, d, q + q1, LITTLE_ENDIAN);
            t0 = factor.fma(m0, t0);
            t1 = factor.fma(m1, t1);
        }
        t0.intoArray(y, to + 0 * L);
        t1.intoArray(y, to + 1 * L);
    }

    private static void floatStreams1(
            PackedMatrix m, int stream, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
        MemorySegment d = scales.data();
        float[] sums = x.sums();
        int groups = m.packing().block() / x.group();
        int group = x.groupsAt(row) + block * groups;
        long panelStep = scales.panelStep();
        long q = scales.at() + Lanes.offset(stream, panelStep, Float.BYTES) + 16 * Float.BYTES;
        long q0 = Lanes.offset(0, panelStep, Float.BYTES);
        FloatVector t0 = FloatVector.fromArray(FLOATS, y, to + 0 * L);
        for (int b = 0; b < blocks; b++, q += scales.blockStep()) {
            float sum = 0;
            for (int end = group + groups; group < end; group++) {
                sum += sums[group];
            }
            FloatVector factor = FloatVector.broadcast(FLOATS, sum);
            FloatVector m0 = FloatVector.fromMemorySegment(FLOATS, d, q + q0, LITTLE_ENDIAN);
            t0 = factor.fma(m0, t0);
        }
        t0.intoArray(y, to + 0 * L);
    }
}
