package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.SHORTS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;

import io.baseload.engine.platform.MachineCode;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * A linear layer for prompt rows as {@link Int16Format} defines it, bit for bit, one worker's part: some panels' weights are converted for all rows and stay in L2, and {@link Int16Code} multiplies
 * them by one tile of rows after the other. A vector has 512 bits, so a panel is one.
 *
 * <p>A wrong address would end the process, so all of them are computed here, from matrices and rows whose sizes are checked.
 */
final class Int16Linear {
    /** Converted weights that the tiles of rows share. */
    private static final long SHARED_BYTES = 1 << 18;

    private static final int RESULTS = Int16Code.BYTES;

    /** The factors that make integers of a panel's weights. */
    private static final int INVERSES = RESULTS + Int16Code.MAX_ROWS * Int16Code.OUT_ROW;

    private static final int PARAMETER_BYTES = INVERSES + Int16Code.LINE;

    private final MemorySegment parameters;
    private final MemorySegment panels;
    private final MachineCode[] functions;

    /** @param cols the most columns of a matrix */
    Int16Linear(int cols) {
        Arena arena = Arena.ofAuto();
        parameters = arena.allocate(PARAMETER_BYTES, Int16Code.LINE);
        panels = arena.allocate(Math.max(SHARED_BYTES, panelBytes(cols)), Int16Code.LINE);
        functions = IntStream.rangeClosed(1, Int16Code.MAX_ROWS)
                .mapToObj(Int16Code::of)
                .toArray(MachineCode[]::new);
    }

    /** Bytes of a converted panel: a pair of columns is a vector, and scales follow. */
    private static long panelBytes(int cols) {
        return cols / 2L * Int16Code.LINE + Int16Code.LINE;
    }

    void convert(Rows x, int from, int to, PromptRows out) {
        for (int row = from; row < to; row++) {
            for (int group = 0; group < x.width() / Int16Format.COLUMNS; group++) {
                int at = x.at(row) + group * Int16Format.COLUMNS;
                float max = max(x.data(), at);
                out.codes.set(JAVA_FLOAT, out.int16Step(group, row), Int16Format.step(max));
                round(x.data(), at, Int16Format.inverse(max), out.codes, out.int16(group, row));
            }
        }
    }

    /** The largest magnitude of a group. Bits of non-negative floats have the same order as the floats, and those of NaN are the largest. */
    private static float max(float[] x, int at) {
        IntVector max = IntVector.zero(INTS);
        for (int i = 0; i < Int16Format.COLUMNS; i += L) {
            max = max.max(
                    FloatVector.fromArray(FLOATS, x, at + i).reinterpretAsInts().and(Integer.MAX_VALUE));
        }
        return Float.intBitsToFloat(max.reduceLanes(MAX));
    }

    private static void round(float[] x, int at, float inverse, MemorySegment to, long first) {
        FloatVector factor = FloatVector.broadcast(FLOATS, inverse);
        FloatVector round = FloatVector.broadcast(FLOATS, Int16Format.ROUND);
        for (int i = 0; i < Int16Format.COLUMNS; i += L) {
            IntVector bits =
                    FloatVector.fromArray(FLOATS, x, at + i).fma(factor, round).reinterpretAsInts();
            ((ShortVector) bits.convertShape(I2S, SHORTS, 0))
                    .intoMemorySegment(to, first + (long) i * Short.BYTES, LITTLE_ENDIAN);
        }
    }

    void multiply(
            PackedMatrix w, PromptRows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        if (from == to) {
            return;
        }
        int most = Math.toIntExact(Math.clamp(SHARED_BYTES / panelBytes(w.cols()), 1, Int16Code.MAX_PANELS));
        for (int panel = firstPanel, some; panel < endPanel; panel += some) {
            some = Math.min(most, endPanel - panel);
            for (int i = 0; i < some; i++) {
                panel(w, panel + i, scratch, i * panelBytes(w.cols()));
            }
            for (int row = from, rows; row < to; row += rows) {
                rows = Math.min(Int16Code.MAX_ROWS, to - row);
                set(w.cols(), some, x, row, rows);
                functions[rows - 1].call(parameters.address());
                y.store(
                        parameters,
                        RESULTS,
                        Int16Code.OUT_ROW,
                        row,
                        rows,
                        panel * LANES,
                        Math.min((panel + some) * LANES, w.rows()));
            }
        }
    }

