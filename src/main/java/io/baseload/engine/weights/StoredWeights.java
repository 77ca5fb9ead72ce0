package io.baseload.engine.weights;

import io.baseload.engine.store.MappedWeights;
import io.baseload.engine.tensor.PackedMatrix;

/** The weights of an imported model: matrices are used where they are mapped. */
public record StoredWeights(MappedWeights mapped) implements Weights {
    @Override
    public PackedMatrix matrix(String name, int rows, int cols) {
        return mapped.matrix(name, rows, cols);
    }

    @Override
    public float[] vector(String name, int length) {
        return mapped.vector(name, length);
    }
}
