package io.baseload.engine.kernel.generated;

import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2F;

import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.kernel.lanes.ScaleVectors;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;

/**
 * 8-bit weights times several rows of x; {@link ByteRowHalf} and {@link ByteRowFloat} multiply one. Written by src/build/GenerateKernels.java.
 */
public final class ByteFloat {
    /** Columns per loop, a divisor of a block's; a constant, because the compiler unrolls a loop of unknown length less well. */
    private static final int COLUMNS = 16;
    private ByteFloat() {}

    /**
     * Adds the products of some blocks: rows of x times some vectors of weight rows, from {@code unit} on, to {@code y[((row + r) · streams + stream) · L + lane]}.
     * If there are fewer rows than a kernel computes, the last one is repeated.
     *
     * @param streams 4
     * @param block the first block
     * @param first the index in x of row 0
     * @param row the first row to compute, counted from {@code first}
     * @param rows 2 to 4
     * @param sums for each row, from row 0 on, the sums of its blocks
     * @param scales those of these blocks, as written by {@link ScaleVectors#read}
     */
    public static void multiply(
            PackedMatrix m, int unit, int streams, int block, int blocks, Rows x, int first, int row, int rows, float[] sums, float[] scales, float[] y) {
        switch (10 * (rows == 3 ? 4 : rows) + streams) {
            case 44 -> rows4Streams4(m, unit, block, blocks, x, first, row, rows, sums, scales, y);
            case 24 -> rows2Streams4(m, unit, block, blocks, x, first, row, rows, sums, scales, y);
            default -> throw new IllegalArgumentException(rows + " rows, " + streams + " streams");
        }
    }

    private static void rows4Streams4(
            PackedMatrix m, int unit, int block, int blocks, Rows rowsOfX, int first, int row, int rows, float[] sums, float[] scales, float[] y) {
        MemorySegment w = m.data();
        float[] x = rowsOfX.data();
        long codes = m.codes(unit / PARTS, block) + unit % PARTS * (long) L * Byte.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Byte.BYTES);
        long o2 = Lanes.offset(2, stride, Byte.BYTES);
        long o3 = Lanes.offset(3, stride, Byte.BYTES);
        int r0 = row + Math.min(0, rows - 1), x0 = rowsOfX.at(first + r0), s0 = r0 * m.blocks();
        int r1 = row + Math.min(1, rows - 1), x1 = rowsOfX.at(first + r1), s1 = r1 * m.blocks();
        int r2 = row + Math.min(2, rows - 1), x2 = rowsOfX.at(first + r2), s2 = r2 * m.blocks();
        int r3 = row + Math.min(3, rows - 1), x3 = rowsOfX.at(first + r3), s3 = r3 * m.blocks();
        int size = m.packing().block();
        FloatVector zero = FloatVector.zero(FLOATS);
        int to = row * 4 * L;
        for (int b = block, scale = 0; b < block + blocks; b++, scale += 2 * 4 * L) {
            long at = codes + (long) (b - block) * m.blockBytes();
            FloatVector a0_0 = zero;
            FloatVector a0_1 = zero;
            FloatVector a0_2 = zero;
            FloatVector a0_3 = zero;
            FloatVector a1_0 = zero;
            FloatVector a1_1 = zero;
            FloatVector a1_2 = zero;
            FloatVector a1_3 = zero;
            FloatVector a2_0 = zero;
            FloatVector a2_1 = zero;
            FloatVector a2_2 = zero;
            FloatVector a2_3 = zero;
            FloatVector a3_0 = zero;
            FloatVector a3_1 = zero;
            FloatVector a3_2 = zero;
            FloatVector a3_3 = zero;
            for (int sixteen = 0; sixteen < size; sixteen += COLUMNS) {
                for (int j = 0; j < COLUMNS; j++) {
                    long p = at + (sixteen + j) * (long) LANES;
                    int k = b * size + sixteen;
                    FloatVector v0 = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0);
                    
                    FloatVector v1 = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o1, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0);
                    
                    FloatVector v2 = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o2, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0);
                    
