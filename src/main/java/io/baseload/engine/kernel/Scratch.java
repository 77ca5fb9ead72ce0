package io.baseload.engine.kernel;

import static io.baseload.engine.tensor.PackedMatrix.LANES;

import io.baseload.engine.kernel.lanes.BlockScales;
import io.baseload.engine.kernel.lanes.Int8Rows;
import io.baseload.engine.kernel.tiles.TileRows;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Packing;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A worker's memory for intermediate results. Nothing in it is kept from one call to the next, except the result of {@link Kernels#prepareDecode}. */
public final class Scratch {
    /** The most rows that share a pass over the weights in decode. */
    static final int MAX_ROWS = Kernels.MAX_DECODE_ROWS;

    /** Vectors of weight rows that such a pass reads at once, as separate streams. */
    static final int STREAMS = 8;

    /** Columns of plain numbers that such a pass widens at once. */
    static final int COLUMNS = 32;

    /** Columns of coded weights that a kernel processes in one call, so that several rows read them from L1. */
    static final int BLOCK_COLUMNS = 256;

    /** The most blocks with such columns. */
    static final int MAX_BLOCKS = 8;

    /** Blocks that a kernel processes in one call for a single row: fewer calls interrupt the streams from memory less often. */
    static final int ONE_ROWS_BLOCKS = 128;

    private static final int WIDTH = STREAMS * LANES;

    /** Widened weights, {@code [column][row]}, or widened keys and values of a page or a span. Outside the heap, because only there vectors can be aligned to cache lines. */
    final MemorySegment widened;

    /** Sums of a pass, {@code [MAX_ROWS][STREAMS · vector]}. */
    final float[] sums = new float[MAX_ROWS * WIDTH];

    final float[] totals = new float[MAX_ROWS * WIDTH];

    /** Scales for kernels of 8-bit activations; converted ones are in {@link #widened}. */
    final BlockScales blockScales;

    /** Scales and minimums of some blocks. */
    final float[] scales = new float[2 * ONE_ROWS_BLOCKS * WIDTH];

    final float[] block = new float[Packing.MAX_COLUMNS * LANES];
    final float[] lanes = new float[LANES];

    /** Sums of each block of x, {@code [MAX_ROWS][blocks]}. */
    final float[] blockSums;

    /** Scores of a span, {@code [head][row][Attention.SPAN]}. */
    final float[] scores = new float[Attention.MAX_QUERIES * Attention.SPAN];

    final AttentionPart part;
    final OnlineSoftmax softmax = new OnlineSoftmax();

    private final int cols;
    private final int valueDim;
    private @Nullable Int8Rows int8Rows;

    /** Created on first use. */
    private @Nullable Int8Rows int8;

    /** Created on first use, which is only where values are stored in keys. */
    private float @Nullable [] values;

    private float @Nullable [] mixedByElement;

    /** Created on first use. */
    private @Nullable Bf16Linear bf16;

    /** Created on first use. */
    private @Nullable Int16Linear int16;

    /** Created on first use. */
    private @Nullable TileLinear tiles;

    /** Created on first use. */
    private @Nullable FloatLinear floats;

    /** Created on first use. */
    private @Nullable AttentionTile attentionTile;

    /** Rows of decode for machine code, for {@link #tileRows} or {@link #floats}. */
    private final MemorySegment rows;

    private final TileRows tileRows;

    /** The result of {@link CachePrefetch}, which has no meaning. */
    float fetched;

    private Scratch(MemorySegment memory, int cols, int keyDim, int valueDim) {
        this.widened = memory.asSlice(0, widenedBytes(cols, keyDim, valueDim));
        this.rows = memory.asSlice(widenedBytes(cols, keyDim, valueDim));
        this.tileRows = new TileRows(rows);
        this.blockScales = new BlockScales(widened);
        this.blockSums = new float[MAX_ROWS * Math.ceilDiv(cols, LANES)];
        this.cols = cols;
        this.valueDim = valueDim;
        this.part = new AttentionPart(valueDim);
    }

    /**
     * Memory for one worker.
     *
     * @param cols the largest number of columns of a weight matrix, and at least the width of a key or value
     * @param keyDim the width of a key
     * @param valueDim the width of a value
     */
    public static Scratch allocate(NativeMemory memory, int cols, int keyDim, int valueDim) {
        return new Scratch(memory.allocate(nativeBytes(cols, keyDim, valueDim)), cols, keyDim, valueDim);
    }

