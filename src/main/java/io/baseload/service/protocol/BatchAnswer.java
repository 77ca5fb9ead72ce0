package io.baseload.service.protocol;

import io.baseload.engine.api.Usage;
import java.util.List;

/**
 * The answer to a line of a batch. Closed once its result is written: until then it may take memory that is limited.
 *
 * @param body is written as JSON
 * @param unenforcedFormats unknown formats in the request's schemas
 * @param reasoningTokens how many of the decoded tokens were reasoning
 * @param release gives that memory back
 */
public record BatchAnswer(
        Object body, List<String> unenforcedFormats, Usage usage, int reasoningTokens, Runnable release)
        implements AutoCloseable {
    @Override
    public void close() {
        release.run();
    }
}
