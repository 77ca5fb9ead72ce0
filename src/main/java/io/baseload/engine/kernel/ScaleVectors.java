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
import io.baseload.engine.tensor.Scales;
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
        switch (m.packing().scales()) {
            case F16 -> halves(m, unit, units, block, 0, zero, to);
            case F16_MINIMUM -> halves(m, unit, units, block, 2 * LANES, 1, to);
            case F32 -> floats(m, unit, units, block, 0, zero, to);
            case F32_MINIMUM -> floats(m, unit, units, block, 4 * LANES, 1, to);
            case LINEAR8_MINIMUM -> nestedMinimums(m, unit, units, block, to);
            default -> nested(m, unit, units, block, zero, to);
        }
    }

    /** Where the scales of vector i from {@code unit} on begin, if each has {@code size} bytes. */
    private static long at(PackedMatrix m, int unit, int i, int block, int size) {
        return m.scales((unit + i) / PARTS, block) + (unit + i) % PARTS * (long) L * size;
    }

    private static void halves(PackedMatrix m, int unit, int units, int block, long minimum, float factor, float[] to) {
        for (int i = 0; i < units; i++) {
            long at = at(m, unit, i, block, Short.BYTES);
            Lanes.halves(m.data(), at, 1, to, 2 * i * L);
            Lanes.halves(m.data(), at + minimum, factor, to, (2 * i + 1) * L);
        }
    }

    private static void floats(PackedMatrix m, int unit, int units, int block, long minimum, float factor, float[] to) {
        for (int i = 0; i < units; i++) {
            long at = at(m, unit, i, block, Float.BYTES);
            FloatVector.fromMemorySegment(FLOATS, m.data(), at, LITTLE_ENDIAN).intoArray(to, 2 * i * L);
            FloatVector.fromMemorySegment(FLOATS, m.data(), at + minimum, LITTLE_ENDIAN)
                    .mul(factor)
                    .intoArray(to, (2 * i + 1) * L);
        }
    }

    private static void nested(PackedMatrix m, int unit, int units, int block, float factor, float[] to) {
        for (int i = 0; i < units; i++) {
            long at = at(m, unit, i, block, Byte.BYTES);
            long nested = m.nested((unit + i) / PARTS, block);
            if (m.packing().scales() == Scales.LINEAR8) {
                linear8(m.data(), at, nested, factor, to, 2 * i * L);
            } else {
                float8(m.data(), at, nested, factor, to, 2 * i * L);
            }
        }
    }

    private static void nestedMinimums(PackedMatrix m, int unit, int units, int block, float[] to) {
        for (int i = 0; i < units; i++) {
            long at = at(m, unit, i, block, Byte.BYTES);
            long nested = m.nested((unit + i) / PARTS, block);
            linear8(m.data(), at, nested).intoArray(to, 2 * i * L);
            linear8(m.data(), at + LANES, nested + 2 * Float.BYTES).intoArray(to, (2 * i + 1) * L);
        }
    }

    private static void linear8(MemorySegment w, long at, long nested, float factor, float[] to, int i) {
        FloatVector scales = linear8(w, at, nested);
        scales.intoArray(to, i);
        scales.mul(factor).intoArray(to, i + L);
    }

    private static FloatVector linear8(MemorySegment w, long at, long nested) {
        FloatVector codes = (FloatVector)
                ByteVector.fromMemorySegment(BYTES, w, at, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0);
        FloatVector scale = FloatVector.broadcast(FLOATS, w.get(FLOAT, nested));
        FloatVector offset = FloatVector.broadcast(FLOATS, w.get(FLOAT, nested + Float.BYTES));
        return codes.fma(scale, offset);
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
