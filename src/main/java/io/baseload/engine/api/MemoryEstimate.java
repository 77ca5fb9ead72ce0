package io.baseload.engine.api;

/** Memory of a loaded model outside the Java heap, in bytes. */
public record MemoryEstimate(long weights, long kvCache, long scratch) {
    public long total() {
        return weights + kvCache + scratch;
    }
}
