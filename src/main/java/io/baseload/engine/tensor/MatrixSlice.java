package io.baseload.engine.tensor;

import java.util.List;

/**
 * A part of a packed matrix, as a matrix of its own.
 *
 * @param packing what the part is packed as
 * @param cols the columns in pieces that stand side by side in the part
 */
public record MatrixSlice(Packing packing, IndexRange rows, List<IndexRange> cols) {
    public MatrixSlice {
        cols = List.copyOf(cols);
    }

    /** All of a matrix. */
    public static MatrixSlice whole(PackedMatrix matrix) {
        return new MatrixSlice(
                matrix.packing(), new IndexRange(0, matrix.rows()), List.of(new IndexRange(0, matrix.cols())));
    }

    /** Columns of all pieces together. */
    public int width() {
        return cols.stream().mapToInt(IndexRange::size).sum();
    }

    public long bytes() {
        return PackedMatrix.bytes(packing, rows.size(), width());
    }
}
