package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.kernel.lanes.Lanes.SHORTS;
import static io.baseload.engine.platform.Bf16Products.WIDTH;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/** Converts rows and weights as {@link Bf16Format} defines it, with vectors. For one worker. */
final class Bf16Conversion {
    /** Bytes of a widened column. */
    private static final long COLUMN = 4L * L;

    /** Columns that are widened at a time, so that they stay in L1: whole blocks of any packing. */
    private static final int SOME = Packing.MAX_COLUMNS;

    private final Bf16Format format;

    /** The parts of a row. */
    private final short[] high;

    private final short[] low;

    /** @param cols the most columns */
    Bf16Conversion(Bf16Format format, int cols) {
        this.format = format;
        high = new short[cols];
        low = new short[format.terms() > 1 ? cols : 0];
    }

    /** {@link Bf16Format#convert}, for rows of a multiple of a vector. */
    void rows(Rows x, int from, int to, PromptRows out) {
        int width = x.width();
        for (int row = from; row < to; row++) {
            round(x.data(), x.at(row), width);
            if (format.terms() > 1) {
                rest(x.data(), x.at(row), width);
            }
            for (int c = 0; c < format.chunks(width); c++) {
                int first = c * format.chunk();
                int columns = format.columns(width, c);
                long at = out.at(format, c, row);
                MemorySegment.copy(high, first, out.codes, JAVA_SHORT, at, columns);
                if (format.terms() > 1) {
                    MemorySegment.copy(high, first, out.codes, JAVA_SHORT, at + 2L * columns, columns);
                    MemorySegment.copy(low, first, out.codes, JAVA_SHORT, at + 4L * columns, columns);
                }
            }
        }
    }

    private void round(float[] x, int at, int width) {
        for (int i = 0; i < width; i += L) {
            IntVector top = FloatVector.fromArray(FLOATS, x, at + i)
                    .reinterpretAsInts()
                    .add(Bf16Format.HALF)
                    .lanewise(LSHR, 16);
            ((ShortVector) top.convertShape(I2S, SHORTS, 0)).intoArray(high, i);
        }
    }

    private void rest(float[] x, int at, int width) {
        for (int i = 0; i < width; i += L) {
            FloatVector number = FloatVector.fromArray(FLOATS, x, at + i);
            IntVector top = number.reinterpretAsInts().add(Bf16Format.HALF).and(Bf16Format.HIGH);
            IntVector rest = number.sub(top.reinterpretAsFloats())
                    .reinterpretAsInts()
                    .add(Bf16Format.HALF)
                    .lanewise(LSHR, 16);
            ((ShortVector) rest.convertShape(I2S, SHORTS, 0)).intoArray(low, i);
        }
    }

    /**
     * Converts the weights of chunk {@code c} of a strip of up to 64 outputs: high, or high, low and high parts follow each other, each in the order of
     * {@link io.baseload.engine.platform.Bf16Products#weights}. Outputs that the strip doesn't have keep any values.
     */
    void weights(PackedMatrix w, int panel, int panels, int c, Scratch scratch, MemorySegment out) {
        int begin = c * format.chunk();
        int columns = format.columns(w.cols(), c);
        for (int part = 0; part < panels * PARTS; part++) {
            for (int i = 0, some; i < columns; i += some) {
                some = Math.min(SOME, columns - i);
                Widening.range(w, panel * PARTS + part, begin + i, begin + i + some, scratch, 0, COLUMN);
                long to = 4L * (i / 2 * WIDTH + part * L);
                if (format.terms() == 1) {
                    rounded(some, scratch.widened, out, to);
                } else {
                    split(some, scratch.widened, out, to, 2L * WIDTH * columns);
                }
            }
        }
    }

    private static void rounded(int columns, MemorySegment widened, MemorySegment out, long to) {
        for (int k = 0; k < columns; k += 2) {
            IntVector one = IntVector.fromMemorySegment(INTS, widened, k * COLUMN, LITTLE_ENDIAN);
            IntVector two = IntVector.fromMemorySegment(INTS, widened, (k + 1) * COLUMN, LITTLE_ENDIAN);
            one.add(Bf16Format.HALF)
                    .lanewise(LSHR, 16)
                    .or(two.add(Bf16Format.HALF).and(Bf16Format.HIGH))
                    .intoMemorySegment(out, to + 2L * WIDTH * k, LITTLE_ENDIAN);
        }
    }

    /** @param step bytes from one term to the next */
    private static void split(int columns, MemorySegment widened, MemorySegment out, long to, long step) {
        for (int k = 0; k < columns; k += 2) {
            FloatVector one = FloatVector.fromMemorySegment(FLOATS, widened, k * COLUMN, LITTLE_ENDIAN);
            FloatVector two = FloatVector.fromMemorySegment(FLOATS, widened, (k + 1) * COLUMN, LITTLE_ENDIAN);
            IntVector top = one.reinterpretAsInts().add(Bf16Format.HALF).and(Bf16Format.HIGH);
            IntVector nextTop = two.reinterpretAsInts().add(Bf16Format.HALF).and(Bf16Format.HIGH);
            IntVector rest =
                    one.sub(top.reinterpretAsFloats()).reinterpretAsInts().add(Bf16Format.HALF);
            IntVector nextRest = two.sub(nextTop.reinterpretAsFloats())
                    .reinterpretAsInts()
                    .add(Bf16Format.HALF)
                    .and(Bf16Format.HIGH);
            IntVector high = top.lanewise(LSHR, 16).or(nextTop);
            long at = to + 2L * WIDTH * k;
            high.intoMemorySegment(out, at, LITTLE_ENDIAN);
            rest.lanewise(LSHR, 16).or(nextRest).intoMemorySegment(out, at + step, LITTLE_ENDIAN);
            high.intoMemorySegment(out, at + 2 * step, LITTLE_ENDIAN);
        }
    }
}
