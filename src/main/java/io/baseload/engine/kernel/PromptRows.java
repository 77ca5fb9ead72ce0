package io.baseload.engine.kernel;

import io.baseload.engine.kernel.tiles.TileKernel;
import io.baseload.engine.kernel.tiles.TileRows;
import io.baseload.engine.platform.IntegerProducts;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Prompt rows quantized to 8 bits, or converted to BF16 numbers ({@link Bf16Format}), once for all workers and all linear layers that read them. Each worker quantizes its share of the rows ({@link Kernels#quantize}) and has its own view of
 * the shared memory.
 *
 * <p>In memory, 8-bit rows are in blocks of 64: a block's groups follow each other, and within a group its rows, so that a product reads several groups at the same distance. Of BF16 numbers,
 * chunks follow each other, and within a chunk all rows.
 */
public final class PromptRows {
    final PromptFormat format;
    final MemorySegment codes;

    /** {@code [group][row]}; of integers for the library. */
    final float[] scales;

    /** This view's rows in tiles. */
    final TileRows tiles;

    private PromptForm form = PromptForm.PLAIN;
    private @Nullable Rows source;
    private int rows;
    private int width;

    private PromptRows(PromptFormat format, MemorySegment codes, float[] scales) {
        this.format = format;
        this.codes = codes;
        this.scales = scales;
        this.tiles = new TileRows(codes);
    }

    /**
     * Rows in {@code memory} with {@code elements} elements, as computed by {@link #elements}, of {@link Kernels#promptBytes} bytes each.
     *
     * @throws IllegalArgumentException if there are too many
     */
    public static PromptRows allocate(NativeMemory memory, long elements, int bytes) {
        boolean integers = bytes == Byte.BYTES || bytes == PromptForm.TILE_BYTES;
        long scales = integers && PromptFormat.MACHINE.isPresent() ? elements / IntegerProducts.DEPTH : 0;
        return new PromptRows(
                PromptFormat.MACHINE.orElse(PromptFormat.WIDE),
                memory.allocate(elements * bytes),
                new float[Math.toIntExact(scales)]);
    }

    /** Number of elements of such rows. */
    public static long elements(int rows, int width) {
        return padded(rows) * rowElements(width) + IntegerProducts.MIN_ROWS * IntegerProducts.DEPTH;
    }

    /** Number of elements of one of these rows. */
    public static long rowElements(int width) {
        return Math.ceilDiv(width, IntegerProducts.DEPTH) * (long) IntegerProducts.DEPTH;
    }

    /** The same rows for another worker. */
    public PromptRows share() {
        return new PromptRows(format, codes, scales);
    }

    private static int padded(int rows) {
        return Math.ceilDiv(rows, IntegerProducts.MAX_ROWS) * IntegerProducts.MAX_ROWS;
    }

    /**
     * Sets the rows that are quantized next.
     *
     * @param set the machine code's instructions; null if there are none
     */
    void start(PromptForm form, Rows x, int rows, @Nullable VectorInstructions set) {
        this.form = form;
        this.source = x;
        this.rows = padded(rows);
        this.width = x.width();
        if (form.tiles()) {
            int group = form == PromptForm.TILES ? TileRows.MAX_GROUP : TileRows.MIN_GROUP;
            tiles.start(TileKernel.maxRows(Objects.requireNonNull(set)), width, group);
        }
    }

    /** The form in which rows were quantized last. */
    public PromptForm form() {
        return form;
    }

    /** The rows that were quantized. */
    Rows source() {
        return Objects.requireNonNull(source);
    }

    void check(PackedMatrix w) {
        if (w.cols() != width) {
            throw new IllegalStateException("rows of " + width + " were quantized, not of " + w.cols());
        }
    }

    /** Offset of a row of a group. */
    long at(int g, int row) {
        int inBlock = row % IntegerProducts.MAX_ROWS;
        long before = (long) (row - inBlock) * format.groups(width) + (long) g * IntegerProducts.MAX_ROWS + inBlock;
        return before * format.group();
    }

    /** Offset of a row of a chunk of BF16 numbers. */
    long at(Bf16Format bf16, int chunk, int row) {
        return (long) bf16.bytes() * (bf16.chunk() * (long) chunk * rows + (long) bf16.columns(width, chunk) * row);
    }

    /** Number of rows from one on that are in the same block. */
    static int leftInBlock(int row) {
        return IntegerProducts.MAX_ROWS - row % IntegerProducts.MAX_ROWS;
    }

    /** Index of the scale of a row of a group. */
    int scaleAt(int g, int row) {
        return g * rows + row;
    }
}