    private void set(int cols, int count, PromptRows x, int row, int rows) {
        int groups = cols / Int16Format.COLUMNS;
        MachineCode.requireAlive(x.codes, "the rows");
        Objects.checkFromIndexSize(0, count * panelBytes(cols), panels.byteSize());
        Objects.checkFromIndexSize(x.int16(groups - 1, row), (long) rows * Int16Code.GROUP, x.int16Step(0, 0));
        Objects.checkFromIndexSize(x.int16Step(groups - 1, row), (long) rows * Float.BYTES, x.codes.byteSize());
        parameters.set(JAVA_LONG, Int16Code.PANELS, panels.address());
        parameters.set(JAVA_LONG, Int16Code.ROWS, x.codes.address() + x.int16(0, row));
        parameters.set(JAVA_LONG, Int16Code.ROWS_STRIDE, x.int16(1, 0) - x.int16(0, 0));
        parameters.set(JAVA_LONG, Int16Code.STEPS, x.codes.address() + x.int16Step(0, row));
        parameters.set(JAVA_LONG, Int16Code.STEPS_STRIDE, x.int16Step(1, 0) - x.int16Step(0, 0));
        parameters.set(JAVA_LONG, Int16Code.OUT, parameters.address() + RESULTS);
        parameters.set(JAVA_LONG, Int16Code.COUNT, count);
        parameters.set(JAVA_LONG, Int16Code.GROUPS, groups);
    }

    /** Converts a panel. */
    private void panel(PackedMatrix w, int panel, Scratch scratch, long to) {
        Widening.range(w, panel, 0, w.cols(), scratch, 0, Int16Code.LINE);
        long scales = to + w.cols() / 2L * Int16Code.LINE;
        scales(scratch.widened, w.cols(), panels, scales, parameters);
        pairs(scratch.widened, w.cols(), parameters, panels, to);
    }

    /** The scale of each output, and its inverse. */
    private static void scales(
            MemorySegment widened, int cols, MemorySegment to, long scalesAt, MemorySegment parameters) {
        IntVector bits = IntVector.zero(INTS);
        for (int k = 0; k < cols; k++) {
            bits = bits.max(IntVector.fromMemorySegment(INTS, widened, (long) k * Int16Code.LINE, LITTLE_ENDIAN)
                    .and(Integer.MAX_VALUE));
        }
        FloatVector max = bits.reinterpretAsFloats();
        FloatVector zero = FloatVector.zero(FLOATS);
        max.div(Int16Format.MAX_CODE)
                .blend(zero, max.compare(LT, Int16Format.MIN_MAGNITUDE))
                .intoMemorySegment(to, scalesAt, LITTLE_ENDIAN);
        FloatVector.broadcast(FLOATS, Int16Format.MAX_CODE)
                .div(max)
                .blend(zero, max.compare(LT, Int16Format.MIN_MAGNITUDE))
                .intoMemorySegment(parameters, INVERSES, LITTLE_ENDIAN);
    }

    /** The integers of two columns in each lane. */
    private static void pairs(MemorySegment widened, int cols, MemorySegment parameters, MemorySegment to, long first) {
        FloatVector inverse = FloatVector.fromMemorySegment(FLOATS, parameters, INVERSES, LITTLE_ENDIAN);
        FloatVector round = FloatVector.broadcast(FLOATS, Int16Format.ROUND);
        for (int k = 0; k < cols; k += 2) {
            long at = (long) k * Int16Code.LINE;
            IntVector one = FloatVector.fromMemorySegment(FLOATS, widened, at, LITTLE_ENDIAN)
                    .fma(inverse, round)
                    .reinterpretAsInts();
            IntVector two = FloatVector.fromMemorySegment(FLOATS, widened, at + Int16Code.LINE, LITTLE_ENDIAN)
                    .fma(inverse, round)
                    .reinterpretAsInts();
            one.and(0xFFFF).or(two.lanewise(LSHL, Short.SIZE)).intoMemorySegment(to, first + at / 2, LITTLE_ENDIAN);
        }
    }
}
