package io.baseload.chat.api;

import java.util.function.BooleanSupplier;

/** A request to an encoder, whose cost is known before it is computed. */
public interface PreparedEncoding {
    /** Tokens of all texts; if they are tokenized elsewhere, an upper bound. */
    int tokens();

    /** The same; if the texts are tokenized elsewhere, an estimate. */
    default int likelyTokens() {
        return tokens();
    }

    /** The numbers in each output; 0 if only a remote server knows. */
    default int dimensions() {
        return 0;
    }

    /**
     * Queues the texts. If they are computed elsewhere, this waits until the answer starts to arrive.
     *
     * @param begun called when the first text's computation begins, on the engine's thread, so it must not block; if the texts are computed elsewhere, where nobody tells, when
     *     they are sent
     * @param wanted as {@link WantedResult#await} asks it, if this waits
     * @throws io.baseload.engine.api.OverloadedException if the flow has too many requests already
     * @throws io.baseload.engine.api.ModelClosedException if the model was closed
     * @throws UpstreamException if the texts are computed elsewhere and nothing of the answer arrived; {@linkplain UpstreamException#begun() begun} if the remote server took too
     *     long
     * @throws InvalidRequestException if the remote server refuses the request
     * @throws AbandonedException if the texts are computed elsewhere, and are no longer wanted before the answer begins; {@linkplain AbandonedException#begun() begun} if the
     *     remote server has them
     */
    RunningEncoding start(Runnable begun, BooleanSupplier wanted);

    /** The same for a program that wants them in any case. */
    default RunningEncoding start() {
        return start(() -> {}, () -> true);
    }
}
