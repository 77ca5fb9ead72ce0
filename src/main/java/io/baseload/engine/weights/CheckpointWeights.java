package io.baseload.engine.weights;

import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;

/** Packs a checkpoint's weights into native memory, with as many threads as there are CPUs. Nothing refers to the checkpoint afterwards. */
public record CheckpointWeights(WeightSource source, ImportPackings packings, NativeMemory memory) implements Weights {
    @Override
    public PackedMatrix matrix(String name, int rows, int cols) {
        return packings.pack(memory, name, source.matrix(name, rows, cols));
    }

    @Override
    public float[] vector(String name, int length) {
        return source.vector(name, length);
    }
}
