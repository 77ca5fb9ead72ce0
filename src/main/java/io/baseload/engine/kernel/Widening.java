package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.Lanes.BYTES;
import static io.baseload.engine.kernel.Lanes.FLOATS;
import static io.baseload.engine.kernel.Lanes.INTS;
import static io.baseload.engine.kernel.Lanes.L;
import static io.baseload.engine.kernel.Lanes.PARTS;
import static io.baseload.engine.kernel.Lanes.SHORTS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2I;

import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/** One vector of a panel's rows to f32, a vector for each column. */
final class Widening {
    private Widening() {}

    /** All weights of a vector of rows. */
    static void all(PackedMatrix m, int unit, Scratch scratch, long to, long stride) {
        if (m.type().blockSize() == 1) {
            columns(m, unit, 0, m.cols(), scratch.widened, to, stride);
            return;
        }
        for (int block = 0; block < m.blocks(); block++) {
            scales(m, unit, 1, block, scratch.scales);
            block(m, unit, block, scratch.scales, scratch.widened, to + block * 32L * stride, stride);
        }
    }

    /** The scales d and minimums m of a block in some vectors of rows: d of the first, m of the first, d of the second … */
    static void scales(PackedMatrix m, int unit, int units, int block, float[] to) {
        for (int i = 0; i < units; i++) {
            int part = (unit + i) % PARTS;
            long at = (unit + i) / PARTS * m.panelBytes() + (long) block * m.blockBytes() + 2L * L * part;
            switch (m.type()) {
                case Q4_0 -> scales(m.data(), at + 16 * LANES, 0, -8, to, 2 * i * L);
                case Q4_1 -> scales(m.data(), at + 16 * LANES, 2 * LANES, 1, to, 2 * i * L);
                default -> scales(m.data(), at + 32 * LANES, 0, 0, to, 2 * i * L);
            }
        }
    }

    private static void scales(MemorySegment w, long at, long minimum, float factor, float[] to, int i) {
        Lanes.halves(w, at, 1, to, i);
        Lanes.halves(w, at + minimum, factor, to, i + L);
    }

    private static void block(
            PackedMatrix m, int unit, int block, float[] scales, MemorySegment out, long to, long stride) {
        long from = unit / PARTS * m.panelBytes() + (long) block * m.blockBytes();
        int lane = unit % PARTS * L;
        if (m.type() == ElementType.Q8_0) {
            bytes(m.data(), from + lane, scales, out, to, stride);
        } else {
            nibbles(m.data(), from + 4L * lane, scales, out, to, stride);
        }
    }

    /** The columns {@code first … end} of a type that has no blocks. */
    static void columns(PackedMatrix m, int unit, int first, int end, MemorySegment out, long to, long stride) {
        int size = m.blockBytes() / LANES;
        long from = unit / PARTS * m.panelBytes() + (long) first * m.blockBytes() + (long) unit % PARTS * L * size;
        switch (m.type()) {
            case F32 -> floats(m.data(), from, end - first, out, to, stride);
            case F16 -> halves(m.data(), from, end - first, out, to, stride);
            case BF16 -> brainFloats(m.data(), from, end - first, out, to, stride);
            default -> throw new IllegalArgumentException(m.type() + " has blocks");
        }
    }

    private static void nibbles(MemorySegment w, long from, float[] scales, MemorySegment out, long to, long stride) {
        FloatVector scale = FloatVector.fromArray(FLOATS, scales, 0);
        FloatVector minimum = FloatVector.fromArray(FLOATS, scales, L);
        for (int eight = 0; eight < 4; eight++) {
            IntVector codes = IntVector.fromMemorySegment(INTS, w, from + eight * 4L * LANES, LITTLE_ENDIAN);
            for (int j = 0; j < 8; j++) {
                FloatVector q = (FloatVector) codes.and(15).convertShape(I2F, FLOATS, 0);
                q.fma(scale, minimum).intoMemorySegment(out, to + (eight * 8 + j) * stride, LITTLE_ENDIAN);
                codes = codes.lanewise(LSHR, 4);
            }
        }
    }

    private static void bytes(MemorySegment w, long from, float[] scales, MemorySegment out, long to, long stride) {
        FloatVector scale = FloatVector.fromArray(FLOATS, scales, 0);
        for (int j = 0; j < 32; j++) {
            FloatVector q = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, from + (long) j * LANES, LITTLE_ENDIAN)
                    .convertShape(B2F, FLOATS, 0);
            q.mul(scale).intoMemorySegment(out, to + j * stride, LITTLE_ENDIAN);
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
