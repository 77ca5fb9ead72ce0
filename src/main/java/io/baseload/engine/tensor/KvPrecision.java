package io.baseload.engine.tensor;

/** How a KV cache stores an element of a key or a value. */
public enum KvPrecision {
    /** As it was computed. */
    F32
}
