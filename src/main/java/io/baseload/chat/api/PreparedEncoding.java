package io.baseload.chat.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/** Tokenized texts, whose cost is known before they are computed. */
public interface PreparedEncoding {
    /** Tokens of all texts. */
    int tokens();

    /**
     * Queues them.
     *
     * @param begun receives the number of tokens of each text when its computation begins; called on the engine's thread, must not block
     * @return completes with a vector for each text, or one number for each document, in their order; cancelling it skips texts that aren't computed yet
     * @throws io.baseload.engine.api.OverloadedException if the flow has too many requests already
     * @throws io.baseload.engine.api.ModelClosedException if the model was closed
     */
    CompletableFuture<List<float[]>> start(IntConsumer begun);

    /** The same without word of what begins. */
    default CompletableFuture<List<float[]>> start() {
        return start(tokens -> {});
    }
}
