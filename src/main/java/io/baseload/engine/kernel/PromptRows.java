package io.baseload.engine.kernel;

import io.baseload.engine.platform.IntegerProducts;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Prompt rows quantized to 8 bits, once for all workers and all linear layers that read them. Each worker quantizes its share of the rows ({@link Kernels#quantize})
 * and has a view of its own on what all share.
 *
 * <p>In memory: group after group, in a group row after row. So a product reads one piece.
 */
public final class PromptRows {
    final PromptFormat format;
    final MemorySegment codes;

    /** {@code [group][row]}. */
    final float[] scales;

    private int rows;
    private int width;

    private PromptRows(PromptFormat format, MemorySegment codes, float[] scales) {
        this.format = format;
        this.codes = codes;
        this.scales = scales;
    }

    /**
     * Room for {@code elements} in all, as {@link #elements} counts them. They are freed like all activations, when nobody uses them any more.
     *
     * @throws IllegalArgumentException if there are too many
     */
    public static PromptRows allocate(long elements) {
        return allocate(elements, PromptFormat.MACHINE.orElse(PromptFormat.WIDE));
    }

    static PromptRows allocate(long elements, PromptFormat format) {
        MemorySegment codes = Arena.ofAuto().allocate(elements, 64);
        return new PromptRows(format, codes, new float[Math.toIntExact(elements / IntegerProducts.STEP)]);
    }

    /** What such rows take. */
    public static long elements(int rows, int width) {
        return (long) padded(rows) * Math.ceilDiv(width, IntegerProducts.STEP) * IntegerProducts.STEP;
    }

    /** The same rows for another worker. */
    public PromptRows share() {
        return new PromptRows(format, codes, scales);
    }

    private static int padded(int rows) {
        return Math.ceilDiv(rows, IntegerProducts.ROWS) * IntegerProducts.ROWS;
    }

    /** From now on so many rows of x are meant, which are quantized in the next moment. */
    void start(Rows x, int rows) {
        this.rows = padded(rows);
        this.width = x.width();
    }

    void check(PackedMatrix w) {
        if (w.cols() != width) {
            throw new IllegalStateException("rows of " + width + " were quantized, not of " + w.cols());
        }
    }

    /** Where a row of a group begins. */
    long at(int g, int row) {
        return (long) g * format.group() * rows + (long) row * format.depth(width, g);
    }

    /** Where the scale of a row of a group stands. */
    int scaleAt(int g, int row) {
        return g * rows + row;
    }
}
