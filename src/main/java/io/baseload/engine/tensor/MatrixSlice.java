package io.baseload.engine.tensor;

import java.util.List;

/**
 * A part of a packed matrix as a separate matrix.
 *
 * @param packing the part's packing
 * @param cols the columns, in ranges that are adjacent in the part
 */
public record MatrixSlice(Packing packing, IndexRange rows, List<IndexRange> cols) {
    public MatrixSlice {
        cols = List.copyOf(cols);
    }

    /** A whole matrix. */
    public static MatrixSlice whole(PackedMatrix matrix) {
        return new MatrixSlice(
                matrix.packing(), new IndexRange(0, matrix.rows()), List.of(new IndexRange(0, matrix.cols())));
    }

    /** Number of columns of all ranges together. */
    public int width() {
        return cols.stream().mapToInt(IndexRange::size).sum();
    }

    public long bytes() {
        return PackedMatrix.bytes(packing, rows.size(), width());
    }
}
