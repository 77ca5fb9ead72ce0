package io.baseload.engine.kernel.generated;

import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.kernel.lanes.Lanes.SHORTS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * 8-bit weights with F16 scales times one row of x, w = d·q + m. A kernel reads each block's scales itself, right after the block's codes, so that memory is read in order: scales of many blocks that are
 * converted beforehand break the streams. Written by src/build/GenerateKernels.java.
 */
public final class ByteRowHalf {
    /** Columns per loop, a divisor of a block's; a constant, because the compiler unrolls a loop of unknown length less well. */
    private static final int COLUMNS = 16;

    private ByteRowHalf() {}

    /**
     * Adds the products of some blocks: a row of x times some vectors of weight rows, from {@code unit} on, to {@code y[(row · streams + stream) · L + lane]}.
     *
     * @param streams 8, 4, 2 or 1
     * @param block the first block
     * @param first the index in x of row 0
     * @param row the row, counted from {@code first}
     * @param sums for each row, from row 0 on, the sums of its blocks; used if there are minimums
     */
    public static void multiply(
            PackedMatrix m, int unit, int streams, int block, int blocks, Rows x, int first, int row, float[] sums, float[] y) {
        switch (m.packing().scales()) {
            case F16 -> streams(m, unit, streams, block, blocks, x, first, row, y);
            case F16_MINIMUM -> minimumStreams(m, unit, streams, block, blocks, x, first, row, sums, y);
            default -> throw new IllegalArgumentException("no scales of 8-bit weights: " + m.packing());
        }
    }

    private static void streams(
            PackedMatrix m, int unit, int streams, int block, int blocks, Rows x, int first, int row, float[] y) {
        switch (streams) {
            case 8 -> streams8(m, unit, block, blocks, x, first, row, y);
            case 4 -> streams4(m, unit, block, blocks, x, first, row, y);
            case 2 -> streams2(m, unit, block, blocks, x, first, row, y);
            case 1 -> streams1(m, unit, block, blocks, x, first, row, y);
            default -> throw new IllegalArgumentException(streams + " streams");
        }
    }

