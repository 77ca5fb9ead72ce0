package io.baseload.engine.kernel.generated;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.kernel.lanes.Lanes.SHORTS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * F32, F16 and BF16 weights, which are widened in registers, times one row of x. Each sum runs in the order of the columns, as in {@link Tile}, so both give the same bits.
 * Written by src/build/GenerateKernels.java.
 */
public final class FloatingPoint {
    private FloatingPoint() {}

    /**
     * The products of all columns of some vectors of weight rows, from {@code unit} on.
     *
     * @param streams 8, 4, 2 or 1
     * @param first the index in x of the row
     * @param y receives {@code [stream][lane]}
     */
    public static void multiply(PackedMatrix m, int unit, int streams, float[] x, int first, float[] y) {
        switch (m.packing().codes()) {
            case F32 -> floats(m, unit, streams, x, first, y);
            case F16 -> halves(m, unit, streams, x, first, y);
            case BF16 -> brainFloats(m, unit, streams, x, first, y);
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

    private static void halves(PackedMatrix m, int unit, int streams, float[] x, int first, float[] y) {
        switch (streams) {
            case 8 -> halves8(m, unit, x, first, y);
            case 4 -> halves4(m, unit, x, first, y);
            case 2 -> halves2(m, unit, x, first, y);
            case 1 -> halves1(m, unit, x, first, y);
            default -> throw new IllegalArgumentException(streams + " streams");
        }
    }

    private static void brainFloats(PackedMatrix m, int unit, int streams, float[] x, int first, float[] y) {
        switch (streams) {
            case 8 -> brainFloats8(m, unit, x, first, y);
            case 4 -> brainFloats4(m, unit, x, first, y);
            case 2 -> brainFloats2(m, unit, x, first, y);
            case 1 -> brainFloats1(m, unit, x, first, y);
            default -> throw new IllegalArgumentException(streams + " streams");
        }
    }

    private static void floats8(PackedMatrix m, int unit, float[] x, int first, float[] y) {
        MemorySegment w = m.data();
        long from = m.codes(unit / PARTS, 0) + unit % PARTS * (long) L * Float.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Float.BYTES);
        long o2 = Lanes.offset(2, stride, Float.BYTES);
        long o3 = Lanes.offset(3, stride, Float.BYTES);
        long o4 = Lanes.offset(4, stride, Float.BYTES);
        long o5 = Lanes.offset(5, stride, Float.BYTES);
        long o6 = Lanes.offset(6, stride, Float.BYTES);
        long o7 = Lanes.offset(7, stride, Float.BYTES);
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        FloatVector a2 = FloatVector.zero(FLOATS);
        FloatVector a3 = FloatVector.zero(FLOATS);
        FloatVector a4 = FloatVector.zero(FLOATS);
        FloatVector a5 = FloatVector.zero(FLOATS);
        FloatVector a6 = FloatVector.zero(FLOATS);
        FloatVector a7 = FloatVector.zero(FLOATS);
        int columns = m.cols();
        for (int k = 0; k < columns; k++) {
            long p = from + k * (long) LANES * Float.BYTES;
            FloatVector f = FloatVector.broadcast(FLOATS, x[first + k]);
            a0 = FloatVector.fromMemorySegment(FLOATS, w, p + o0, LITTLE_ENDIAN).fma(f, a0);
            a1 = FloatVector.fromMemorySegment(FLOATS, w, p + o1, LITTLE_ENDIAN).fma(f, a1);
            a2 = FloatVector.fromMemorySegment(FLOATS, w, p + o2, LITTLE_ENDIAN).fma(f, a2);
            a3 = FloatVector.fromMemorySegment(FLOATS, w, p + o3, LITTLE_ENDIAN).fma(f, a3);
            a4 = FloatVector.fromMemorySegment(FLOATS, w, p + o4, LITTLE_ENDIAN).fma(f, a4);
            a5 = FloatVector.fromMemorySegment(FLOATS, w, p + o5, LITTLE_ENDIAN).fma(f, a5);
            a6 = FloatVector.fromMemorySegment(FLOATS, w, p + o6, LITTLE_ENDIAN).fma(f, a6);
            a7 = FloatVector.fromMemorySegment(FLOATS, w, p + o7, LITTLE_ENDIAN).fma(f, a7);
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
        long from = m.codes(unit / PARTS, 0) + unit % PARTS * (long) L * Float.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Float.BYTES);
        long o2 = Lanes.offset(2, stride, Float.BYTES);
        long o3 = Lanes.offset(3, stride, Float.BYTES);
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        FloatVector a2 = FloatVector.zero(FLOATS);
        FloatVector a3 = FloatVector.zero(FLOATS);
        int columns = m.cols();
        for (int k = 0; k < columns; k++) {
            long p = from + k * (long) LANES * Float.BYTES;
            FloatVector f = FloatVector.broadcast(FLOATS, x[first + k]);
            a0 = FloatVector.fromMemorySegment(FLOATS, w, p + o0, LITTLE_ENDIAN).fma(f, a0);
            a1 = FloatVector.fromMemorySegment(FLOATS, w, p + o1, LITTLE_ENDIAN).fma(f, a1);
            a2 = FloatVector.fromMemorySegment(FLOATS, w, p + o2, LITTLE_ENDIAN).fma(f, a2);
            a3 = FloatVector.fromMemorySegment(FLOATS, w, p + o3, LITTLE_ENDIAN).fma(f, a3);
        }
        a0.intoArray(y, 0 * L);
        a1.intoArray(y, 1 * L);
        a2.intoArray(y, 2 * L);
        a3.intoArray(y, 3 * L);
    }

    private static void floats2(PackedMatrix m, int unit, float[] x, int first, float[] y) {
        MemorySegment w = m.data();
        long from = m.codes(unit / PARTS, 0) + unit % PARTS * (long) L * Float.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Float.BYTES);
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        int columns = m.cols();
        for (int k = 0; k < columns; k++) {
            long p = from + k * (long) LANES * Float.BYTES;
            FloatVector f = FloatVector.broadcast(FLOATS, x[first + k]);
            a0 = FloatVector.fromMemorySegment(FLOATS, w, p + o0, LITTLE_ENDIAN).fma(f, a0);
            a1 = FloatVector.fromMemorySegment(FLOATS, w, p + o1, LITTLE_ENDIAN).fma(f, a1);
        }
        a0.intoArray(y, 0 * L);
        a1.intoArray(y, 1 * L);
    }

