package io.baseload.service.batch;

import io.baseload.engine.api.Usage;
import io.baseload.service.protocol.BatchAnswer;

/**
 * Tokens of lines that were answered.
 *
 * @param cached of the input
 * @param reasoning of the output
 */
record TokenTotals(long input, long cached, long output, long reasoning) {
    static final TokenTotals NONE = new TokenTotals(0, 0, 0, 0);

    static TokenTotals of(BatchAnswer answer) {
        Usage usage = answer.usage();
        return new TokenTotals(usage.prompt(), usage.cached(), usage.completion(), answer.reasoningTokens());
    }

    long total() {
        return input + output;
    }
}
