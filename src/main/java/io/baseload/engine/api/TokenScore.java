package io.baseload.engine.api;

/** A token and the natural logarithm of its probability. */
public record TokenScore(int id, float logprob) {}