                    FloatVector v3 = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o3, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0);
                    FloatVector f0 = FloatVector.broadcast(FLOATS, x[x0 + k + j]);
                    FloatVector f1 = FloatVector.broadcast(FLOATS, x[x1 + k + j]);
                    FloatVector f2 = FloatVector.broadcast(FLOATS, x[x2 + k + j]);
                    FloatVector f3 = FloatVector.broadcast(FLOATS, x[x3 + k + j]);
                    a0_0 = v0.fma(f0, a0_0);
                    a0_1 = v1.fma(f0, a0_1);
                    a0_2 = v2.fma(f0, a0_2);
                    a0_3 = v3.fma(f0, a0_3);
                    a1_0 = v0.fma(f1, a1_0);
                    a1_1 = v1.fma(f1, a1_1);
                    a1_2 = v2.fma(f1, a1_2);
                    a1_3 = v3.fma(f1, a1_3);
                    a2_0 = v0.fma(f2, a2_0);
                    a2_1 = v1.fma(f2, a2_1);
                    a2_2 = v2.fma(f2, a2_2);
                    a2_3 = v3.fma(f2, a2_3);
                    a3_0 = v0.fma(f3, a3_0);
                    a3_1 = v1.fma(f3, a3_1);
                    a3_2 = v2.fma(f3, a3_2);
                    a3_3 = v3.fma(f3, a3_3);
                }
            }
            FloatVector d0 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 0 * L), m0 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 0 + 1) * L);
            FloatVector d1 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 1 * L), m1 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 1 + 1) * L);
            FloatVector d2 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 2 * L), m2 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 2 + 1) * L);
            FloatVector d3 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 3 * L), m3 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 3 + 1) * L);
            FloatVector sum0 = FloatVector.broadcast(FLOATS, sums[s0 + b]);
            FloatVector sum1 = FloatVector.broadcast(FLOATS, sums[s1 + b]);
            FloatVector sum2 = FloatVector.broadcast(FLOATS, sums[s2 + b]);
            FloatVector sum3 = FloatVector.broadcast(FLOATS, sums[s3 + b]);
            sum0.fma(m0, a0_0.fma(d0, FloatVector.fromArray(FLOATS, y, to + (0 * 4 + 0) * L))).intoArray(y, to + (0 * 4 + 0) * L);
            sum0.fma(m1, a0_1.fma(d1, FloatVector.fromArray(FLOATS, y, to + (0 * 4 + 1) * L))).intoArray(y, to + (0 * 4 + 1) * L);
            sum0.fma(m2, a0_2.fma(d2, FloatVector.fromArray(FLOATS, y, to + (0 * 4 + 2) * L))).intoArray(y, to + (0 * 4 + 2) * L);
            sum0.fma(m3, a0_3.fma(d3, FloatVector.fromArray(FLOATS, y, to + (0 * 4 + 3) * L))).intoArray(y, to + (0 * 4 + 3) * L);
            sum1.fma(m0, a1_0.fma(d0, FloatVector.fromArray(FLOATS, y, to + (1 * 4 + 0) * L))).intoArray(y, to + (1 * 4 + 0) * L);
            sum1.fma(m1, a1_1.fma(d1, FloatVector.fromArray(FLOATS, y, to + (1 * 4 + 1) * L))).intoArray(y, to + (1 * 4 + 1) * L);
            sum1.fma(m2, a1_2.fma(d2, FloatVector.fromArray(FLOATS, y, to + (1 * 4 + 2) * L))).intoArray(y, to + (1 * 4 + 2) * L);
            sum1.fma(m3, a1_3.fma(d3, FloatVector.fromArray(FLOATS, y, to + (1 * 4 + 3) * L))).intoArray(y, to + (1 * 4 + 3) * L);
            sum2.fma(m0, a2_0.fma(d0, FloatVector.fromArray(FLOATS, y, to + (2 * 4 + 0) * L))).intoArray(y, to + (2 * 4 + 0) * L);
            sum2.fma(m1, a2_1.fma(d1, FloatVector.fromArray(FLOATS, y, to + (2 * 4 + 1) * L))).intoArray(y, to + (2 * 4 + 1) * L);
            sum2.fma(m2, a2_2.fma(d2, FloatVector.fromArray(FLOATS, y, to + (2 * 4 + 2) * L))).intoArray(y, to + (2 * 4 + 2) * L);
            sum2.fma(m3, a2_3.fma(d3, FloatVector.fromArray(FLOATS, y, to + (2 * 4 + 3) * L))).intoArray(y, to + (2 * 4 + 3) * L);
            sum3.fma(m0, a3_0.fma(d0, FloatVector.fromArray(FLOATS, y, to + (3 * 4 + 0) * L))).intoArray(y, to + (3 * 4 + 0) * L);
            sum3.fma(m1, a3_1.fma(d1, FloatVector.fromArray(FLOATS, y, to + (3 * 4 + 1) * L))).intoArray(y, to + (3 * 4 + 1) * L);
            sum3.fma(m2, a3_2.fma(d2, FloatVector.fromArray(FLOATS, y, to + (3 * 4 + 2) * L))).intoArray(y, to + (3 * 4 + 2) * L);
            sum3.fma(m3, a3_3.fma(d3, FloatVector.fromArray(FLOATS, y, to + (3 * 4 + 3) * L))).intoArray(y, to + (3 * 4 + 3) * L);
        }
    }

    private static void rows2Streams4(
            PackedMatrix m, int unit, int block, int blocks, Rows rowsOfX, int first, int row, int rows, float[] sums, float[] scales, float[] y) {
        MemorySegment w = m.data();
        float[] x = rowsOfX.data();
        long codes = m.codes(unit / PARTS, block) + unit % PARTS * (long) L * Byte.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Byte.BYTES);
        long o2 = Lanes.offset(2, stride, Byte.BYTES);
        long o3 = Lanes.offset(3, stride, Byte.BYTES);
        int r0 = row + Math.min(0, rows - 1), x0 = rowsOfX.at(first + r0), s0 = r0 * m.blocks();
        int r1 = row + Math.min(1, rows - 1), x1 = rowsOfX.at(first + r1), s1 = r1 * m.blocks();
        int size = m.packing().block();
        FloatVector zero = FloatVector.zero(FLOATS);
        int to = row * 4 * L;
        for (int b = block, scale = 0; b < block + blocks; b++, scale += 2 * 4 * L) {
            long at = codes + (long) (b - block) * m.blockBytes();
            FloatVector a0_0 = zero;
            FloatVector a0_1 = zero;
            FloatVector a0_2 = zero;
            FloatVector a0_3 = zero;
            FloatVector a1_0 = zero;
            FloatVector a1_1 = zero;
            FloatVector a1_2 = zero;
            FloatVector a1_3 = zero;
            for (int sixteen = 0; sixteen < size; sixteen += COLUMNS) {
                for (int j = 0; j < COLUMNS; j++) {
                    long p = at + (sixteen + j) * (long) LANES;
                    int k = b * size + sixteen;
                    FloatVector v0 = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0);
                    
                    FloatVector v1 = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o1, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0);
                    
                    FloatVector v2 = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o2, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0);
                    
                    FloatVector v3 = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o3, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0);
                    FloatVector f0 = FloatVector.broadcast(FLOATS, x[x0 + k + j]);
                    FloatVector f1 = FloatVector.broadcast(FLOATS, x[x1 + k + j]);
                    a0_0 = v0.fma(f0, a0_0);
                    a0_1 = v1.fma(f0, a0_1);
                    a0_2 = v2.fma(f0, a0_2);
                    a0_3 = v3.fma(f0, a0_3);
                    a1_0 = v0.fma(f1, a1_0);
                    a1_1 = v1.fma(f1, a1_1);
                    a1_2 = v2.fma(f1, a1_2);
                    a1_3 = v3.fma(f1, a1_3);
                }
            }
            FloatVector d0 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 0 * L), m0 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 0 + 1) * L);
            FloatVector d1 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 1 * L), m1 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 1 + 1) * L);
            FloatVector d2 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 2 * L), m2 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 2 + 1) * L);
            FloatVector d3 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 3 * L), m3 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 3 + 1) * L);
            FloatVector sum0 = FloatVector.broadcast(FLOATS, sums[s0 + b]);
            FloatVector sum1 = FloatVector.broadcast(FLOATS, sums[s1 + b]);
            sum0.fma(m0, a0_0.fma(d0, FloatVector.fromArray(FLOATS, y, to + (0 * 4 + 0) * L))).intoArray(y, to + (0 * 4 + 0) * L);
            sum0.fma(m1, a0_1.fma(d1, FloatVector.fromArray(FLOATS, y, to + (0 * 4 + 1) * L))).intoArray(y, to + (0 * 4 + 1) * L);
            sum0.fma(m2, a0_2.fma(d2, FloatVector.fromArray(FLOATS, y, to + (0 * 4 + 2) * L))).intoArray(y, to + (0 * 4 + 2) * L);
            sum0.fma(m3, a0_3.fma(d3, FloatVector.fromArray(FLOATS, y, to + (0 * 4 + 3) * L))).intoArray(y, to + (0 * 4 + 3) * L);
            sum1.fma(m0, a1_0.fma(d0, FloatVector.fromArray(FLOATS, y, to + (1 * 4 + 0) * L))).intoArray(y, to + (1 * 4 + 0) * L);
            sum1.fma(m1, a1_1.fma(d1, FloatVector.fromArray(FLOATS, y, to + (1 * 4 + 1) * L))).intoArray(y, to + (1 * 4 + 1) * L);
            sum1.fma(m2, a1_2.fma(d2, FloatVector.fromArray(FLOATS, y, to + (1 * 4 + 2) * L))).intoArray(y, to + (1 * 4 + 2) * L);
            sum1.fma(m3, a1_3.fma(d3, FloatVector.fromArray(FLOATS, y, to + (1 * 4 + 3) * L))).intoArray(y, to + (1 * 4 + 3) * L);
        }
    }
}
