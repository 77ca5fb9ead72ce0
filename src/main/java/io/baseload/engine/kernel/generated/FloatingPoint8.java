package io.baseload.engine.kernel.generated;

import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.LSHL;

import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * F8_E4M3 weights with a scale for each block, which are widened in registers, times one row of x. Each sum runs in the order of the columns, as in {@link Tile}, so both give the same bits.
 * Written by src/build/GenerateKernels.java.
 */
public final class FloatingPoint8 {
    private FloatingPoint8() {}

    /**
     * The products of all columns of some vectors of weight rows, from {@code unit} on.
     *
     * @param streams 8, 4, 2 or 1
     * @param first the index in x of the row
     * @param y receives {@code [stream][lane]}
     */
    public static void multiply(PackedMatrix m, int unit, int streams, float[] x, int first, float[] y) {
        switch (m.packing().codes()) {
            case F8_E4M3 -> floats(m, unit, streams, x, first, y);
            default -> throw new IllegalArgumentException(String.valueOf(m.packing()));
        }
    }

    private static void floats(PackedMatrix m, int unit, int streams, float[] x, int first, float[] y) {
        switch (streams) {
            case 8 -> floats8(m, unit, x, first, y);
            case 4 -> floats4(m, unit, x, first, y);
            case 2 -> floats2(m, unit, x, first, y);
            case 1 -> floats1(m, unit, x, first, y);
            default -> throw new IllegalArgumentException(streams + " streams");
        }
    }

