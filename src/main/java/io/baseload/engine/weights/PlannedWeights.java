package io.baseload.engine.weights;

import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.PackedMatrix;

/** Checks that a checkpoint has all weights with the right shapes, and computes their packed size. Its matrices have no data. */
public final class PlannedWeights implements Weights {
    private final WeightSource source;
    private final ImportPackings packings;
    private long bytes;

    public PlannedWeights(WeightSource source, ImportPackings packings) {
        this.source = source;
        this.packings = packings;
    }

    /** Native memory of the matrices requested so far, in bytes. */
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
