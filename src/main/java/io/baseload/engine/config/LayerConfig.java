package io.baseload.engine.config;

/** What one layer computes. */
public record LayerConfig(AttentionConfig attention, FeedForwardConfig feedForward) {}
