package io.baseload.service.protocol;

import io.baseload.engine.api.Usage;

/**
 * The answer to a line of a batch.
 *
 * @param body is written as JSON
 * @param reasoningTokens how many of the decoded tokens were reasoning
 */
public record BatchAnswer(Object body, Usage usage, int reasoningTokens) {}
