package io.baseload.engine.weights;

import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;

/** Packs a checkpoint's weights to be copied: each matrix is valid until the next is requested. */
public final class PassingWeights implements Weights, AutoCloseable {
    private final WeightSource source;
    private final ImportPackings packings;
    private NativeMemory memory = new NativeMemory();

    public PassingWeights(WeightSource source, ImportPackings packings) {
        this.source = source;
        this.packings = packings;
    }

    @Override
    public PackedMatrix matrix(String name, int rows, int cols) {
        memory.close();
        memory = new NativeMemory();
        return packings.pack(memory, name, source.matrix(name, rows, cols));
    }

    @Override
    public float[] vector(String name, int length) {
        return source.vector(name, length);
    }

    @Override
    public void close() {
        memory.close();
    }
}
