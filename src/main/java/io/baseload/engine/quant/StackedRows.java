package io.baseload.engine.quant;

import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Matrices of one type and width, one below the other.
 *
 * @param ends the end (exclusive) of each source's rows
 */
record StackedRows(List<RowSource> sources, int[] ends) implements RowSource {

    static RowSource of(List<RowSource> sources) {
        RowSource first = sources.getFirst();
        int[] ends = new int[sources.size()];
        int rows = 0;
        for (int i = 0; i < ends.length; i++) {
            RowSource source = sources.get(i);
            if (source.type() != first.type() || source.cols() != first.cols()) {
                throw new IllegalArgumentException("%s of %d columns cannot stand below %s of %d"
                        .formatted(source.type(), source.cols(), first.type(), first.cols()));
            }
            rows = Math.addExact(rows, source.rows());
            ends[i] = rows;
        }
        return sources.size() == 1 ? first : new StackedRows(List.copyOf(sources), ends);
    }

    @Override
    public ElementType type() {
        return sources.getFirst().type();
    }

    @Override
    public int rows() {
        return ends[ends.length - 1];
    }

    @Override
    public int cols() {
        return sources.getFirst().cols();
    }

    @Override
    public MemorySegment row(int row) {
        int i = 0;
        while (row >= ends[i]) {
            i++;
        }
        return sources.get(i).row(i == 0 ? row : row - ends[i - 1]);
    }
}
