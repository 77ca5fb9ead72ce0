package io.baseload.engine.kernel.generated;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.kernel.lanes.ScaleVectors;
import io.baseload.engine.quant.Codebook;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * 4-bit weights that are looked up, w = d·table[q] + m, times rows of x. Only for vectors of 512 bits, which hold the whole table: the look-up is one permutation, which
 * uses the lowest four bits of each lane. The loops over nibbles must stay loops, as in {@link NibbleFloat}. Written by src/build/GenerateKernels.java.
 */
public final class CodebookFloat {
    private CodebookFloat() {}

    /**
     * Adds the products of some blocks: rows of x times some vectors of weight rows, from {@code unit} on, to {@code y[((row + r) · streams + stream) · L + lane]}.
     * If there are fewer rows than a kernel computes, the last one is repeated.
     *
     * @param streams 8, 4, 2 or 1; 4 for several rows
     * @param block the first block
     * @param first the index in x of row 0
     * @param row the first row to compute, counted from {@code first}
     * @param rows 1 to 4
     * @param sums for each row, from row 0 on, the sums of its blocks
     * @param scales those of these blocks, as written by {@link ScaleVectors#read}
     */
    public static void multiply(
            PackedMatrix m, int unit, int streams, int block, int blocks, Rows x, int first, int row, int rows, float[] sums, float[] scales, float[] y) {
        switch (10 * (rows == 3 ? 4 : rows) + streams) {
            case 18 -> rows1Streams8(m, unit, block, blocks, x, first, row, sums, scales, y);
            case 14 -> rows1Streams4(m, unit, block, blocks, x, first, row, sums, scales, y);
            case 12 -> rows1Streams2(m, unit, block, blocks, x, first, row, sums, scales, y);
            case 11 -> rows1Streams1(m, unit, block, blocks, x, first, row, sums, scales, y);
            case 44 -> rows4Streams4(m, unit, block, blocks, x, first, row, rows, sums, scales, y);
            case 24 -> rows2Streams4(m, unit, block, blocks, x, first, row, rows, sums, scales, y);
            default -> throw new IllegalArgumentException(rows + " rows, " + streams + " streams");
        }
    }

