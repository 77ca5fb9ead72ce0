package io.baseload.engine.config;

/** The kinds of feed-forward layers, each with its numbers. */
public sealed interface FeedForwardConfig permits Gated, Dense, Experts {}
