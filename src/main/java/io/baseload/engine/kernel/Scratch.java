package io.baseload.engine.kernel;

import static io.baseload.engine.tensor.PackedMatrix.LANES;

import io.baseload.engine.kernel.lanes.BlockScales;
import io.baseload.engine.kernel.lanes.Int8Rows;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Packing;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** What one worker needs while it computes; holds nothing from one call to the next but what {@link Kernels#prepareDecode} leaves. */
public final class Scratch {
    /** Rows that share a pass over the weights in decode. */
    static final int ROWS = Kernels.DECODE_ROWS;

    /** Vectors of rows that such a pass reads at once: as many streams. */
    static final int STREAMS = 8;

    /** Columns of plain numbers that it widens at once. */
    static final int COLUMNS = 32;

    /** Columns of coded weights that a kernel runs over in one call, so that they serve several rows from the first cache. */
    static final int BLOCK_COLUMNS = 256;

    /** Blocks of such columns at most. */
    static final int BLOCKS = 8;

    /** Blocks that a kernel runs over in one call for one row: the fewer calls, the fewer breaks in the streams from memory. */
    static final int ONE_ROWS_BLOCKS = 128;

    private static final int WIDTH = STREAMS * LANES;

    /** Widened weights, {@code [column][row]}, or widened keys or values of a page. Off the heap, because only there vectors are aligned to cache lines. */
    final MemorySegment widened;

    /** Sums of a pass, {@code [ROWS][STREAMS · vector]}. */
    final float[] sums = new float[ROWS * WIDTH];

    final float[] totals = new float[ROWS * WIDTH];

    /** Scales for kernels of 8-bit activations; those that have to be converted stand in {@link #widened}. */
    final BlockScales blockScales;

    /** Scales and minimums of some blocks. */
    final float[] scales = new float[2 * ONE_ROWS_BLOCKS * WIDTH];

    final float[] block = new float[Packing.MAX_COLUMNS * LANES];
    final float[] lanes = new float[LANES];

    /** Sums of each block of x, {@code [ROWS][blocks]}. */
    final float[] blockSums;

    /** Scores of a span, {@code [head][row][Attention.SPAN]}. */
    final float[] scores = new float[Attention.QUERIES * Attention.QUERIES * Attention.SPAN];

    final AttentionPart part;
    final OnlineSoftmax softmax = new OnlineSoftmax();

    private final int cols;
    private @Nullable Int8Rows int8;

    /** Made by the worker that first multiplies prompts in integers. */
    private @Nullable PromptLinear prompts;

    /** Means nothing; see {@link ReadAhead}. */
    float fetched;

    private Scratch(MemorySegment widened, int cols, int valueDim) {
        this.widened = widened;
        this.blockScales = new BlockScales(widened);
        this.blockSums = new float[ROWS * Math.ceilDiv(cols, LANES)];
        this.cols = cols;
        this.part = new AttentionPart(valueDim);
    }

    /**
     * Room for one worker.
     *
     * @param cols the most columns of any weight matrix, and at least the width of a key or value
     * @param valueDim the width of a value
     */
    public static Scratch allocate(NativeMemory memory, int cols, int valueDim) {
        return new Scratch(memory.allocate(nativeBytes(cols)), cols, valueDim);
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
        return Math.max(2L * LANES * cols, (long) Packing.MAX_COLUMNS * WIDTH) * Float.BYTES;
    }
}