    private static void floats8(PackedMatrix m, int unit, float[] x, int first, float[] y) {
        MemorySegment w = m.data();
        long from = m.codes(unit / PARTS, 0) + unit % PARTS * (long) L * Byte.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Byte.BYTES);
        long o2 = Lanes.offset(2, stride, Byte.BYTES);
        long o3 = Lanes.offset(3, stride, Byte.BYTES);
        long o4 = Lanes.offset(4, stride, Byte.BYTES);
        long o5 = Lanes.offset(5, stride, Byte.BYTES);
        long o6 = Lanes.offset(6, stride, Byte.BYTES);
        long o7 = Lanes.offset(7, stride, Byte.BYTES);
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        FloatVector a2 = FloatVector.zero(FLOATS);
        FloatVector a3 = FloatVector.zero(FLOATS);
        FloatVector a4 = FloatVector.zero(FLOATS);
        FloatVector a5 = FloatVector.zero(FLOATS);
        FloatVector a6 = FloatVector.zero(FLOATS);
        FloatVector a7 = FloatVector.zero(FLOATS);
        int size = m.packing().block();
        long scales = m.scales(unit / PARTS, 0) + unit % PARTS * (long) L * Float.BYTES;
        long e0 = 0;
        long e1 = Lanes.offset(1, stride, Float.BYTES);
        long e2 = Lanes.offset(2, stride, Float.BYTES);
        long e3 = Lanes.offset(3, stride, Float.BYTES);
        long e4 = Lanes.offset(4, stride, Float.BYTES);
        long e5 = Lanes.offset(5, stride, Float.BYTES);
        long e6 = Lanes.offset(6, stride, Float.BYTES);
        long e7 = Lanes.offset(7, stride, Float.BYTES);
        for (int b = 0; b < m.blocks(); b++) {
            long at = from + b * (long) m.blockBytes(), s = scales + b * (long) m.blockBytes();
            FloatVector d0 = FloatVector.fromMemorySegment(FLOATS, w, s + e0, LITTLE_ENDIAN);
            FloatVector d1 = FloatVector.fromMemorySegment(FLOATS, w, s + e1, LITTLE_ENDIAN);
            FloatVector d2 = FloatVector.fromMemorySegment(FLOATS, w, s + e2, LITTLE_ENDIAN);
            FloatVector d3 = FloatVector.fromMemorySegment(FLOATS, w, s + e3, LITTLE_ENDIAN);
            FloatVector d4 = FloatVector.fromMemorySegment(FLOATS, w, s + e4, LITTLE_ENDIAN);
            FloatVector d5 = FloatVector.fromMemorySegment(FLOATS, w, s + e5, LITTLE_ENDIAN);
            FloatVector d6 = FloatVector.fromMemorySegment(FLOATS, w, s + e6, LITTLE_ENDIAN);
            FloatVector d7 = FloatVector.fromMemorySegment(FLOATS, w, s + e7, LITTLE_ENDIAN);
            for (int j = 0; j < size; j++) {
                long p = at + j * (long) LANES;
                FloatVector f = FloatVector.broadcast(FLOATS, x[first + b * size + j]);
                a0 = ((IntVector) ByteVector.fromMemorySegment(BYTES, w, p + o0, LITTLE_ENDIAN).convertShape(B2I, INTS, 0)).lanewise(LSHL, 20).and(Lanes.FLOAT8_BITS).reinterpretAsFloats().mul(Lanes.FLOAT8_BIAS).mul(d0).fma(f, a0);
                a1 = ((IntVector) ByteVector.fromMemorySegment(BYTES, w, p + o1, LITTLE_ENDIAN).convertShape(B2I, INTS, 0)).lanewise(LSHL, 20).and(Lanes.FLOAT8_BITS).reinterpretAsFloats().mul(Lanes.FLOAT8_BIAS).mul(d1).fma(f, a1);
                a2 = ((IntVector) ByteVector.fromMemorySegment(BYTES, w, p + o2, LITTLE_ENDIAN).convertShape(B2I, INTS, 0)).lanewise(LSHL, 20).and(Lanes.FLOAT8_BITS).reinterpretAsFloats().mul(Lanes.FLOAT8_BIAS).mul(d2).fma(f, a2);
                a3 = ((IntVector) ByteVector.fromMemorySegment(BYTES, w, p + o3, LITTLE_ENDIAN).convertShape(B2I, INTS, 0)).lanewise(LSHL, 20).and(Lanes.FLOAT8_BITS).reinterpretAsFloats().mul(Lanes.FLOAT8_BIAS).mul(d3).fma(f, a3);
                a4 = ((IntVector) ByteVector.fromMemorySegment(BYTES, w, p + o4, LITTLE_ENDIAN).convertShape(B2I, INTS, 0)).lanewise(LSHL, 20).and(Lanes.FLOAT8_BITS).reinterpretAsFloats().mul(Lanes.FLOAT8_BIAS).mul(d4).fma(f, a4);
                a5 = ((IntVector) ByteVector.fromMemorySegment(BYTES, w, p + o5, LITTLE_ENDIAN).convertShape(B2I, INTS, 0)).lanewise(LSHL, 20).and(Lanes.FLOAT8_BITS).reinterpretAsFloats().mul(Lanes.FLOAT8_BIAS).mul(d5).fma(f, a5);
                a6 = ((IntVector) ByteVector.fromMemorySegment(BYTES, w, p + o6, LITTLE_ENDIAN).convertShape(B2I, INTS, 0)).lanewise(LSHL, 20).and(Lanes.FLOAT8_BITS).reinterpretAsFloats().mul(Lanes.FLOAT8_BIAS).mul(d6).fma(f, a6);
                a7 = ((IntVector) ByteVector.fromMemorySegment(BYTES, w, p + o7, LITTLE_ENDIAN).convertShape(B2I, INTS, 0)).lanewise(LSHL, 20).and(Lanes.FLOAT8_BITS).reinterpretAsFloats().mul(Lanes.FLOAT8_BIAS).mul(d7).fma(f, a7);
            }
        }
        a0.intoArray(y, 0 * L);
        a1.intoArray(y, 1 * L);
        a2.intoArray(y, 2 * L);
        a3.intoArray(y, 3 * L);
        a4.intoArray(y, 4 * L);
        a5.intoArray(y, 5 * L);
        a6.intoArray(y, 6 * L);
        a7.intoArray(y, 7 * L);
    }

    private static void floats4(PackedMatrix m, int unit, float[] x, int first, float[] y) {
        MemorySegment w = m.data();
        long from = m.codes(unit / PARTS, 0) + unit % PARTS * (long) L * Byte.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Byte.BYTES);
        long o2 = Lanes.offset(2, stride, Byte.BYTES);
        long o3 = Lanes.offset(3, stride, Byte.BYTES);
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        FloatVector a2 = FloatVector.zero(FLOATS);
        FloatVector a3 = FloatVector.zero(FLOATS);
        int size = m.packing().block();
        long scales = m.scales(unit / PARTS, 0) + unit % PARTS * (long) L * Float.BYTES;
        long e0 = 0;
        long e1 = Lanes.offset(1, stride, Float.BYTES);
        long e2 = Lanes.offset(2, stride, Float.BYTES);
        long e3 = Lanes.offset(3, stride, Float.BYTES);
        for (int b = 0; b < m.blocks(); b++) {
            long at = from + b * (long) m.blockBytes(), s = scales + b * (long) m.blockBytes();
            FloatVector d0 = FloatVector.fromMemorySegment(FLOATS, w, s + e0, LITTLE_ENDIAN);
            FloatVector d1 = FloatVector.fromMemorySegment(FLOATS, w, s + e1, LITTLE_ENDIAN);
            FloatVector d2 = FloatVector.fromMemorySegment(FLOATS, w, s + e2, LITTLE_ENDIAN);
            FloatVector d3 = FloatVector.fromMemorySegment(FLOATS, w, s + e3, LITTLE_ENDIAN);
            for (int j = 0; j < size; j++) {
                long p = at + j * (long) LANES;
                FloatVector f = FloatVector.broadcast(FLOATS, x[first + b * size + j]);
                a0 = ((IntVector) ByteVector.fromMemorySegment(BYTES, w, p + o0, LITTLE_ENDIAN).convertShape(B2I, INTS, 0)).lanewise(LSHL, 20).and(Lanes.FLOAT8_BITS).reinterpretAsFloats().mul(Lanes.FLOAT8_BIAS).mul(d0).fma(f, a0);
                a1 = ((IntVector) ByteVector.fromMemorySegment(BYTES, w, p + o1, LITTLE_ENDIAN).convertShape(B2I, INTS, 0)).lanewise(LSHL, 20).and(Lanes.FLOAT8_BITS).reinterpretAsFloats().mul(Lanes.FLOAT8_BIAS).mul(d1).fma(f, a1);
                a2 = ((IntVector) ByteVector.fromMemorySegment(BYTES, w, p + o2, LITTLE_ENDIAN).convertShape(B2I, INTS, 0)).lanewise(LSHL, 20).and(Lanes.FLOAT8_BITS).reinterpretAsFloats().mul(Lanes.FLOAT8_BIAS).mul(d2).fma(f, a2);
                a3 = ((IntVector) ByteVector.fromMemorySegment(BYTES, w, p + o3, LITTLE_ENDIAN).convertShape(B2I, INTS, 0)).lanewise(LSHL, 20).and(Lanes.FLOAT8_BITS).reinterpretAsFloats().mul(Lanes.FLOAT8_BIAS).mul(d3).fma(f, a3);
            }
        }
        a0.intoArray(y, 0 * L);
        a1.intoArray(y, 1 * L);
        a2.intoArray(y, 2 * L);
        a3.intoArray(y, 3 * L);
    }

    private static void floats2(PackedMatrix m, int unit, float[] x, int first, float[] y) {
        MemorySegment w = m.data();
        long from = m.codes(unit / PARTS, 0) + unit % PARTS * (long) L * Byte.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Byte.BYTES);
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        int size = m.packing().block();
        long scales = m.scales(unit / PARTS, 0) + unit % PARTS * (long) L * Float.BYTES;
        long e0 = 0;
        long e1 = Lanes.offset(1, stride, Float.BYTES);
        for (int b = 0; b < m.blocks(); b++) {
            long at = from + b * (long) m.blockBytes(), s = scales + b * (long) m.blockBytes();
            FloatVector d0 = FloatVector.fromMemorySegment(FLOATS, w, s + e0, LITTLE_ENDIAN);
            FloatVector d1 = FloatVector.fromMemorySegment(FLOATS, w, s + e1, LITTLE_ENDIAN);
            for (int j = 0; j < size; j++) {
                long p = at + j * (long) LANES;
                FloatVector f = FloatVector.broadcast(FLOATS, x[first + b * size + j]);
                a0 = ((IntVector) ByteVector.fromMemorySegment(BYTES, w, p + o0, LITTLE_ENDIAN).convertShape(B2I, INTS, 0)).lanewise(LSHL, 20).and(Lanes.FLOAT8_BITS).reinterpretAsFloats().mul(Lanes.FLOAT8_BIAS).mul(d0).fma(f, a0);
                a1 = ((IntVector) ByteVector.fromMemorySegment(BYTES, w, p + o1, LITTLE_ENDIAN).convertShape(B2I, INTS, 0)).lanewise(LSHL, 20).and(Lanes.FLOAT8_BITS).reinterpretAsFloats().mul(Lanes.FLOAT8_BIAS).mul(d1).fma(f, a1);
            }
        }
        a0.intoArray(y, 0 * L);
        a1.intoArray(y, 1 * L);
    }

    private static void floats1(PackedMatrix m, int unit, float[] x, int first, float[] y) {
        MemorySegment w = m.data();
        long from = m.codes(unit / PARTS, 0) + unit % PARTS * (long) L * Byte.BYTES;
        long o0 = 0;
        FloatVector a0 = FloatVector.zero(FLOATS);
        int size = m.packing().block();
        long scales = m.scales(unit / PARTS, 0) + unit % PARTS * (long) L * Float.BYTES;
        long e0 = 0;
        for (int b = 0; b < m.blocks(); b++) {
            long at = from + b * (long) m.blockBytes(), s = scales + b * (long) m.blockBytes();
            FloatVector d0 = FloatVector.fromMemorySegment(FLOATS, w, s + e0, LITTLE_ENDIAN);
            for (int j = 0; j < size; j++) {
                long p = at + j * (long) LANES;
                FloatVector f = FloatVector.broadcast(FLOATS, x[first + b * size + j]);
                a0 = ((IntVector) ByteVector.fromMemorySegment(BYTES, w, p + o0, LITTLE_ENDIAN).convertShape(B2I, INTS, 0)).lanewise(LSHL, 20).and(Lanes.FLOAT8_BITS).reinterpretAsFloats().mul(Lanes.FLOAT8_BIAS).mul(d0).fma(f, a0);
            }
        }
        a0.intoArray(y, 0 * L);
    }
}
