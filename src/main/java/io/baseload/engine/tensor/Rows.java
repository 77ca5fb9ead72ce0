package io.baseload.engine.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/**
 * Activations: rows of floats in an array, one for each token of a step.
 *
 * @param offset index of the first row's first element
 * @param width elements of a row
 * @param stride elements from one row to the next
 */
public record Rows(float[] data, int offset, int width, int stride) {

    public Rows {
        if (offset < 0 || width < 0 || width > stride || offset + width > data.length) {
            throw new IllegalArgumentException("no room for rows of " + width + " at " + offset + " in " + data.length);
        }
    }

    public static Rows allocate(int rows, int width) {
        return new Rows(new float[Math.multiplyExact(rows, width)], 0, width, width);
    }

    /** These columns of the same rows. */
    public Rows columns(int from, int width) {
        if (from < 0 || from + width > this.width) {
            throw new IllegalArgumentException("columns " + from + " + " + width + " of " + this.width);
        }
        return new Rows(data, offset + from, width, stride);
    }

    /**
     * Copies results to columns {@code column … endColumn} of some rows.
     *
     * @param at offset of the first row's first element
     * @param stride bytes from one row to the next
     */
    public void store(MemorySegment from, long at, long stride, int row, int rows, int column, int endColumn) {
        for (int r = 0; r < rows; r++) {
            MemorySegment.copy(from, JAVA_FLOAT, at + r * stride, data, at(row + r) + column, endColumn - column);
        }
    }

    /** Index of a row's first element. */
    public int at(int row) {
        return offset + row * stride;
    }
}
