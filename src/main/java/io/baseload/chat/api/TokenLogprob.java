package io.baseload.chat.api;

import java.util.List;

/**
 * A token of an answer with its log-probability.
 *
 * @param text the token's bytes as text, incomplete characters replaced by U+FFFD
 * @param logprob natural logarithm of its probability; NaN for the first token of an echoed prompt, which has none
 * @param top the likeliest tokens at this position, best first
 */
public record TokenLogprob(int id, String text, byte[] bytes, float logprob, List<TokenLogprob> top) {}
