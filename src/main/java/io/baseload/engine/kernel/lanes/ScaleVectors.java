package io.baseload.engine.kernel.lanes;

import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.kernel.lanes.Lanes.SHORTS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static io.baseload.engine.tensor.PackedMatrix.NESTED_BLOCKS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Scales;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/** The scales and minimums of blocks as floats. */
public final class ScaleVectors {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private ScaleVectors() {}

    /**
     * Reads the scales d and minimums m of some blocks in some vectors of rows: d at {@code to[2 · (block · units + unit) · L + lane]}, m in the next vector. Called for a few blocks before
     * a kernel processes them, because a vector that lives across a call in a loop may become an object.
     */
    public static void read(PackedMatrix m, int unit, int units, int block, int blocks, float[] to) {
        float zero = m.packing().codes() == Codes.I4 ? -8 : 0;
        for (int b = block, at = 0; b < block + blocks; b++, at += 2 * units * L) {
            switch (m.packing().scales()) {
                case F16 -> halves(m, unit, units, b, 0, zero, to, at);
                case F16_MINIMUM -> halves(m, unit, units, b, 2 * LANES, 1, to, at);
                case F32 -> floats(m, unit, units, b, 0, zero, to, at);
                case F32_MINIMUM -> floats(m, unit, units, b, 4 * LANES, 1, to, at);
                case LINEAR8_MINIMUM -> nestedMinimums(m, unit, units, b, to, at);
                default -> nested(m, unit, units, b, zero, to, at);
            }
        }
    }

    /** Converts scales that aren't stored as F32, those of some blocks of a panel, to F32: for each block 16 scales, then 16 minimums if there are any. */
    static void convert(PackedMatrix m, int panel, int block, int blocks, MemorySegment to, long toAt) {
        int kinds = m.packing().scales().minimum() ? 2 : 1;
        long step = (long) kinds * LANES * Float.BYTES;
        for (int b = block, some; b < block + blocks; b += some) {
            some = Math.min(NESTED_BLOCKS - b % NESTED_BLOCKS, block + blocks - b);
            long from = m.scales(panel, b);
            long next = m.scales(panel, b + 1) - from;
            for (int i = 0; i < kinds * LANES; i += L) {
                long at = toAt + (b - block) * step + (long) i * Float.BYTES;
                switch (m.packing().scales()) {
                    case LINEAR8, LINEAR8_MINIMUM -> {
                        long nested = m.nested(panel, b) + (i / LANES) * 2L * Float.BYTES;
                        linear8(m.data(), from + i, next, some, nested, to, at, step);
                    }
                    case FLOAT8 -> float8(m.data(), from + i, next, some, m.nested(panel, b), to, at, step);
                    default -> halves(m.data(), from + (long) i * Short.BYTES, next, some, to, at, step);
                }
            }
        }
    }

    private static void halves(MemorySegment w, long at, long next, int count, MemorySegment to, long toAt, long step) {
        for (int b = 0; b < count; b++, at += next, toAt += step) {
            IntVector bits = (IntVector)
                    ShortVector.fromMemorySegment(SHORTS, w, at, LITTLE_ENDIAN).convertShape(S2I, INTS, 0);
            bits.lanewise(LSHL, 13)
                    .and(Lanes.HALF_BITS)
                    .reinterpretAsFloats()
                    .mul(Lanes.HALF_BIAS)
                    .intoMemorySegment(to, toAt, LITTLE_ENDIAN);
        }
    }

    private static void linear8(
            MemorySegment w, long at, long next, int count, long nested, MemorySegment to, long toAt, long step) {
        FloatVector scale = FloatVector.broadcast(FLOATS, w.get(FLOAT, nested));
        FloatVector offset = FloatVector.broadcast(FLOATS, w.get(FLOAT, nested + Float.BYTES));
        for (int b = 0; b < count; b++, at += next, toAt += step) {
            FloatVector codes = (FloatVector)
                    ByteVector.fromMemorySegment(BYTES, w, at, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0);
            codes.fma(scale, offset).intoMemorySegment(to, toAt, LITTLE_ENDIAN);
        }
    }

