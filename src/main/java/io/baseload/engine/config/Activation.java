package io.baseload.engine.config;

/** The function applied to a feed-forward layer's gate. */
public enum Activation {
    /** x · sigmoid(x). */
    SILU,
    /** GELU, x · Φ(x). */
    GELU,
    /** GELU in its tanh form. */
    GELU_TANH
}
