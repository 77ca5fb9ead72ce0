package io.baseload.engine.config;

/**
 * down · (activation(gate · x) ⊙ up · x), Shazeer (2020).
 *
 * @param width rows of gate and up
 * @param bias whether all three have one
 */
public record Gated(int width, Activation activation, boolean bias) implements FeedForwardConfig {}
