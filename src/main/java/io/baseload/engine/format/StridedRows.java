package io.baseload.engine.format;

import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;

/** The rows of a tensor with gaps between its elements; each row is gathered when it is requested. */
record StridedRows(StoredTensor tensor) implements RowSource {
    @Override
    public ElementType type() {
        return tensor.type();
    }

    @Override
    public int rows() {
        return Math.toIntExact(tensor.rows());
    }

    @Override
    public int cols() {
        return Math.toIntExact(tensor.columns());
    }

    @Override
    public MemorySegment row(int row) {
        int width = tensor.type().blockBytes();
        MemorySegment gathered = MemorySegment.ofArray(new byte[Math.multiplyExact(cols(), width)]);
        long first = first(row);
        long step = tensor.strides().getLast();
        for (int i = 0; i < cols(); i++) {
            MemorySegment.copy(tensor.data(), (first + i * step) * width, gathered, (long) i * width, width);
        }
        return gathered;
    }

    /** Index of a row's first element: the row's number is split into indices, innermost dimension first. */
    private long first(long row) {
        long first = 0;
        for (int i = tensor.shape().size() - 2; i >= 0; i--) {
            long size = tensor.shape().get(i);
            first += row % size * tensor.strides().get(i);
            row /= size;
        }
        return first;
    }
}
