package io.baseload.engine.kernel;

import io.baseload.engine.kernel.tiles.TileKernel;
import io.baseload.engine.kernel.tiles.TileRows;
import io.baseload.engine.platform.Bf16Products;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Prompt rows quantized to 8 bits ({@link TileRows}), or converted to numbers of 16 bits ({@link WideFormat}), once for all workers and all linear layers that read them. Each worker quantizes its share of the rows
 * ({@link Kernels#quantize}) and has its own view of the shared memory.
 *
 * <p>Of BF16 numbers, chunks follow each other in memory, and within a chunk all rows; of 16-bit integers groups do, and then the steps of all groups in the same order.
 */
public final class PromptRows {
    final MemorySegment codes;

    /** This view's rows in tiles. */
    final TileRows tiles;

    private PromptForm form = PromptForm.PLAIN;
    private @Nullable Rows source;
    private int rows;
    private int width;

    private PromptRows(MemorySegment codes) {
        this.codes = codes;
        this.tiles = new TileRows(codes);
    }

    /**
     * Rows in {@code memory}.
     *
     * @param bytes as computed by {@link Kernels#promptBytes}
     * @throws IllegalArgumentException if there are too many
     */
    public static PromptRows allocate(NativeMemory memory, long bytes) {
        return new PromptRows(memory.allocate(bytes));
    }

    /** Number of elements of such rows, and of as many more as a tile, or a product of BF16 numbers that begins at one of the last rows, reads. */
    public static long elements(int rows, int width) {
        return (rows + Bf16Products.ROWS - 1L) * width;
    }

    /** The same rows for another worker. */
    public PromptRows share() {
        return new PromptRows(codes);
    }

    /**
     * Sets the rows that are quantized next.
     *
     * @param set the machine code's instructions; null if there are none
     */
    void start(PromptForm form, Rows x, int rows, @Nullable VectorInstructions set) {
        this.form = form;
        this.source = x;
        this.rows = rows;
        this.width = x.width();
        if (form.tiles()) {
            int height = TileKernel.maxRows(Objects.requireNonNull(set), form.tileForm());
            tiles.start(height, width, form.columns(), form.tileForm());
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

    /** Offset of a row of a chunk of BF16 numbers. */
    long at(Bf16Format bf16, int chunk, int row) {
        return (long) bf16.bytes() * (bf16.chunk() * (long) chunk * rows + (long) bf16.columns(width, chunk) * row);
    }

    /** Offset of a row of a group of 16-bit integers. */
    long int16(int group, int row) {
        return (long) Short.BYTES * Int16Format.COLUMNS * ((long) group * rows + row);
    }

    /** Offset of its step. */
    long int16Step(int group, int row) {
        return (long) Short.BYTES * width * rows + Float.BYTES * ((long) group * rows + row);
    }
}
