package io.baseload.engine.kernel;

import static io.baseload.engine.tensor.PackedMatrix.LANES;

import io.baseload.engine.tensor.KvPages;
import io.baseload.engine.tensor.NativeMemory;
import java.lang.foreign.MemorySegment;

/** What one worker needs while it computes; holds nothing from one call to the next. */
public final class Scratch {
    /** Panels that prefill widens at once. */
    static final int PANELS = 4;

    /** Queries that share a pass over keys or values. */
    static final int QUERIES = 12;

    /** Rows that share a widened block in the scalar twin. */
    static final int ROWS = 64;

    /** Widened weights: {@code [column][PANELS · 16]}. Off the heap, because only there vectors are aligned to cache lines. */
    final MemorySegment panels;

    /** Scores of attention, {@code [QUERIES][scoresStride]}. */
    final float[] scores;

    final int scoresStride;
    final float[] block = new float[32 * LANES];
    final float[] sums = new float[ROWS * LANES];

    private Scratch(MemorySegment panels, int scoresStride) {
        this.panels = panels;
        this.scoresStride = scoresStride;
        this.scores = new float[QUERIES * scoresStride];
    }

    /**
     * Room for one worker.
     *
     * @param cols the most columns of any weight matrix
     * @param tokens the most tokens of any sequence
     */
    public static Scratch allocate(NativeMemory memory, int cols, int tokens) {
        int stride = Math.ceilDiv(tokens, KvPages.TOKENS) * KvPages.TOKENS;
        return new Scratch(memory.allocate(nativeBytes(cols)), stride);
    }

    /** Bytes outside the heap that {@link #allocate} takes. */
    public static long nativeBytes(int cols) {
        return (long) PANELS * LANES * Float.BYTES * cols;
    }
}
