package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.Lanes.BYTES;
import static io.baseload.engine.kernel.Lanes.FLOATS;
import static io.baseload.engine.kernel.Lanes.INTS;
import static io.baseload.engine.kernel.Lanes.L;
import static io.baseload.engine.kernel.Lanes.PARTS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.LSHL;

import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** The scales and minimums of blocks as floats. */
final class ScaleVectors {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private ScaleVectors() {}

    /** The scales d and minimums m of a block in some vectors of rows: d of the first, m of the first, d of the second … */
    static void read(PackedMatrix m, int unit, int units, int block, float[] to) {
        float zero = m.packing().codes() == Codes.I4 ? -8 : 0;
        for (int i = 0; i < units; i++) {
            int panel = (unit + i) / PARTS;
            int lane = (unit + i) % PARTS * L;
            long at = m.scales(panel, block);
            int j = 2 * i * L;
            switch (m.packing().scales()) {
                case F16 -> halves(m.data(), at + 2L * lane, 0, zero, to, j);
                case F16_MINIMUM -> halves(m.data(), at + 2L * lane, 2 * LANES, 1, to, j);
                case F32 -> floats(m.data(), at + 4L * lane, 0, zero, to, j);
                case F32_MINIMUM -> floats(m.data(), at + 4L * lane, 4 * LANES, 1, to, j);
                case LINEAR8 -> linear8(m.data(), at + lane, m.nested(panel, block), zero, to, j);
                case FLOAT8 -> float8(m.data(), at + lane, m.nested(panel, block), zero, to, j);
                default -> throw new IllegalArgumentException(m.packing() + " has no scales");
            }
        }
    }

    private static void halves(MemorySegment w, long at, long minimum, float factor, float[] to, int i) {
        Lanes.halves(w, at, 1, to, i);
        Lanes.halves(w, at + minimum, factor, to, i + L);
    }

    private static void floats(MemorySegment w, long at, long minimum, float factor, float[] to, int i) {
        FloatVector.fromMemorySegment(FLOATS, w, at, LITTLE_ENDIAN).intoArray(to, i);
        FloatVector.fromMemorySegment(FLOATS, w, at + minimum, LITTLE_ENDIAN)
                .mul(factor)
                .intoArray(to, i + L);
    }

    private static void linear8(MemorySegment w, long at, long nested, float factor, float[] to, int i) {
        FloatVector codes = (FloatVector)
                ByteVector.fromMemorySegment(BYTES, w, at, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0);
        FloatVector scale = FloatVector.broadcast(FLOATS, w.get(FLOAT, nested));
        FloatVector offset = FloatVector.broadcast(FLOATS, w.get(FLOAT, nested + Float.BYTES));
        FloatVector scales = codes.fma(scale, offset);
        scales.intoArray(to, i);
        scales.mul(factor).intoArray(to, i + L);
    }

    private static void float8(MemorySegment w, long at, long nested, float factor, float[] to, int i) {
        IntVector bits = (IntVector)
                ByteVector.fromMemorySegment(BYTES, w, at, LITTLE_ENDIAN).convertShape(B2I, INTS, 0);
        FloatVector codes = bits.lanewise(LSHL, 20)
                .and(Lanes.FLOAT8_BITS)
                .reinterpretAsFloats()
                .mul(Lanes.FLOAT8_BIAS);
        FloatVector scale = FloatVector.broadcast(FLOATS, w.get(FLOAT, nested));
        FloatVector offset = FloatVector.broadcast(FLOATS, w.get(FLOAT, nested + Float.BYTES));
        FloatVector scales = codes.fma(scale, offset);
        scales.intoArray(to, i);
        scales.mul(factor).intoArray(to, i + L);
    }
}
