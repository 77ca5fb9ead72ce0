package io.baseload.engine.config;

/**
 * down · (activation(gate · x) ⊙ up · x), Shazeer (2020).
 *
 * @param width rows of gate and up
 * @param bias whether gate and up have one
 * @param downBias whether down has one
 */
public record Gated(int width, Activation activation, boolean bias, boolean downBias) implements FeedForwardConfig {
    /** All three with a bias or without. */
    public Gated(int width, Activation activation, boolean bias) {
        this(width, activation, bias, bias);
    }
}
