package io.baseload.engine.api;

import java.util.List;

/**
 * A token and how likely it was.
 *
 * @param logprob natural logarithm of its probability under the model's own distribution (temperature 1, no filter); NaN if not asked for
 * @param top the likeliest tokens at this position, best first; empty if not asked for
 */
public record SampledToken(int id, float logprob, List<TokenScore> top) {}