    private static void streams8(
            PackedMatrix m, int unit, int block, int blocks, Rows rowsOfX, int first, int row, float[] y) {
        MemorySegment w = m.data();
        float[] x = rowsOfX.data();
        long part = unit % PARTS * (long) L;
        long p = m.codes(unit / PARTS, block) + part;
        long q = m.scales(unit / PARTS, block) + part * Short.BYTES;
        long stride = m.panelBytes();
        long o0 = Lanes.offset(0, stride, Byte.BYTES);
        long o1 = Lanes.offset(1, stride, Byte.BYTES);
        long o2 = Lanes.offset(2, stride, Byte.BYTES);
        long o3 = Lanes.offset(3, stride, Byte.BYTES);
        long o4 = Lanes.offset(4, stride, Byte.BYTES);
        long o5 = Lanes.offset(5, stride, Byte.BYTES);
        long o6 = Lanes.offset(6, stride, Byte.BYTES);
        long o7 = Lanes.offset(7, stride, Byte.BYTES);
        long q0 = Lanes.offset(0, stride, Short.BYTES);
        long q1 = Lanes.offset(1, stride, Short.BYTES);
        long q2 = Lanes.offset(2, stride, Short.BYTES);
        long q3 = Lanes.offset(3, stride, Short.BYTES);
        long q4 = Lanes.offset(4, stride, Short.BYTES);
        long q5 = Lanes.offset(5, stride, Short.BYTES);
        long q6 = Lanes.offset(6, stride, Short.BYTES);
        long q7 = Lanes.offset(7, stride, Short.BYTES);
        int size = m.packing().block();
        int gap = m.blockBytes() - size * LANES;
        int to = row * 8 * L;
        int k = rowsOfX.at(first + row) + block * size;
        FloatVector zero = FloatVector.zero(FLOATS);
        for (int b = block; b < block + blocks; b++, p += gap, q += m.blockBytes()) {
            FloatVector a0 = zero;
            FloatVector a1 = zero;
            FloatVector a2 = zero;
            FloatVector a3 = zero;
            FloatVector a4 = zero;
            FloatVector a5 = zero;
            FloatVector a6 = zero;
            FloatVector a7 = zero;
            for (int end = k + size; k < end; k += COLUMNS, p += COLUMNS * LANES) {
                for (int j = 0; j < COLUMNS; j++) {
                    FloatVector f = FloatVector.broadcast(FLOATS, x[k + j]);
                    a0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a0);
                    a1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o1, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a1);
                    a2 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o2, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a2);
                    a3 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o3, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a3);
                    a4 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o4, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a4);
                    a5 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o5, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a5);
                    a6 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o6, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a6);
                    a7 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o7, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a7);
                }
            }
            FloatVector d0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q1, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d2 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q2, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d3 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q3, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d4 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q4, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d5 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q5, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d6 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q6, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d7 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q7, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            a0.fma(d0, FloatVector.fromArray(FLOATS, y, to + 0 * L)).intoArray(y, to + 0 * L);
            a1.fma(d1, FloatVector.fromArray(FLOATS, y, to + 1 * L)).intoArray(y, to + 1 * L);
            a2.fma(d2, FloatVector.fromArray(FLOATS, y, to + 2 * L)).intoArray(y, to + 2 * L);
            a3.fma(d3, FloatVector.fromArray(FLOATS, y, to + 3 * L)).intoArray(y, to + 3 * L);
            a4.fma(d4, FloatVector.fromArray(FLOATS, y, to + 4 * L)).intoArray(y, to + 4 * L);
            a5.fma(d5, FloatVector.fromArray(FLOATS, y, to + 5 * L)).intoArray(y, to + 5 * L);
            a6.fma(d6, FloatVector.fromArray(FLOATS, y, to + 6 * L)).intoArray(y, to + 6 * L);
            a7.fma(d7, FloatVector.fromArray(FLOATS, y, to + 7 * L)).intoArray(y, to + 7 * L);
        }
    }

    private static void streams4(
            PackedMatrix m, int unit, int block, int blocks, Rows rowsOfX, int first, int row, float[] y) {
        MemorySegment w = m.data();
        float[] x = rowsOfX.data();
        long part = unit % PARTS * (long) L;
        long p = m.codes(unit / PARTS, block) + part;
        long q = m.scales(unit / PARTS, block) + part * Short.BYTES;
        long stride = m.panelBytes();
        long o0 = Lanes.offset(0, stride, Byte.BYTES);
        long o1 = Lanes.offset(1, stride, Byte.BYTES);
        long o2 = Lanes.offset(2, stride, Byte.BYTES);
        long o3 = Lanes.offset(3, stride, Byte.BYTES);
        long q0 = Lanes.offset(0, stride, Short.BYTES);
        long q1 = Lanes.offset(1, stride, Short.BYTES);
        long q2 = Lanes.offset(2, stride, Short.BYTES);
        long q3 = Lanes.offset(3, stride, Short.BYTES);
        int size = m.packing().block();
        int gap = m.blockBytes() - size * LANES;
        int to = row * 4 * L;
        int k = rowsOfX.at(first + row) + block * size;
        FloatVector zero = FloatVector.zero(FLOATS);
        for (int b = block; b < block + blocks; b++, p += gap, q += m.blockBytes()) {
            FloatVector a0 = zero;
            FloatVector a1 = zero;
            FloatVector a2 = zero;
            FloatVector a3 = zero;
            for (int end = k + size; k < end; k += COLUMNS, p += COLUMNS * LANES) {
                for (int j = 0; j < COLUMNS; j++) {
                    FloatVector f = FloatVector.broadcast(FLOATS, x[k + j]);
                    a0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a0);
                    a1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o1, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a1);
                    a2 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o2, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a2);
                    a3 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o3, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a3);
                }
            }
            FloatVector d0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q1, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d2 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q2, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d3 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q3, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            a0.fma(d0, FloatVector.fromArray(FLOATS, y, to + 0 * L)).intoArray(y, to + 0 * L);
            a1.fma(d1, FloatVector.fromArray(FLOATS, y, to + 1 * L)).intoArray(y, to + 1 * L);
            a2.fma(d2, FloatVector.fromArray(FLOATS, y, to + 2 * L)).intoArray(y, to + 2 * L);
            a3.fma(d3, FloatVector.fromArray(FLOATS, y, to + 3 * L)).intoArray(y, to + 3 * L);
        }
    }

    private static void streams2(
            PackedMatrix m, int unit, int block, int blocks, Rows rowsOfX, int first, int row, float[] y) {
        MemorySegment w = m.data();
        float[] x = rowsOfX.data();
        long part = unit % PARTS * (long) L;
        long p = m.codes(unit / PARTS, block) + part;
        long q = m.scales(unit / PARTS, block) + part * Short.BYTES;
        long stride = m.panelBytes();
        long o0 = Lanes.offset(0, stride, Byte.BYTES);
        long o1 = Lanes.offset(1, stride, Byte.BYTES);
        long q0 = Lanes.offset(0, stride, Short.BYTES);
        long q1 = Lanes.offset(1, stride, Short.BYTES);
        int size = m.packing().block();
        int gap = m.blockBytes() - size * LANES;
        int to = row * 2 * L;
        int k = rowsOfX.at(first + row) + block * size;
        FloatVector zero = FloatVector.zero(FLOATS);
        for (int b = block; b < block + blocks; b++, p += gap, q += m.blockBytes()) {
            FloatVector a0 = zero;
            FloatVector a1 = zero;
            for (int end = k + size; k < end; k += COLUMNS, p += COLUMNS * LANES) {
                for (int j = 0; j < COLUMNS; j++) {
                    FloatVector f = FloatVector.broadcast(FLOATS, x[k + j]);
                    a0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a0);
                    a1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o1, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a1);
                }
            }
            FloatVector d0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q1, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            a0.fma(d0, FloatVector.fromArray(FLOATS, y, to + 0 * L)).intoArray(y, to + 0 * L);
            a1.fma(d1, FloatVector.fromArray(FLOATS, y, to + 1 * L)).intoArray(y, to + 1 * L);
        }
    }

    private static void streams1(
            PackedMatrix m, int unit, int block, int blocks, Rows rowsOfX, int first, int row, float[] y) {
        MemorySegment w = m.data();
        float[] x = rowsOfX.data();
        long part = unit % PARTS * (long) L;
        long p = m.codes(unit / PARTS, block) + part;
        long q = m.scales(unit / PARTS, block) + part * Short.BYTES;
        long stride = m.panelBytes();
        long o0 = Lanes.offset(0, stride, Byte.BYTES);
        long q0 = Lanes.offset(0, stride, Short.BYTES);
        int size = m.packing().block();
        int gap = m.blockBytes() - size * LANES;
        int to = row * 1 * L;
        int k = rowsOfX.at(first + row) + block * size;
        FloatVector zero = FloatVector.zero(FLOATS);
        for (int b = block; b < block + blocks; b++, p += gap, q += m.blockBytes()) {
            FloatVector a0 = zero;
            for (int end = k + size; k < end; k += COLUMNS, p += COLUMNS * LANES) {
                for (int j = 0; j < COLUMNS; j++) {
                    FloatVector f = FloatVector.broadcast(FLOATS, x[k + j]);
                    a0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a0);
                }
            }
            FloatVector d0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            a0.fma(d0, FloatVector.fromArray(FLOATS, y, to + 0 * L)).intoArray(y, to + 0 * L);
        }
    }

    private static void minimumStreams(
            PackedMatrix m, int unit, int streams, int block, int blocks, Rows x, int first, int row, float[] sums, float[] y) {
        switch (streams) {
            case 8 -> minimumStreams8(m, unit, block, blocks, x, first, row, sums, y);
            case 4 -> minimumStreams4(m, unit, block, blocks, x, first, row, sums, y);
            case 2 -> minimumStreams2(m, unit, block, blocks, x, first, row, sums, y);
            case 1 -> minimumStreams1(m, unit, block, blocks, x, first, row, sums, y);
            default -> throw new IllegalArgumentException(streams + " streams");
        }
    }

    private static void minimumStreams8(
            PackedMatrix m, int unit, int block, int blocks, Rows rowsOfX, int first, int row, float[] sums, float[] y) {
        MemorySegment w = m.data();
        float[] x = rowsOfX.data();
        long part = unit % PARTS * (long) L;
        long p = m.codes(unit / PARTS, block) + part;
        long q = m.scales(unit / PARTS, block) + part * Short.BYTES;
        long stride = m.panelBytes();
        long o0 = Lanes.offset(0, stride, Byte.BYTES);
        long o1 = Lanes.offset(1, stride, Byte.BYTES);
        long o2 = Lanes.offset(2, stride, Byte.BYTES);
        long o3 = Lanes.offset(3, stride, Byte.BYTES);
        long o4 = Lanes.offset(4, stride, Byte.BYTES);
        long o5 = Lanes.offset(5, stride, Byte.BYTES);
        long o6 = Lanes.offset(6, stride, Byte.BYTES);
        long o7 = Lanes.offset(7, stride, Byte.BYTES);
        long q0 = Lanes.offset(0, stride, Short.BYTES);
        long q1 = Lanes.offset(1, stride, Short.BYTES);
        long q2 = Lanes.offset(2, stride, Short.BYTES);
        long q3 = Lanes.offset(3, stride, Short.BYTES);
        long q4 = Lanes.offset(4, stride, Short.BYTES);
        long q5 = Lanes.offset(5, stride, Short.BYTES);
        long q6 = Lanes.offset(6, stride, Short.BYTES);
        long q7 = Lanes.offset(7, stride, Short.BYTES);
        int size = m.packing().block();
        int gap = m.blockBytes() - size * LANES;
        int s = row * m.blocks();
        int to = row * 8 * L;
        int k = rowsOfX.at(first + row) + block * size;
        FloatVector zero = FloatVector.zero(FLOATS);
        for (int b = block; b < block + blocks; b++, p += gap, q += m.blockBytes()) {
            FloatVector a0 = zero;
            FloatVector a1 = zero;
            FloatVector a2 = zero;
            FloatVector a3 = zero;
            FloatVector a4 = zero;
            FloatVector a5 = zero;
            FloatVector a6 = zero;
            FloatVector a7 = zero;
            for (int end = k + size; k < end; k += COLUMNS, p += COLUMNS * LANES) {
                for (int j = 0; j < COLUMNS; j++) {
                    FloatVector f = FloatVector.broadcast(FLOATS, x[k + j]);
                    a0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a0);
                    a1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o1, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a1);
                    a2 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o2, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a2);
                    a3 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o3, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a3);
                    a4 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o4, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a4);
                    a5 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o5, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a5);
                    a6 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o6, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a6);
                    a7 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o7, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a7);
                }
            }
            FloatVector d0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q1, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d2 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q2, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d3 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q3, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d4 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q4, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d5 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q5, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d6 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q6, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d7 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q7, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector sum = FloatVector.broadcast(FLOATS, sums[s + b]);
            FloatVector m0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q0 + LANES * Short.BYTES, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector m1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q1 + LANES * Short.BYTES, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector m2 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q2 + LANES * Short.BYTES, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector m3 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q3 + LANES * Short.BYTES, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector m4 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q4 + LANES * Short.BYTES, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector m5 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q5 + LANES * Short.BYTES, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector m6 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q6 + LANES * Short.BYTES, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector m7 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q7 + LANES * Short.BYTES, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            sum.fma(m0, a0.fma(d0, FloatVector.fromArray(FLOATS, y, to + 0 * L))).intoArray(y, to + 0 * L);
            sum.fma(m1, a1.fma(d1, FloatVector.fromArray(FLOATS, y, to + 1 * L))).intoArray(y, to + 1 * L);
            sum.fma(m2, a2.fma(d2, FloatVector.fromArray(FLOATS, y, to + 2 * L))).intoArray(y, to + 2 * L);
            sum.fma(m3, a3.fma(d3, FloatVector.fromArray(FLOATS, y, to + 3 * L))).intoArray(y, to + 3 * L);
            sum.fma(m4, a4.fma(d4, FloatVector.fromArray(FLOATS, y, to + 4 * L))).intoArray(y, to + 4 * L);
            sum.fma(m5, a5.fma(d5, FloatVector.fromArray(FLOATS, y, to + 5 * L))).intoArray(y, to + 5 * L);
            sum.fma(m6, a6.fma(d6, FloatVector.fromArray(FLOATS, y, to + 6 * L))).intoArray(y, to + 6 * L);
            sum.fma(m7, a7.fma(d7, FloatVector.fromArray(FLOATS, y, to + 7 * L))).intoArray(y, to + 7 * L);
        }
    }

    private static void minimumStreams4(
            PackedMatrix m, int unit, int block, int blocks, Rows rowsOfX, int first, int row, float[] sums, float[] y) {
        MemorySegment w = m.data();
        float[] x = rowsOfX.data();
        long part = unit % PARTS * (long) L;
        long p = m.codes(unit / PARTS, block) + part;
        long q = m.scales(unit / PARTS, block) + part * Short.BYTES;
        long stride = m.panelBytes();
        long o0 = Lanes.offset(0, stride, Byte.BYTES);
        long o1 = Lanes.offset(1, stride, Byte.BYTES);
        long o2 = Lanes.offset(2, stride, Byte.BYTES);
        long o3 = Lanes.offset(3, stride, Byte.BYTES);
        long q0 = Lanes.offset(0, stride, Short.BYTES);
        long q1 = Lanes.offset(1, stride, Short.BYTES);
        long q2 = Lanes.offset(2, stride, Short.BYTES);
        long q3 = Lanes.offset(3, stride, Short.BYTES);
        int size = m.packing().block();
        int gap = m.blockBytes() - size * LANES;
        int s = row * m.blocks();
        int to = row * 4 * L;
        int k = rowsOfX.at(first + row) + block * size;
        FloatVector zero = FloatVector.zero(FLOATS);
        for (int b = block; b < block + blocks; b++, p += gap, q += m.blockBytes()) {
            FloatVector a0 = zero;
            FloatVector a1 = zero;
            FloatVector a2 = zero;
            FloatVector a3 = zero;
            for (int end = k + size; k < end; k += COLUMNS, p += COLUMNS * LANES) {
                for (int j = 0; j < COLUMNS; j++) {
                    FloatVector f = FloatVector.broadcast(FLOATS, x[k + j]);
                    a0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a0);
                    a1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o1, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a1);
                    a2 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o2, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a2);
                    a3 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o3, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a3);
                }
            }
            FloatVector d0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q1, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d2 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q2, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d3 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q3, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector sum = FloatVector.broadcast(FLOATS, sums[s + b]);
            FloatVector m0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q0 + LANES * Short.BYTES, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector m1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q1 + LANES * Short.BYTES, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector m2 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q2 + LANES * Short.BYTES, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector m3 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q3 + LANES * Short.BYTES, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            sum.fma(m0, a0.fma(d0, FloatVector.fromArray(FLOATS, y, to + 0 * L))).intoArray(y, to + 0 * L);
            sum.fma(m1, a1.fma(d1, FloatVector.fromArray(FLOATS, y, to + 1 * L))).intoArray(y, to + 1 * L);
            sum.fma(m2, a2.fma(d2, FloatVector.fromArray(FLOATS, y, to + 2 * L))).intoArray(y, to + 2 * L);
            sum.fma(m3, a3.fma(d3, FloatVector.fromArray(FLOATS, y, to + 3 * L))).intoArray(y, to + 3 * L);
        }
    }

    private static void minimumStreams2(
            PackedMatrix m, int unit, int block, int blocks, Rows rowsOfX, int first, int row, float[] sums, float[] y) {
        MemorySegment w = m.data();
        float[] x = rowsOfX.data();
        long part = unit % PARTS * (long) L;
        long p = m.codes(unit / PARTS, block) + part;
        long q = m.scales(unit / PARTS, block) + part * Short.BYTES;
        long stride = m.panelBytes();
        long o0 = Lanes.offset(0, stride, Byte.BYTES);
        long o1 = Lanes.offset(1, stride, Byte.BYTES);
        long q0 = Lanes.offset(0, stride, Short.BYTES);
        long q1 = Lanes.offset(1, stride, Short.BYTES);
        int size = m.packing().block();
        int gap = m.blockBytes() - size * LANES;
        int s = row * m.blocks();
        int to = row * 2 * L;
        int k = rowsOfX.at(first + row) + block * size;
        FloatVector zero = FloatVector.zero(FLOATS);
        for (int b = block; b < block + blocks; b++, p += gap, q += m.blockBytes()) {
            FloatVector a0 = zero;
            FloatVector a1 = zero;
            for (int end = k + size; k < end; k += COLUMNS, p += COLUMNS * LANES) {
                for (int j = 0; j < COLUMNS; j++) {
                    FloatVector f = FloatVector.broadcast(FLOATS, x[k + j]);
                    a0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a0);
                    a1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o1, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a1);
                }
            }
            FloatVector d0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector d1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q1, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector sum = FloatVector.broadcast(FLOATS, sums[s + b]);
            FloatVector m0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q0 + LANES * Short.BYTES, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector m1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q1 + LANES * Short.BYTES, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            sum.fma(m0, a0.fma(d0, FloatVector.fromArray(FLOATS, y, to + 0 * L))).intoArray(y, to + 0 * L);
            sum.fma(m1, a1.fma(d1, FloatVector.fromArray(FLOATS, y, to + 1 * L))).intoArray(y, to + 1 * L);
        }
    }

    private static void minimumStreams1(
            PackedMatrix m, int unit, int block, int blocks, Rows rowsOfX, int first, int row, float[] sums, float[] y) {
        MemorySegment w = m.data();
        float[] x = rowsOfX.data();
        long part = unit % PARTS * (long) L;
        long p = m.codes(unit / PARTS, block) + part;
        long q = m.scales(unit / PARTS, block) + part * Short.BYTES;
        long stride = m.panelBytes();
        long o0 = Lanes.offset(0, stride, Byte.BYTES);
        long q0 = Lanes.offset(0, stride, Short.BYTES);
        int size = m.packing().block();
        int gap = m.blockBytes() - size * LANES;
        int s = row * m.blocks();
        int to = row * 1 * L;
        int k = rowsOfX.at(first + row) + block * size;
        FloatVector zero = FloatVector.zero(FLOATS);
        for (int b = block; b < block + blocks; b++, p += gap, q += m.blockBytes()) {
            FloatVector a0 = zero;
            for (int end = k + size; k < end; k += COLUMNS, p += COLUMNS * LANES) {
                for (int j = 0; j < COLUMNS; j++) {
                    FloatVector f = FloatVector.broadcast(FLOATS, x[k + j]);
                    a0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o0, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a0);
                }
            }
            FloatVector d0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            FloatVector sum = FloatVector.broadcast(FLOATS, sums[s + b]);
            FloatVector m0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, q + q0 + LANES * Short.BYTES, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS);
            sum.fma(m0, a0.fma(d0, FloatVector.fromArray(FLOATS, y, to + 0 * L))).intoArray(y, to + 0 * L);
        }
    }
}
