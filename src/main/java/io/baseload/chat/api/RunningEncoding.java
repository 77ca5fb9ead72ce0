package io.baseload.chat.api;

import io.baseload.engine.api.Usage;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A request to an encoder that is being computed. */
public interface RunningEncoding extends AutoCloseable {
    /** Completes with a vector for each text, or one number for each document, in their order; cancelling it skips texts that aren't computed yet. */
    CompletableFuture<List<float[]>> outputs();

    /** Tokens of the texts whose computation has begun: all of them once the outputs are there. */
    Usage usage();

    /** The outputs are no longer used: whatever is reserved for them is given back. A second call does nothing. */
    @Override
    default void close() {}
}
