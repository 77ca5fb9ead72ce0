package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.kernel.lanes.Lanes.SHORTS;
import static io.baseload.engine.platform.Bf16Products.WIDTH;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/** Splits rows and weights as {@link SplitFormat} defines it, with vectors. For one worker. */
final class Splitter {
    /** Bytes of a widened column. */
    private static final long COLUMN = 4L * L;

    private final short[] high;
    private final short[] low;

    /** The parts of a strip's weights, {@code [pair of columns][64]}. */
    private final int[] highPairs;

    private final int[] lowPairs;

    /** @param cols the most columns, an even number */
    Splitter(int cols) {
        high = new short[cols];
        low = new short[cols];
        highPairs = new int[cols / 2 * WIDTH];
        lowPairs = new int[cols / 2 * WIDTH];
    }

    /** {@link SplitFormat#split}, for rows of a multiple of a vector. */
    void rows(Rows x, int from, int to, PromptRows out) {
        int width = x.width();
        for (int row = from; row < to; row++) {
            row(x.data(), x.at(row), width);
            long at = out.splitAt(row);
            MemorySegment.copy(high, 0, out.codes, JAVA_SHORT, at, width);
            MemorySegment.copy(high, 0, out.codes, JAVA_SHORT, at + 2L * width, width);
            MemorySegment.copy(low, 0, out.codes, JAVA_SHORT, at + 4L * width, width);
        }
    }

    private void row(float[] x, int at, int width) {
        for (int i = 0; i < width; i += L) {
            FloatVector number = FloatVector.fromArray(FLOATS, x, at + i);
            IntVector top = number.reinterpretAsInts().add(SplitFormat.HALF).and(SplitFormat.HIGH);
            IntVector rest =
                    number.sub(top.reinterpretAsFloats()).reinterpretAsInts().add(SplitFormat.HALF);
            ((ShortVector) top.lanewise(LSHR, 16).convertShape(I2S, SHORTS, 0)).intoArray(high, i);
            ((ShortVector) rest.lanewise(LSHR, 16).convertShape(I2S, SHORTS, 0)).intoArray(low, i);
        }
    }

    /**
     * Splits the weights of a strip of up to 64 outputs: high, low and high parts follow each other, each in the order of {@link io.baseload.engine.platform.Bf16Products#memory}. Outputs that the
     * strip doesn't have keep any values.
     */
    void weights(PackedMatrix w, int panel, int panels, Scratch scratch, MemorySegment out) {
        for (int part = 0; part < panels * PARTS; part++) {
            Widening.all(w, panel * PARTS + part, scratch, 0, COLUMN);
            columns(w.cols(), scratch.widened, part * L);
        }
        int count = w.cols() / 2 * WIDTH;
        MemorySegment.copy(highPairs, 0, out, JAVA_INT, 0, count);
        MemorySegment.copy(lowPairs, 0, out, JAVA_INT, 4L * count, count);
        MemorySegment.copy(highPairs, 0, out, JAVA_INT, 8L * count, count);
    }

    /** Splits the columns of a vector of rows. They are stored by way of arrays, as in {@link KvWidening}. */
    private void columns(int cols, MemorySegment widened, int row) {
        for (int k = 0; k < cols; k += 2) {
            FloatVector one = FloatVector.fromMemorySegment(FLOATS, widened, k * COLUMN, LITTLE_ENDIAN);
            FloatVector two = FloatVector.fromMemorySegment(FLOATS, widened, (k + 1) * COLUMN, LITTLE_ENDIAN);
            IntVector top = one.reinterpretAsInts().add(SplitFormat.HALF).and(SplitFormat.HIGH);
            IntVector nextTop = two.reinterpretAsInts().add(SplitFormat.HALF).and(SplitFormat.HIGH);
            IntVector rest =
                    one.sub(top.reinterpretAsFloats()).reinterpretAsInts().add(SplitFormat.HALF);
            IntVector nextRest = two.sub(nextTop.reinterpretAsFloats())
                    .reinterpretAsInts()
                    .add(SplitFormat.HALF)
                    .and(SplitFormat.HIGH);
            int at = k / 2 * WIDTH + row;
            top.lanewise(LSHR, 16).or(nextTop).intoArray(highPairs, at);
            rest.lanewise(LSHR, 16).or(nextRest).intoArray(lowPairs, at);
        }
    }
}