    private static void floats1(PackedMatrix m, int unit, float[] x, int first, float[] y) {
        MemorySegment w = m.data();
        long from = m.codes(unit / PARTS, 0) + unit % PARTS * (long) L * Float.BYTES;
        long o0 = 0;
        FloatVector a0 = FloatVector.zero(FLOATS);
        int columns = m.cols();
        for (int k = 0; k < columns; k++) {
            long p = from + k * (long) LANES * Float.BYTES;
            FloatVector f = FloatVector.broadcast(FLOATS, x[first + k]);
            a0 = FloatVector.fromMemorySegment(FLOATS, w, p + o0, LITTLE_ENDIAN).fma(f, a0);
        }
        a0.intoArray(y, 0 * L);
    }

    private static void halves8(PackedMatrix m, int unit, float[] x, int first, float[] y) {
        MemorySegment w = m.data();
        long from = m.codes(unit / PARTS, 0) + unit % PARTS * (long) L * Short.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Short.BYTES);
        long o2 = Lanes.offset(2, stride, Short.BYTES);
        long o3 = Lanes.offset(3, stride, Short.BYTES);
        long o4 = Lanes.offset(4, stride, Short.BYTES);
        long o5 = Lanes.offset(5, stride, Short.BYTES);
        long o6 = Lanes.offset(6, stride, Short.BYTES);
        long o7 = Lanes.offset(7, stride, Short.BYTES);
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        FloatVector a2 = FloatVector.zero(FLOATS);
        FloatVector a3 = FloatVector.zero(FLOATS);
        FloatVector a4 = FloatVector.zero(FLOATS);
        FloatVector a5 = FloatVector.zero(FLOATS);
        FloatVector a6 = FloatVector.zero(FLOATS);
        FloatVector a7 = FloatVector.zero(FLOATS);
        int columns = m.cols();
        for (int k = 0; k < columns; k++) {
            long p = from + k * (long) LANES * Short.BYTES;
            FloatVector f = FloatVector.broadcast(FLOATS, x[first + k]);
            a0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS).fma(f, a0);
            a1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o1, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS).fma(f, a1);
            a2 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o2, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS).fma(f, a2);
            a3 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o3, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS).fma(f, a3);
            a4 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o4, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS).fma(f, a4);
            a5 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o5, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS).fma(f, a5);
            a6 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o6, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS).fma(f, a6);
            a7 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o7, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS).fma(f, a7);
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

    private static void halves4(PackedMatrix m, int unit, float[] x, int first, float[] y) {
        MemorySegment w = m.data();
        long from = m.codes(unit / PARTS, 0) + unit % PARTS * (long) L * Short.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Short.BYTES);
        long o2 = Lanes.offset(2, stride, Short.BYTES);
        long o3 = Lanes.offset(3, stride, Short.BYTES);
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        FloatVector a2 = FloatVector.zero(FLOATS);
        FloatVector a3 = FloatVector.zero(FLOATS);
        int columns = m.cols();
        for (int k = 0; k < columns; k++) {
            long p = from + k * (long) LANES * Short.BYTES;
            FloatVector f = FloatVector.broadcast(FLOATS, x[first + k]);
            a0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS).fma(f, a0);
            a1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o1, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS).fma(f, a1);
            a2 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o2, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS).fma(f, a2);
            a3 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o3, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS).fma(f, a3);
        }
        a0.intoArray(y, 0 * L);
        a1.intoArray(y, 1 * L);
        a2.intoArray(y, 2 * L);
        a3.intoArray(y, 3 * L);
    }

    private static void halves2(PackedMatrix m, int unit, float[] x, int first, float[] y) {
        MemorySegment w = m.data();
        long from = m.codes(unit / PARTS, 0) + unit % PARTS * (long) L * Short.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Short.BYTES);
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        int columns = m.cols();
        for (int k = 0; k < columns; k++) {
            long p = from + k * (long) LANES * Short.BYTES;
            FloatVector f = FloatVector.broadcast(FLOATS, x[first + k]);
            a0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS).fma(f, a0);
            a1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o1, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS).fma(f, a1);
        }
        a0.intoArray(y, 0 * L);
        a1.intoArray(y, 1 * L);
    }

    private static void halves1(PackedMatrix m, int unit, float[] x, int first, float[] y) {
        MemorySegment w = m.data();
        long from = m.codes(unit / PARTS, 0) + unit % PARTS * (long) L * Short.BYTES;
        long o0 = 0;
        FloatVector a0 = FloatVector.zero(FLOATS);
        int columns = m.cols();
        for (int k = 0; k < columns; k++) {
            long p = from + k * (long) LANES * Short.BYTES;
            FloatVector f = FloatVector.broadcast(FLOATS, x[first + k]);
            a0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS).fma(f, a0);
        }
        a0.intoArray(y, 0 * L);
    }

    private static void brainFloats8(PackedMatrix m, int unit, float[] x, int first, float[] y) {
        MemorySegment w = m.data();
        long from = m.codes(unit / PARTS, 0) + unit % PARTS * (long) L * Short.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Short.BYTES);
        long o2 = Lanes.offset(2, stride, Short.BYTES);
        long o3 = Lanes.offset(3, stride, Short.BYTES);
        long o4 = Lanes.offset(4, stride, Short.BYTES);
        long o5 = Lanes.offset(5, stride, Short.BYTES);
        long o6 = Lanes.offset(6, stride, Short.BYTES);
        long o7 = Lanes.offset(7, stride, Short.BYTES);
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        FloatVector a2 = FloatVector.zero(FLOATS);
        FloatVector a3 = FloatVector.zero(FLOATS);
        FloatVector a4 = FloatVector.zero(FLOATS);
        FloatVector a5 = FloatVector.zero(FLOATS);
        FloatVector a6 = FloatVector.zero(FLOATS);
        FloatVector a7 = FloatVector.zero(FLOATS);
        int columns = m.cols();
        for (int k = 0; k < columns; k++) {
            long p = from + k * (long) LANES * Short.BYTES;
            FloatVector f = FloatVector.broadcast(FLOATS, x[first + k]);
            a0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 16).reinterpretAsFloats().fma(f, a0);
            a1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o1, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 16).reinterpretAsFloats().fma(f, a1);
            a2 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o2, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 16).reinterpretAsFloats().fma(f, a2);
            a3 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o3, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 16).reinterpretAsFloats().fma(f, a3);
            a4 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o4, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 16).reinterpretAsFloats().fma(f, a4);
            a5 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o5, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 16).reinterpretAsFloats().fma(f, a5);
            a6 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o6, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 16).reinterpretAsFloats().fma(f, a6);
            a7 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o7, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 16).reinterpretAsFloats().fma(f, a7);
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

    private static void brainFloats4(PackedMatrix m, int unit, float[] x, int first, float[] y) {
        MemorySegment w = m.data();
        long from = m.codes(unit / PARTS, 0) + unit % PARTS * (long) L * Short.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Short.BYTES);
        long o2 = Lanes.offset(2, stride, Short.BYTES);
        long o3 = Lanes.offset(3, stride, Short.BYTES);
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        FloatVector a2 = FloatVector.zero(FLOATS);
        FloatVector a3 = FloatVector.zero(FLOATS);
        int columns = m.cols();
        for (int k = 0; k < columns; k++) {
            long p = from + k * (long) LANES * Short.BYTES;
            FloatVector f = FloatVector.broadcast(FLOATS, x[first + k]);
            a0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 16).reinterpretAsFloats().fma(f, a0);
            a1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o1, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 16).reinterpretAsFloats().fma(f, a1);
            a2 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o2, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 16).reinterpretAsFloats().fma(f, a2);
            a3 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o3, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 16).reinterpretAsFloats().fma(f, a3);
        }
        a0.intoArray(y, 0 * L);
        a1.intoArray(y, 1 * L);
        a2.intoArray(y, 2 * L);
        a3.intoArray(y, 3 * L);
    }

    private static void brainFloats2(PackedMatrix m, int unit, float[] x, int first, float[] y) {
        MemorySegment w = m.data();
        long from = m.codes(unit / PARTS, 0) + unit % PARTS * (long) L * Short.BYTES;
        long stride = m.panelBytes();
        long o0 = 0;
        long o1 = Lanes.offset(1, stride, Short.BYTES);
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        int columns = m.cols();
        for (int k = 0; k < columns; k++) {
            long p = from + k * (long) LANES * Short.BYTES;
            FloatVector f = FloatVector.broadcast(FLOATS, x[first + k]);
            a0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 16).reinterpretAsFloats().fma(f, a0);
            a1 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o1, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 16).reinterpretAsFloats().fma(f, a1);
        }
        a0.intoArray(y, 0 * L);
        a1.intoArray(y, 1 * L);
    }

    private static void brainFloats1(PackedMatrix m, int unit, float[] x, int first, float[] y) {
        MemorySegment w = m.data();
        long from = m.codes(unit / PARTS, 0) + unit % PARTS * (long) L * Short.BYTES;
        long o0 = 0;
        FloatVector a0 = FloatVector.zero(FLOATS);
        int columns = m.cols();
        for (int k = 0; k < columns; k++) {
            long p = from + k * (long) LANES * Short.BYTES;
            FloatVector f = FloatVector.broadcast(FLOATS, x[first + k]);
            a0 = ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o0, LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL, 16).reinterpretAsFloats().fma(f, a0);
        }
        a0.intoArray(y, 0 * L);
    }
}
