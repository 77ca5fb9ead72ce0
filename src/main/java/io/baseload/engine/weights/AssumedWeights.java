package io.baseload.engine.weights;

import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.PackedMatrix;
import java.util.HashMap;
import java.util.Map;

/** The weights of a model of which only the configuration is known: those of a BF16 checkpoint, packed as by an import. Its matrices have no data, and all vectors of a length are one. */
public final class AssumedWeights implements Weights {
    private final ImportPackings packings;
    private final Map<Integer, float[]> zeros = new HashMap<>();

    public AssumedWeights(ImportPackings packings) {
        this.packings = packings;
    }

    @Override
    public PackedMatrix matrix(String name, int rows, int cols) {
        return PackedMatrix.planned(packings.packing(name, ElementType.BF16, cols), rows, cols);
    }

    @Override
    public float[] vector(String name, int length) {
        return zeros.computeIfAbsent(length, float[]::new);
    }
}
