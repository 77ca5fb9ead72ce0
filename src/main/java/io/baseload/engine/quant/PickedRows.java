package io.baseload.engine.quant;

import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.IntUnaryOperator;

/** Rows of a matrix, selected and ordered by a function. */
record PickedRows(RowSource source, int rows, IntUnaryOperator origin) implements RowSource {

    @Override
    public ElementType type() {
        return source.type();
    }

    @Override
    public int cols() {
        return source.cols();
    }

    @Override
    public MemorySegment row(int row) {
        return source.row(origin.applyAsInt(Objects.checkIndex(row, rows)));
    }
}
