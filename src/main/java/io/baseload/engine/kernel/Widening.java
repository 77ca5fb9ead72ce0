package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.kernel.lanes.Lanes.SHORTS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2I;

import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.kernel.lanes.ScaleVectors;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/** Widens one vector of a panel's rows to f32, one vector for each column. */
final class Widening {
    private static final float[] ONES = ones();

    private Widening() {}

    private static float[] ones() {
        float[] ones = new float[L];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** The weights of a vector of rows in the columns {@code first … end}, which are whole blocks. */
    static void range(PackedMatrix m, int unit, int first, int end, Scratch scratch, long to, long stride) {
        if (!m.packing().codes().coded()) {
            columns(m, unit, first, end, scratch.widened, to, stride);
            return;
        }
        int size = m.packing().block();
        for (int block = first / size; block < end / size; block++) {
            ScaleVectors.read(m, unit, 1, block, 1, scratch.scales);
            block(m, unit, block, scratch.scales, scratch.widened, to + (block * (long) size - first) * stride, stride);
        }
    }

    /** The values of a block's 4-bit codes, without scales. */
    static void values(PackedMatrix m, int unit, int block, MemorySegment out, long to, long stride) {
        long from = m.codes(unit / PARTS, block);
        Lookup.widen(m, from + 4L * (unit % PARTS) * L, ONES, out, to, stride);
    }

    private static void block(
            PackedMatrix m, int unit, int block, float[] scales, MemorySegment out, long to, long stride) {
        long from = m.codes(unit / PARTS, block);
        int lane = unit % PARTS * L;
        int size = m.packing().block();
        switch (m.packing().codes()) {
            case U4, I4 -> nibbles(m.data(), from + 4L * lane, size, scales, out, to, stride);
            case I8 -> bytes(m, from + lane, scales, out, to, stride);
            default -> Lookup.widen(m, from + 4L * lane, scales, out, to, stride);
        }
    }

    /** The columns {@code first … end} of weights that are multiplied one by one. */
    static void columns(PackedMatrix m, int unit, int first, int end, MemorySegment out, long to, long stride) {
        int bytes = m.packing().codes().bits() / Byte.SIZE;
        int panel = unit / PARTS;
        int lane = unit % PARTS * L;
        if (bytes == 1) {
            float8(m, panel, lane, first, end, out, to, stride);
            return;
        }
        long from = m.codes(panel, first) + (long) lane * bytes;
        switch (m.packing().codes()) {
            case F32 -> floats(m.data(), from, end - first, out, to, stride);
            case F16 -> halves(m.data(), from, end - first, out, to, stride);
            default -> brainFloats(m.data(), from, end - first, out, to, stride);
        }
    }

    private static void nibbles(
            MemorySegment w, long from, int size, float[] scales, MemorySegment out, long to, long stride) {
        FloatVector scale = FloatVector.fromArray(FLOATS, scales, 0);
        FloatVector minimum = FloatVector.fromArray(FLOATS, scales, L);
        for (int eight = 0; eight < size / 8; eight++) {
            IntVector codes = IntVector.fromMemorySegment(INTS, w, from + eight * 4L * LANES, LITTLE_ENDIAN);
            for (int j = 0; j < 8; j++) {
                FloatVector q = (FloatVector) codes.and(15).convertShape(I2F, FLOATS, 0);
                q.fma(scale, minimum).intoMemorySegment(out, to + (eight * 8 + j) * stride, LITTLE_ENDIAN);
                codes = codes.lanewise(LSHR, 4);
            }
        }
    }

    private static void bytes(PackedMatrix m, long from, float[] scales, MemorySegment out, long to, long stride) {
        if (!m.packing().scales().minimum()) {
            scaledBytes(m, from, scales, out, to, stride);
            return;
        }
        FloatVector scale = FloatVector.fromArray(FLOATS, scales, 0);
        FloatVector minimum = FloatVector.fromArray(FLOATS, scales, L);
        for (int j = 0; j < m.packing().block(); j++) {
            FloatVector q =
                    (FloatVector) ByteVector.fromMemorySegment(BYTES, m.data(), from + (long) j * LANES, LITTLE_ENDIAN)
                            .convertShape(B2F, FLOATS, 0);
            q.fma(scale, minimum).intoMemorySegment(out, to + j * stride, LITTLE_ENDIAN);
        }
    }

    private static void scaledBytes(
            PackedMatrix m, long from, float[] scales, MemorySegment out, long to, long stride) {
        FloatVector scale = FloatVector.fromArray(FLOATS, scales, 0);
        for (int j = 0; j < m.packing().block(); j++) {
            FloatVector q =
                    (FloatVector) ByteVector.fromMemorySegment(BYTES, m.data(), from + (long) j * LANES, LITTLE_ENDIAN)
                            .convertShape(B2F, FLOATS, 0);
            q.mul(scale).intoMemorySegment(out, to + j * stride, LITTLE_ENDIAN);
        }
    }

    private static void float8(
            PackedMatrix m, int panel, int lane, int first, int end, MemorySegment out, long to, long stride) {
        int size = m.packing().block();
        for (int column = first, next; column < end; column = next) {
            int block = column / size;
            next = Math.min(end, (block + 1) * size);
            long from = m.codes(panel, block) + (long) (column - block * size) * LANES + lane;
            long scales = m.scales(panel, block) + 4L * lane;
            float8(m.data(), from, scales, next - column, out, to + (column - first) * stride, stride);
        }
    }

    /** Columns of one block. */
    private static void float8(
            MemorySegment w, long from, long scales, int columns, MemorySegment out, long to, long stride) {
        FloatVector scale = FloatVector.fromMemorySegment(FLOATS, w, scales, LITTLE_ENDIAN);
        for (int j = 0; j < columns; j++) {
            IntVector bits = (IntVector) ByteVector.fromMemorySegment(BYTES, w, from + (long) j * LANES, LITTLE_ENDIAN)
                    .convertShape(B2I, INTS, 0);
            bits.lanewise(LSHL, 20)
                    .and(Lanes.FLOAT8_BITS)
                    .reinterpretAsFloats()
                    .mul(Lanes.FLOAT8_BIAS)
                    .mul(scale)
                    .intoMemorySegment(out, to + j * stride, LITTLE_ENDIAN);
        }
    }

    private static void floats(MemorySegment w, long from, int columns, MemorySegment out, long to, long stride) {
        for (int j = 0; j < columns; j++) {
            FloatVector.fromMemorySegment(FLOATS, w, from + j * 4L * LANES, LITTLE_ENDIAN)
                    .intoMemorySegment(out, to + j * stride, LITTLE_ENDIAN);
        }
    }

    private static void halves(MemorySegment w, long from, int columns, MemorySegment out, long to, long stride) {
        for (int j = 0; j < columns; j++) {
            IntVector bits = (IntVector) ShortVector.fromMemorySegment(SHORTS, w, from + j * 2L * LANES, LITTLE_ENDIAN)
                    .convertShape(S2I, INTS, 0);
            bits.lanewise(LSHL, 13)
                    .and(Lanes.HALF_BITS)
                    .reinterpretAsFloats()
                    .mul(Lanes.HALF_BIAS)
                    .intoMemorySegment(out, to + j * stride, LITTLE_ENDIAN);
        }
    }

    private static void brainFloats(MemorySegment w, long from, int columns, MemorySegment out, long to, long stride) {
        for (int j = 0; j < columns; j++) {
            IntVector bits = (IntVector) ShortVector.fromMemorySegment(SHORTS, w, from + j * 2L * LANES, LITTLE_ENDIAN)
                    .convertShape(S2I, INTS, 0);
            bits.lanewise(LSHL, 16).reinterpretAsFloats().intoMemorySegment(out, to + j * stride, LITTLE_ENDIAN);
        }
    }
}
