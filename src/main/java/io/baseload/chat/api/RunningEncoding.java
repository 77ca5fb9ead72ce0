package io.baseload.chat.api;

import io.baseload.engine.api.Usage;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A request to an encoder that is being computed. */
public interface RunningEncoding {
    /** Completes with a vector for each text, or one number for each document, in their order; cancelling it skips texts that aren't computed yet. */
    CompletableFuture<List<float[]>> outputs();

    /** Tokens of the texts whose computation has begun: all of them once the outputs are there. */
    Usage usage();
}
