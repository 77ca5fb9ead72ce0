package io.baseload.engine.weights;

import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.PackedMatrix;

/** The weights of a model of which only the configuration is known: those of a BF16 checkpoint, packed as by an import. Its matrices have no data. */
public record AssumedWeights(ImportPackings packings) implements Weights {
    @Override
    public PackedMatrix matrix(String name, int rows, int cols) {
        return PackedMatrix.planned(packings.packing(name, ElementType.BF16, cols), rows, cols);
    }

    @Override
    public float[] vector(String name, int length) {
        return new float[length];
    }
}
