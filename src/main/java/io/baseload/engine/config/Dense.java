package io.baseload.engine.config;

/**
 * A feed-forward layer without a gate (Vaswani et al., 2017): Wdown·gelu(Wup·x).
 *
 * @param width number of rows of Wup
 */
public record Dense(int width, boolean bias) implements FeedForwardConfig {}
