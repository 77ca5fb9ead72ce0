package io.baseload.chat.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Tokenized texts, whose cost is known before they are computed. */
public interface PreparedEncoding {
    /** Tokens of all texts. */
    int tokens();

    /**
     * Queues them.
     *
     * @return completes with a vector for each text, or one number for each document, in their order
     * @throws io.baseload.engine.api.OverloadedException if the flow has too many requests already
     * @throws io.baseload.engine.api.ModelClosedException if the model was closed
     */
    CompletableFuture<List<float[]>> start();
}
