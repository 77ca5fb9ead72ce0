package io.baseload.engine.config;

/** What a feed-forward layer's gate goes through. */
public enum Activation {
    /** x · sigmoid(x). */
    SILU,
    /** GELU in its tanh form. */
    GELU_TANH
}
