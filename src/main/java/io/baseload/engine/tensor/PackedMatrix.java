package io.baseload.engine.tensor;

import java.lang.foreign.MemorySegment;

/**
 * A weight matrix, {@code rows × cols} (outputs × inputs), in panels of 16 rows: lane = row, so that a vector of weights holds one column of 16 rows.
 *
 * <p>A panel holds its blocks one after the other, and a block the weights of 16 rows:
 *
 * <table>
 * <caption>Blocks by type</caption>
 * <tr><td>F32, F16, BF16</td><td>one column: 16 numbers</td></tr>
 * <tr><td>Q8_0</td><td>32 columns of 16 bytes, then 16 scales</td></tr>
 * <tr><td>Q4_0</td><td>4 × 16 ints of eight columns each, lowest nibble first, then 16 scales</td></tr>
 * <tr><td>Q4_1</td><td>the same, then 16 minimums</td></tr>
 * </table>
 *
 * <p>Scales and minimums are F16 as in the file. The last panel's missing rows are zero. Little-endian.
 */
public record PackedMatrix(ElementType type, int rows, int cols, MemorySegment data) {
    /** Rows of a panel, on every machine. */
    public static final int LANES = 16;

    public PackedMatrix {
        if (rows <= 0 || cols <= 0 || cols % type.blockSize() != 0) {
            throw new IllegalArgumentException(
                    "no matrix of " + rows + " × " + cols + " in blocks of " + type.blockSize());
        }
        if (data.byteSize() != bytes(type, rows, cols) && data.byteSize() != 0) {
            throw new IllegalArgumentException(data.byteSize() + " bytes, expected " + bytes(type, rows, cols));
        }
    }

    /** A matrix without data, of which only the shape is wanted. */
    public static PackedMatrix planned(ElementType type, int rows, int cols) {
        return new PackedMatrix(type, rows, cols, MemorySegment.NULL);
    }

    /** Bytes that a matrix of this shape takes. */
    public static long bytes(ElementType type, int rows, int cols) {
        return (long) panels(rows) * (cols / type.blockSize()) * blockBytes(type);
    }

    /** Panels that hold this many rows. */
    public static int panels(int rows) {
        return Math.ceilDiv(rows, LANES);
    }

    public int panels() {
        return panels(rows);
    }

    /** Blocks of a panel. */
    public int blocks() {
        return cols / type.blockSize();
    }

    /** Bytes from one block of a panel to the next. */
    public int blockBytes() {
        return blockBytes(type);
    }

    /** Bytes from one panel to the next. */
    public long panelBytes() {
        return (long) blocks() * blockBytes();
    }

    private static int blockBytes(ElementType type) {
        return LANES * type.blockBytes();
    }
}
