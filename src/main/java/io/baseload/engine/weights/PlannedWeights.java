package io.baseload.engine.weights;

import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.PackedMatrix;

/** Finds out whether a checkpoint has all weights, each in its shape, and what they take once they are packed. Its matrices have no data. */
public final class PlannedWeights implements Weights {
    private final WeightSource source;
    private final ImportPackings packings;
    private long bytes;

    public PlannedWeights(WeightSource source, ImportPackings packings) {
        this.source = source;
        this.packings = packings;
    }

    /** Native memory that the matrices asked for so far take. */
    public long bytes() {
        return bytes;
    }

    @Override
    public PackedMatrix matrix(String name, int rows, int cols) {
        RowSource found = source.matrix(name, rows, cols);
        PackedMatrix planned = PackedMatrix.planned(packings.packing(name, found.type(), cols), rows, cols);
        bytes += PackedMatrix.bytes(planned.packing(), rows, cols);
        return planned;
    }

    @Override
    public float[] vector(String name, int length) {
        return source.vector(name, length);
    }
}
