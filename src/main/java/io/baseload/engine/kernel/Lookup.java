package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.baseload.engine.quant.Codebook;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** 4-bit codes of a table to f32. A vector of 512 bits holds the whole table, one of 256 bits half of it; smaller vectors are filled element by element. */
final class Lookup {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    private Lookup() {}

    /** One vector of rows of a block, times their scales. */
    static void widen(PackedMatrix m, long from, float[] scales, MemorySegment out, long to, long stride) {
        float[] table = Codebook.of(m.packing().codes());
        int size = m.packing().block();
        switch (L) {
            case 16 -> whole(table, m.data(), from, size, scales, out, to, stride);
            case 8 -> halves(table, m.data(), from, size, scales, out, to, stride);
            default -> single(table, m.data(), from, size, scales, out, to, stride);
        }
    }

    private static void whole(
            float[] table,
            MemorySegment w,
            long from,
            int size,
            float[] scales,
            MemorySegment out,
            long to,
            long stride) {
        IntVector values = FloatVector.fromArray(FLOATS, table, 0).reinterpretAsInts();
        FloatVector scale = FloatVector.fromArray(FLOATS, scales, 0);
        for (int eight = 0; eight < size / 8; eight++) {
            IntVector codes = IntVector.fromMemorySegment(INTS, w, from + eight * 4L * LANES, LITTLE_ENDIAN);
            for (int j = 0; j < 8; j++) {
                codes.selectFrom(values)
                        .reinterpretAsFloats()
                        .mul(scale)
                        .intoMemorySegment(out, to + (eight * 8 + j) * stride, LITTLE_ENDIAN);
                codes = codes.lanewise(LSHR, 4);
            }
        }
    }

    /** The table's upper half is stored as its difference from the lower half, which is applied if a code's highest bit is set. */
    private static void halves(
            float[] table,
            MemorySegment w,
            long from,
            int size,
            float[] scales,
            MemorySegment out,
            long to,
            long stride) {
        IntVector lower = FloatVector.fromArray(FLOATS, table, 0).reinterpretAsInts();
        IntVector change =
                FloatVector.fromArray(FLOATS, table, 8).reinterpretAsInts().lanewise(XOR, lower);
        FloatVector scale = FloatVector.fromArray(FLOATS, scales, 0);
        for (int eight = 0; eight < size / 8; eight++) {
            IntVector codes = IntVector.fromMemorySegment(INTS, w, from + eight * 4L * LANES, LITTLE_ENDIAN);
            for (int j = 0; j < 8; j++) {
                IntVector upper = codes.lanewise(LSHL, 28).lanewise(ASHR, 31);
                codes.selectFrom(lower)
                        .lanewise(XOR, codes.selectFrom(change).and(upper))
                        .reinterpretAsFloats()
                        .mul(scale)
                        .intoMemorySegment(out, to + (eight * 8 + j) * stride, LITTLE_ENDIAN);
                codes = codes.lanewise(LSHR, 4);
            }
        }
    }

    private static void single(
            float[] table,
            MemorySegment w,
            long from,
            int size,
            float[] scales,
            MemorySegment out,
            long to,
            long stride) {
        for (int column = 0; column < size; column++) {
            for (int lane = 0; lane < L; lane++) {
                int codes = w.get(INT, from + (column / 8 * LANES + lane) * 4L);
                float value = table[codes >>> column % 8 * 4 & 15] * scales[lane];
                out.set(FLOAT, to + column * stride + 4L * lane, value);
            }
        }
    }
}
