package io.baseload.engine.api;

/**
 * Memory of a loaded model, in bytes.
 *
 * @param weights outside the Java heap, as the next two
 * @param kvCache keys and values
 * @param scratch intermediate results of the workers
 * @param activations in the Java heap: the rows of a step, and the rest of the workers' intermediate results
 */
public record MemoryEstimate(long weights, long kvCache, long scratch, long activations) {
    /** No memory. */
    public static final MemoryEstimate NONE = new MemoryEstimate(0, 0, 0, 0);

    /** All memory outside the heap. */
    public long total() {
        return weights + kvCache + scratch;
    }

    public MemoryEstimate plus(MemoryEstimate other) {
        return new MemoryEstimate(
                weights + other.weights,
                kvCache + other.kvCache,
                scratch + other.scratch,
                activations + other.activations);
    }
}
