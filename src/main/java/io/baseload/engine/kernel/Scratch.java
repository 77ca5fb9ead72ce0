package io.baseload.engine.kernel;

import static io.baseload.engine.tensor.PackedMatrix.LANES;

import io.baseload.engine.kernel.lanes.Int8Rows;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Packing;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** What one worker needs while it computes; holds nothing from one call to the next. */
public final class Scratch {
    /** Rows that share a pass over the weights in decode. */
    static final int ROWS = 16;

    /** Vectors of rows that such a pass reads at once: as many streams. */
    static final int STREAMS = 8;

    /** Columns of plain numbers that it widens at once. */
    static final int COLUMNS = 32;

    /** Queries that share a pass over keys or values. */
    static final int QUERIES = 12;

    private static final int WIDTH = STREAMS * LANES;

    /** Widened weights, {@code [column][row]}, or widened keys or values of a page. Off the heap, because only there vectors are aligned to cache lines. */
    final MemorySegment widened;

    /** Sums of a pass, {@code [ROWS][STREAMS · vector]}. */
    final float[] sums = new float[ROWS * WIDTH];

    final float[] totals = new float[ROWS * WIDTH];
    final float[] scales = new float[2 * WIDTH];

    final float[] block = new float[Packing.MOST_COLUMNS * LANES];
    final float[] lanes = new float[LANES];

    /** Sums of each block of x, {@code [ROWS][blocks]}. */
    final float[] blockSums;

    /** Scores of attention, {@code [QUERIES][scoresStride]}. */
    final float[] scores;

    final int scoresStride;

    /** 1 / the sum of each query's exponentials. */
    final float[] factors = new float[QUERIES];

    private final int cols;
    private @Nullable Int8Rows int8;

    /** Made by the worker that first multiplies prompts in integers. */
    private @Nullable PromptLinear prompts;

    /** Means nothing; see {@link ReadAhead}. */
    float fetched;

    private Scratch(MemorySegment widened, int cols, int scoresStride) {
        this.widened = widened;
        this.blockSums = new float[ROWS * Math.ceilDiv(cols, LANES)];
        this.cols = cols;
        this.scoresStride = scoresStride;
        this.scores = new float[QUERIES * scoresStride];
    }

    /**
     * Room for one worker.
     *
     * @param cols the most columns of any weight matrix, and at least the width of a key or value
     * @param tokens the most tokens of any sequence
     */
    public static Scratch allocate(NativeMemory memory, int cols, int tokens) {
        int stride = Math.ceilDiv(tokens, KvPages.TOKENS) * KvPages.TOKENS;
        return new Scratch(memory.allocate(nativeBytes(cols)), cols, stride);
    }

    /** Rows of x in 8 bits. Made when they are first wanted, since the scalar twin runs without the Vector API. */
    Int8Rows int8() {
        Int8Rows rows = int8;
        if (rows == null) {
            rows = new Int8Rows(ROWS, cols);
            int8 = rows;
        }
        return rows;
    }

    PromptLinear prompts() {
        PromptLinear linear = prompts;
        if (linear == null) {
            linear = new PromptLinear();
            prompts = linear;
        }
        return linear;
    }

    /** Bytes outside the heap that {@link #allocate} takes. */
    public static long nativeBytes(int cols) {
        return Math.max(2L * LANES * cols, (long) Packing.MOST_COLUMNS * WIDTH) * Float.BYTES;
    }
}
