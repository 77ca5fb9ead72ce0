package io.baseload.engine.api;

/** Bytes outside the Java heap that a loaded model takes. */
public record MemoryEstimate(long weights, long kvCache, long scratch) {
    public long total() {
        return weights + kvCache + scratch;
    }
}