    private static void rows1Streams8(
            PackedMatrix m, int unit, int block, int blocks, Rows rowsOfX, int first, int row, float[] sums, float[] scales, float[] y) {
        MemorySegment w = m.data();
        float[] x = rowsOfX.data();
        long codes = m.codes(unit / PARTS, block) + unit % PARTS * (long) L * Integer.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Integer.BYTES);
        long o2 = Lanes.offset(2, stride, Integer.BYTES);
        long o3 = Lanes.offset(3, stride, Integer.BYTES);
        long o4 = Lanes.offset(4, stride, Integer.BYTES);
        long o5 = Lanes.offset(5, stride, Integer.BYTES);
        long o6 = Lanes.offset(6, stride, Integer.BYTES);
        long o7 = Lanes.offset(7, stride, Integer.BYTES);
        int x0 = rowsOfX.at(first + row), s0 = row * m.blocks();
        int size = m.packing().block();
        int eights = size / 8;
        IntVector values = FloatVector.fromArray(FLOATS, Codebook.of(m.packing().codes()), 0).reinterpretAsInts();
        FloatVector zero = FloatVector.zero(FLOATS);
        int to = row * 8 * L;
        for (int b = block, scale = 0; b < block + blocks; b++, scale += 2 * 8 * L) {
            long at = codes + (long) (b - block) * m.blockBytes();
            FloatVector a0_0 = zero;
            FloatVector a0_1 = zero;
            FloatVector a0_2 = zero;
            FloatVector a0_3 = zero;
            FloatVector a0_4 = zero;
            FloatVector a0_5 = zero;
            FloatVector a0_6 = zero;
            FloatVector a0_7 = zero;
            for (int eight = 0; eight < eights; eight++) {
                long p = at + eight * 64L;
                int k = b * size + eight * 8;
                IntVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN);
                IntVector w1 = IntVector.fromMemorySegment(INTS, w, p + o1, LITTLE_ENDIAN);
                IntVector w2 = IntVector.fromMemorySegment(INTS, w, p + o2, LITTLE_ENDIAN);
                IntVector w3 = IntVector.fromMemorySegment(INTS, w, p + o3, LITTLE_ENDIAN);
                IntVector w4 = IntVector.fromMemorySegment(INTS, w, p + o4, LITTLE_ENDIAN);
                IntVector w5 = IntVector.fromMemorySegment(INTS, w, p + o5, LITTLE_ENDIAN);
                IntVector w6 = IntVector.fromMemorySegment(INTS, w, p + o6, LITTLE_ENDIAN);
                IntVector w7 = IntVector.fromMemorySegment(INTS, w, p + o7, LITTLE_ENDIAN);
                for (int j = 0; j < 8; j++) {
                    FloatVector f0 = FloatVector.broadcast(FLOATS, x[x0 + k + j]);
                    a0_0 = w0.selectFrom(values).reinterpretAsFloats().fma(f0, a0_0);
                    a0_1 = w1.selectFrom(values).reinterpretAsFloats().fma(f0, a0_1);
                    a0_2 = w2.selectFrom(values).reinterpretAsFloats().fma(f0, a0_2);
                    a0_3 = w3.selectFrom(values).reinterpretAsFloats().fma(f0, a0_3);
                    a0_4 = w4.selectFrom(values).reinterpretAsFloats().fma(f0, a0_4);
                    a0_5 = w5.selectFrom(values).reinterpretAsFloats().fma(f0, a0_5);
                    a0_6 = w6.selectFrom(values).reinterpretAsFloats().fma(f0, a0_6);
                    a0_7 = w7.selectFrom(values).reinterpretAsFloats().fma(f0, a0_7);
                    w0 = w0.lanewise(LSHR, 4);
                    w1 = w1.lanewise(LSHR, 4);
                    w2 = w2.lanewise(LSHR, 4);
                    w3 = w3.lanewise(LSHR, 4);
                    w4 = w4.lanewise(LSHR, 4);
                    w5 = w5.lanewise(LSHR, 4);
                    w6 = w6.lanewise(LSHR, 4);
                    w7 = w7.lanewise(LSHR, 4);
                }
            }
            FloatVector d0 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 0 * L), m0 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 0 + 1) * L);
            FloatVector d1 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 1 * L), m1 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 1 + 1) * L);
            FloatVector d2 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 2 * L), m2 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 2 + 1) * L);
            FloatVector d3 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 3 * L), m3 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 3 + 1) * L);
            FloatVector d4 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 4 * L), m4 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 4 + 1) * L);
            FloatVector d5 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 5 * L), m5 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 5 + 1) * L);
            FloatVector d6 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 6 * L), m6 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 6 + 1) * L);
            FloatVector d7 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 7 * L), m7 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 7 + 1) * L);
            FloatVector sum0 = FloatVector.broadcast(FLOATS, sums[s0 + b]);
            sum0.fma(m0, a0_0.fma(d0, FloatVector.fromArray(FLOATS, y, to + (0 * 8 + 0) * L))).intoArray(y, to + (0 * 8 + 0) * L);
            sum0.fma(m1, a0_1.fma(d1, FloatVector.fromArray(FLOATS, y, to + (0 * 8 + 1) * L))).intoArray(y, to + (0 * 8 + 1) * L);
            sum0.fma(m2, a0_2.fma(d2, FloatVector.fromArray(FLOATS, y, to + (0 * 8 + 2) * L))).intoArray(y, to + (0 * 8 + 2) * L);
            sum0.fma(m3, a0_3.fma(d3, FloatVector.fromArray(FLOATS, y, to + (0 * 8 + 3) * L))).intoArray(y, to + (0 * 8 + 3) * L);
            sum0.fma(m4, a0_4.fma(d4, FloatVector.fromArray(FLOATS, y, to + (0 * 8 + 4) * L))).intoArray(y, to + (0 * 8 + 4) * L);
            sum0.fma(m5, a0_5.fma(d5, FloatVector.fromArray(FLOATS, y, to + (0 * 8 + 5) * L))).intoArray(y, to + (0 * 8 + 5) * L);
            sum0.fma(m6, a0_6.fma(d6, FloatVector.fromArray(FLOATS, y, to + (0 * 8 + 6) * L))).intoArray(y, to + (0 * 8 + 6) * L);
            sum0.fma(m7, a0_7.fma(d7, FloatVector.fromArray(FLOATS, y, to + (0 * 8 + 7) * L))).intoArray(y, to + (0 * 8 + 7) * L);
        }
    }

    private static void rows1Streams4(
            PackedMatrix m, int unit, int block, int blocks, Rows rowsOfX, int first, int row, float[] sums, float[] scales, float[] y) {
        MemorySegment w = m.data();
        float[] x = rowsOfX.data();
        long codes = m.codes(unit / PARTS, block) + unit % PARTS * (long) L * Integer.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Integer.BYTES);
        long o2 = Lanes.offset(2, stride, Integer.BYTES);
        long o3 = Lanes.offset(3, stride, Integer.BYTES);
        int x0 = rowsOfX.at(first + row), s0 = row * m.blocks();
        int size = m.packing().block();
        int eights = size / 8;
        IntVector values = FloatVector.fromArray(FLOATS, Codebook.of(m.packing().codes()), 0).reinterpretAsInts();
        FloatVector zero = FloatVector.zero(FLOATS);
        int to = row * 4 * L;
        for (int b = block, scale = 0; b < block + blocks; b++, scale += 2 * 4 * L) {
            long at = codes + (long) (b - block) * m.blockBytes();
            FloatVector a0_0 = zero;
            FloatVector a0_1 = zero;
            FloatVector a0_2 = zero;
            FloatVector a0_3 = zero;
            for (int eight = 0; eight < eights; eight++) {
                long p = at + eight * 64L;
                int k = b * size + eight * 8;
                IntVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN);
                IntVector w1 = IntVector.fromMemorySegment(INTS, w, p + o1, LITTLE_ENDIAN);
                IntVector w2 = IntVector.fromMemorySegment(INTS, w, p + o2, LITTLE_ENDIAN);
                IntVector w3 = IntVector.fromMemorySegment(INTS, w, p + o3, LITTLE_ENDIAN);
                for (int j = 0; j < 8; j++) {
                    FloatVector f0 = FloatVector.broadcast(FLOATS, x[x0 + k + j]);
                    a0_0 = w0.selectFrom(values).reinterpretAsFloats().fma(f0, a0_0);
                    a0_1 = w1.selectFrom(values).reinterpretAsFloats().fma(f0, a0_1);
                    a0_2 = w2.selectFrom(values).reinterpretAsFloats().fma(f0, a0_2);
                    a0_3 = w3.selectFrom(values).reinterpretAsFloats().fma(f0, a0_3);
                    w0 = w0.lanewise(LSHR, 4);
                    w1 = w1.lanewise(LSHR, 4);
                    w2 = w2.lanewise(LSHR, 4);
                    w3 = w3.lanewise(LSHR, 4);
                }
            }
            FloatVector d0 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 0 * L), m0 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 0 + 1) * L);
            FloatVector d1 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 1 * L), m1 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 1 + 1) * L);
            FloatVector d2 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 2 * L), m2 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 2 + 1) * L);
            FloatVector d3 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 3 * L), m3 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 3 + 1) * L);
            FloatVector sum0 = FloatVector.broadcast(FLOATS, sums[s0 + b]);
            sum0.fma(m0, a0_0.fma(d0, FloatVector.fromArray(FLOATS, y, to + (0 * 4 + 0) * L))).intoArray(y, to + (0 * 4 + 0) * L);
            sum0.fma(m1, a0_1.fma(d1, FloatVector.fromArray(FLOATS, y, to + (0 * 4 + 1) * L))).intoArray(y, to + (0 * 4 + 1) * L);
            sum0.fma(m2, a0_2.fma(d2, FloatVector.fromArray(FLOATS, y, to + (0 * 4 + 2) * L))).intoArray(y, to + (0 * 4 + 2) * L);
            sum0.fma(m3, a0_3.fma(d3, FloatVector.fromArray(FLOATS, y, to + (0 * 4 + 3) * L))).intoArray(y, to + (0 * 4 + 3) * L);
        }
    }

    private static void rows1Streams2(
            PackedMatrix m, int unit, int block, int blocks, Rows rowsOfX, int first, int row, float[] sums, float[] scales, float[] y) {
        MemorySegment w = m.data();
        float[] x = rowsOfX.data();
        long codes = m.codes(unit / PARTS, block) + unit % PARTS * (long) L * Integer.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Integer.BYTES);
        int x0 = rowsOfX.at(first + row), s0 = row * m.blocks();
        int size = m.packing().block();
        int eights = size / 8;
        IntVector values = FloatVector.fromArray(FLOATS, Codebook.of(m.packing().codes()), 0).reinterpretAsInts();
        FloatVector zero = FloatVector.zero(FLOATS);
        int to = row * 2 * L;
        for (int b = block, scale = 0; b < block + blocks; b++, scale += 2 * 2 * L) {
            long at = codes + (long) (b - block) * m.blockBytes();
            FloatVector a0_0 = zero;
            FloatVector a0_1 = zero;
            for (int eight = 0; eight < eights; eight++) {
                long p = at + eight * 64L;
                int k = b * size + eight * 8;
                IntVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN);
                IntVector w1 = IntVector.fromMemorySegment(INTS, w, p + o1, LITTLE_ENDIAN);
                for (int j = 0; j < 8; j++) {
                    FloatVector f0 = FloatVector.broadcast(FLOATS, x[x0 + k + j]);
                    a0_0 = w0.selectFrom(values).reinterpretAsFloats().fma(f0, a0_0);
                    a0_1 = w1.selectFrom(values).reinterpretAsFloats().fma(f0, a0_1);
                    w0 = w0.lanewise(LSHR, 4);
                    w1 = w1.lanewise(LSHR, 4);
                }
            }
            FloatVector d0 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 0 * L), m0 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 0 + 1) * L);
            FloatVector d1 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 1 * L), m1 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 1 + 1) * L);
            FloatVector sum0 = FloatVector.broadcast(FLOATS, sums[s0 + b]);
            sum0.fma(m0, a0_0.fma(d0, FloatVector.fromArray(FLOATS, y, to + (0 * 2 + 0) * L))).intoArray(y, to + (0 * 2 + 0) * L);
            sum0.fma(m1, a0_1.fma(d1, FloatVector.fromArray(FLOATS, y, to + (0 * 2 + 1) * L))).intoArray(y, to + (0 * 2 + 1) * L);
        }
    }

    private static void rows1Streams1(
            PackedMatrix m, int unit, int block, int blocks, Rows rowsOfX, int first, int row, float[] sums, float[] scales, float[] y) {
        MemorySegment w = m.data();
        float[] x = rowsOfX.data();
        long codes = m.codes(unit / PARTS, block) + unit % PARTS * (long) L * Integer.BYTES;
        long o0 = 0;
        int x0 = rowsOfX.at(first + row), s0 = row * m.blocks();
        int size = m.packing().block();
        int eights = size / 8;
        IntVector values = FloatVector.fromArray(FLOATS, Codebook.of(m.packing().codes()), 0).reinterpretAsInts();
        FloatVector zero = FloatVector.zero(FLOATS);
        int to = row * 1 * L;
        for (int b = block, scale = 0; b < block + blocks; b++, scale += 2 * 1 * L) {
            long at = codes + (long) (b - block) * m.blockBytes();
            FloatVector a0_0 = zero;
            for (int eight = 0; eight < eights; eight++) {
                long p = at + eight * 64L;
                int k = b * size + eight * 8;
                IntVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN);
                for (int j = 0; j < 8; j++) {
                    FloatVector f0 = FloatVector.broadcast(FLOATS, x[x0 + k + j]);
                    a0_0 = w0.selectFrom(values).reinterpretAsFloats().fma(f0, a0_0);
                    w0 = w0.lanewise(LSHR, 4);
                }
            }
            FloatVector d0 = FloatVector.fromArray(FLOATS, scales, scale + 2 * 0 * L), m0 = FloatVector.fromArray(FLOATS, scales, scale + (2 * 0 + 1) * L);
            FloatVector sum0 = FloatVector.broadcast(FLOATS, sums[s0 + b]);
            sum0.fma(m0, a0_0.fma(d0, FloatVector.fromArray(FLOATS, y, to + (0 * 1 + 0) * L))).intoArray(y, to + (0 * 1 + 0) * L);
        }
    }

    private static void rows4Streams4(
            PackedMatrix m, int unit, int block, int blocks, Rows rowsOfX, int first, int row, int rows, float[] sums, float[] scales, float[] y) {
        MemorySegment w = m.data();
        float[] x = rowsOfX.data();
        long codes = m.codes(unit / PARTS, block) + unit % PARTS * (long) L * Integer.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Integer.BYTES);
        long o2 = Lanes.offset(2, stride, Integer.BYTES);
        long o3 = Lanes.offset(3, stride, Integer.BYTES);
        int r0 = row + Math.min(0, rows - 1), x0 = rowsOfX.at(first + r0), s0 = r0 * m.blocks();
        int r1 = row + Math.min(1, rows - 1), x1 = rowsOfX.at(first + r1), s1 = r1 * m.blocks();
        int r2 = row + Math.min(2, rows - 1), x2 = rowsOfX.at(first + r2), s2 = r2 * m.blocks();
        int r3 = row + Math.min(3, rows - 1), x3 = rowsOfX.at(first + r3), s3 = r3 * m.blocks();
        int size = m.packing().block();
        int eights = size / 8;
        IntVector values = FloatVector.fromArray(FLOATS, Codebook.of(m.packing().codes()), 0).reinterpretAsInts();
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
            for (int eight = 0; eight < eights; eight++) {
                long p = at + eight * 64L;
                int k = b * size + eight * 8;
                IntVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN);
                IntVector w1 = IntVector.fromMemorySegment(INTS, w, p + o1, LITTLE_ENDIAN);
                IntVector w2 = IntVector.fromMemorySegment(INTS, w, p + o2, LITTLE_ENDIAN);
                IntVector w3 = IntVector.fromMemorySegment(INTS, w, p + o3, LITTLE_ENDIAN);
                for (int j = 0; j < 8; j++) {
                    FloatVector v0 = w0.selectFrom(values).reinterpretAsFloats();
                    
                    FloatVector v1 = w1.selectFrom(values).reinterpretAsFloats();
                    
                    FloatVector v2 = w2.selectFrom(values).reinterpretAsFloats();
                    
                    FloatVector v3 = w3.selectFrom(values).reinterpretAsFloats();
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
                    w0 = w0.lanewise(LSHR, 4);
                    w1 = w1.lanewise(LSHR, 4);
                    w2 = w2.lanewise(LSHR, 4);
                    w3 = w3.lanewise(LSHR, 4);
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
        long codes = m.codes(unit / PARTS, block) + unit % PARTS * (long) L * Integer.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Integer.BYTES);
        long o2 = Lanes.offset(2, stride, Integer.BYTES);
        long o3 = Lanes.offset(3, stride, Integer.BYTES);
        int r0 = row + Math.min(0, rows - 1), x0 = rowsOfX.at(first + r0), s0 = r0 * m.blocks();
        int r1 = row + Math.min(1, rows - 1), x1 = rowsOfX.at(first + r1), s1 = r1 * m.blocks();
        int size = m.packing().block();
        int eights = size / 8;
        IntVector values = FloatVector.fromArray(FLOATS, Codebook.of(m.packing().codes()), 0).reinterpretAsInts();
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
            for (int eight = 0; eight < eights; eight++) {
                long p = at + eight * 64L;
                int k = b * size + eight * 8;
                IntVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN);
                IntVector w1 = IntVector.fromMemorySegment(INTS, w, p + o1, LITTLE_ENDIAN);
                IntVector w2 = IntVector.fromMemorySegment(INTS, w, p + o2, LITTLE_ENDIAN);
                IntVector w3 = IntVector.fromMemorySegment(INTS, w, p + o3, LITTLE_ENDIAN);
                for (int j = 0; j < 8; j++) {
                    FloatVector v0 = w0.selectFrom(values).reinterpretAsFloats();
                    
                    FloatVector v1 = w1.selectFrom(values).reinterpretAsFloats();
                    
                    FloatVector v2 = w2.selectFrom(values).reinterpretAsFloats();
                    
                    FloatVector v3 = w3.selectFrom(values).reinterpretAsFloats();
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
                    w0 = w0.lanewise(LSHR, 4);
                    w1 = w1.lanewise(LSHR, 4);
                    w2 = w2.lanewise(LSHR, 4);
                    w3 = w3.lanewise(LSHR, 4);
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
