package io.baseload.chat.api;

import io.baseload.engine.api.Lease;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** A request that was rendered and tokenized, so that its cost is known before it runs. */
public interface PreparedCompletion {
    /** Tokens of all prompts, each counted once; if they are tokenized elsewhere, an upper bound. */
    int promptTokens();

    /** The same for people and records; if the prompts are tokenized elsewhere, an estimate. */
    default int likelyPromptTokens() {
        return promptTokens();
    }

    /** Answers that will be generated, over all prompts (including best-of). */
    int answers();

    /** Maximum tokens of each answer: the requested maximum, or the room left in the context; {@code Integer.MAX_VALUE} if unknown. */
    int maxTokens();

    /** Whether the request itself set a maximum. */
    boolean maxTokensGiven();

    /**
     * Unknown formats in the schemas that the answers follow, in alphabetical order: these are annotations, and not enforced. Empty if the answer is computed elsewhere, where nothing is said of
     * that.
     */
    List<String> unenforcedFormats();

    /**
     * Starts generating. If the answer is computed elsewhere, this waits until it starts to arrive.
     *
     * @param leases one lease for each answer, by index below {@link #answers}
     * @param patience how long this may wait, if it waits; empty = as long as the remote server's own limit
     * @param listener receives the events in order, on the engine's thread; must not block
     * @throws io.baseload.engine.api.OverloadedException if the queue is full, or the answer does not start to arrive within {@code patience}; an {@link UpstreamLateException} if a
     *     remote server has the request by then
     * @throws io.baseload.engine.api.ModelClosedException if the model was closed
     * @throws UpstreamException if the answer is computed elsewhere and nothing of it arrived; {@linkplain UpstreamException#begun() begun} if the remote server took too long
     * @throws InvalidRequestException if the remote server refuses the request
     * @throws AbandonedException if the answer is computed elsewhere, and a lease is no longer {@linkplain Lease#isWanted wanted} before it begins;
     *     {@linkplain AbandonedException#begun() begun} if the remote server has the request
     */
    Completion start(IntFunction<Lease> leases, Optional<Duration> patience, Consumer<CompletionEvent> listener);

    /** The same for a program that waits in any case. */
    default Completion start(IntFunction<Lease> leases, Consumer<CompletionEvent> listener) {
        return start(leases, Optional.empty(), listener);
    }
}
