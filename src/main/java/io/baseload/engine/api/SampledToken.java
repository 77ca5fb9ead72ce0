package io.baseload.engine.api;

import java.util.List;

/**
 * A chosen token and its log-probability.
 *
 * @param logprob natural logarithm of its probability under the model's own distribution (temperature 1, no filter); NaN if not requested
 * @param top the likeliest tokens at this position, best first; empty if not requested
 */
public record SampledToken(int id, float logprob, List<TokenScore> top) {}
