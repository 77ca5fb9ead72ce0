package io.baseload.engine.config;

/** The configuration of one layer. */
public record LayerConfig(AttentionConfig attention, FeedForwardConfig feedForward) {}