    private static void float8(
            MemorySegment w, long at, long next, int count, long nested, MemorySegment to, long toAt, long step) {
        FloatVector scale = FloatVector.broadcast(FLOATS, w.get(FLOAT, nested));
        FloatVector offset = FloatVector.broadcast(FLOATS, w.get(FLOAT, nested + Float.BYTES));
        for (int b = 0; b < count; b++, at += next, toAt += step) {
            IntVector bits = (IntVector)
                    ByteVector.fromMemorySegment(BYTES, w, at, LITTLE_ENDIAN).convertShape(B2I, INTS, 0);
            FloatVector codes = bits.lanewise(LSHL, 20)
                    .and(Lanes.FLOAT8_BITS)
                    .reinterpretAsFloats()
                    .mul(Lanes.FLOAT8_BIAS);
            codes.fma(scale, offset).intoMemorySegment(to, toAt, LITTLE_ENDIAN);
        }
    }

    /** Offset of the scales of vector {@code unit + i}, if each has {@code size} bytes. */
    private static long at(PackedMatrix m, int unit, int i, int block, int size) {
        return m.scales((unit + i) / PARTS, block) + (unit + i) % PARTS * (long) L * size;
    }

    private static void halves(
            PackedMatrix m, int unit, int units, int block, long minimum, float factor, float[] to, int toAt) {
        for (int i = 0; i < units; i++) {
            long at = at(m, unit, i, block, Short.BYTES);
            Lanes.halves(m.data(), at, 1, to, toAt + 2 * i * L);
            Lanes.halves(m.data(), at + minimum, factor, to, toAt + (2 * i + 1) * L);
        }
    }

    private static void floats(
            PackedMatrix m, int unit, int units, int block, long minimum, float factor, float[] to, int toAt) {
        for (int i = 0; i < units; i++) {
            long at = at(m, unit, i, block, Float.BYTES);
            FloatVector.fromMemorySegment(FLOATS, m.data(), at, LITTLE_ENDIAN).intoArray(to, toAt + 2 * i * L);
            FloatVector.fromMemorySegment(FLOATS, m.data(), at + minimum, LITTLE_ENDIAN)
                    .mul(factor)
                    .intoArray(to, toAt + (2 * i + 1) * L);
        }
    }

    private static void nested(PackedMatrix m, int unit, int units, int block, float factor, float[] to, int toAt) {
        for (int i = 0; i < units; i++) {
            int d = toAt + 2 * i * L;
            scale(m, unit, i, block, to, d);
            FloatVector.fromArray(FLOATS, to, d).mul(factor).intoArray(to, d + L);
        }
    }

    private static void nestedMinimums(PackedMatrix m, int unit, int units, int block, float[] to, int toAt) {
        for (int i = 0; i < units; i++) {
            scale(m, unit, i, block, to, toAt + 2 * i * L);
            minimum(m, unit, i, block, to, toAt + (2 * i + 1) * L);
        }
    }

    private static void scale(PackedMatrix m, int unit, int i, int block, float[] to, int toAt) {
        long at = at(m, unit, i, block, Byte.BYTES);
        long nested = m.nested((unit + i) / PARTS, block);
        if (m.packing().scales() == Scales.FLOAT8) {
            float8(m.data(), at, nested, to, toAt);
        } else {
            linear8(m.data(), at, nested, to, toAt);
        }
    }

    private static void minimum(PackedMatrix m, int unit, int i, int block, float[] to, int toAt) {
        long at = at(m, unit, i, block, Byte.BYTES) + LANES;
        linear8(m.data(), at, m.nested((unit + i) / PARTS, block) + 2 * Float.BYTES, to, toAt);
    }

    private static void linear8(MemorySegment w, long at, long nested, float[] to, int i) {
        FloatVector codes = (FloatVector)
                ByteVector.fromMemorySegment(BYTES, w, at, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0);
        FloatVector scale = FloatVector.broadcast(FLOATS, w.get(FLOAT, nested));
        FloatVector offset = FloatVector.broadcast(FLOATS, w.get(FLOAT, nested + Float.BYTES));
        codes.fma(scale, offset).intoArray(to, i);
    }

    private static void float8(MemorySegment w, long at, long nested, float[] to, int i) {
        IntVector bits = (IntVector)
                ByteVector.fromMemorySegment(BYTES, w, at, LITTLE_ENDIAN).convertShape(B2I, INTS, 0);
        FloatVector codes = bits.lanewise(LSHL, 20)
                .and(Lanes.FLOAT8_BITS)
                .reinterpretAsFloats()
                .mul(Lanes.FLOAT8_BIAS);
        FloatVector scale = FloatVector.broadcast(FLOATS, w.get(FLOAT, nested));
        FloatVector offset = FloatVector.broadcast(FLOATS, w.get(FLOAT, nested + Float.BYTES));
        codes.fma(scale, offset).intoArray(to, i);
    }
}
