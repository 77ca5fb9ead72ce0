package io.baseload.engine.tensor;

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

    /** Index of a row's first element. */
    public int at(int row) {
        return offset + row * stride;
    }
}
