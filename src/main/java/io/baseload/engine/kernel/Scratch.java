package io.baseload.engine.kernel;

import static io.baseload.engine.tensor.PackedMatrix.LANES;

import io.baseload.engine.kv.KvPages;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Packing;
import java.lang.foreign.MemorySegment;

/** What one worker needs while it computes; holds nothing from one call to the next. */
public final class Scratch {
    /** Rows that share a pass over the weights in decode. */
    static final int ROWS = 8;

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

    /** Means nothing; see {@link ReadAhead}. */
    float fetched;

    private Scratch(MemorySegment widened, int cols, int scoresStride) {
        this.widened = widened;
        this.blockSums = new float[ROWS * Math.ceilDiv(cols, LANES)];
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

    /** Bytes outside the heap that {@link #allocate} takes. */
    public static long nativeBytes(int cols) {
        return Math.max(2L * LANES * cols, (long) Packing.MOST_COLUMNS * WIDTH) * Float.BYTES;
    }
}