    /** Rows of x in 8 bits, for the Vector API. Created on first use, because the scalar implementation runs without it. */
    Int8Rows int8Rows() {
        Int8Rows rows = int8Rows;
        if (rows == null) {
            rows = new Int8Rows(MAX_ROWS, cols);
            int8Rows = rows;
        }
        return rows;
    }

    /** A row of x in 8 bits on its way into tiles, which need no more rows in this form. */
    Int8Rows int8() {
        Int8Rows row = int8;
        if (row == null) {
            row = new Int8Rows(1, cols);
            int8 = row;
        }
        return row;
    }

    /** A page's values, {@code [valueDim][KvPages.TOKENS]}. */
    float[] values() {
        float[] widest = values;
        if (widest == null) {
            widest = new float[KvPages.TOKENS * valueDim];
            values = widest;
        }
        return widest;
    }

    /** Mixed values, {@code [vector of queries][valueDim][query]}. */
    float[] mixedByElement() {
        float[] mixed = mixedByElement;
        if (mixed == null) {
            mixed = new float[part.mixed.length];
            mixedByElement = mixed;
        }
        return mixed;
    }

    Bf16Linear bf16(Bf16Format format) {
        Bf16Linear linear = bf16;
        if (linear == null) {
            linear = new Bf16Linear(format, cols);
            bf16 = linear;
        }
        return linear;
    }

    Int16Linear int16() {
        Int16Linear linear = int16;
        if (linear == null) {
            linear = new Int16Linear(cols);
            int16 = linear;
        }
        return linear;
    }

    TileLinear tiles(VectorInstructions set) {
        TileLinear linear = tiles;
        if (linear == null || linear.set() != set) {
            linear = new TileLinear(set, cols, widened);
            tiles = linear;
        }
        return linear;
    }

    FloatLinear floats(VectorInstructions set) {
        FloatLinear linear = floats;
        if (linear == null || linear.set() != set) {
            linear = new FloatLinear(set, rows);
            floats = linear;
        }
        return linear;
    }

    /** Memory for attention in machine code, with keys and values in {@link #widened}. */
    AttentionTile attentionTile(Attention attention, VectorInstructions set) {
        AttentionTile tile = attentionTile;
        if (tile == null || !tile.fits(attention, set)) {
            tile = new AttentionTile(set, attention.keyDim(), attention.valueDim(), widened);
            attentionTile = tile;
        }
        return tile;
    }

    /** Rows of decode for {@link #tiles}. */
    TileRows tileRows() {
        return tileRows;
    }

    /** Memory outside the heap that {@link #allocate} needs, in bytes. The part that kernels don't use is never touched. */
    public static long nativeBytes(int cols, int keyDim, int valueDim) {
        return widenedBytes(cols, keyDim, valueDim)
                + Math.max(TileRows.bytes(MAX_ROWS, cols), FloatLinear.bytes(MAX_ROWS, cols));
    }

    /**
     * The heap of a worker's memory, in bytes, once these kernels have used it.
     *
     * @param packings those of the matrices that they multiply
     * @param cols as for {@link #allocate}
     */
    public static long heapBytes(Kernels kernels, Set<Packing> packings, int cols, KvLayout layout) {
        long sums = 2L * MAX_ROWS * WIDTH + (long) MAX_ROWS * Math.ceilDiv(cols, LANES);
        long weights = 2L * ONE_ROWS_BLOCKS * WIDTH + Packing.MAX_COLUMNS * LANES + LANES;
        long attention = Attention.MAX_QUERIES * (Attention.SPAN + 4L + layout.valueDim());
        long values = layout.valuesInKeys() ? (Attention.MAX_QUERIES + (long) KvPages.TOKENS) * layout.valueDim() : 0;
        return Float.BYTES * (sums + weights + attention + values) + kernels.scratchHeap(packings, cols);
    }

    private static long widenedBytes(int cols, int keyDim, int valueDim) {
        long weights = Math.max(2L * LANES * cols, (long) Packing.MAX_COLUMNS * WIDTH);
        return Math.max(weights, (long) Attention.SPAN * (keyDim + valueDim)) * Float.BYTES;
    }
}
