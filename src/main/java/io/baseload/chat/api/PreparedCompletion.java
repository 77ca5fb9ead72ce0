package io.baseload.chat.api;

import io.baseload.engine.api.Lease;
import java.util.function.Consumer;

/** A question that was rendered and tokenized, and can be priced before it runs. */
public interface PreparedCompletion {
    /** Tokens of all prompts, each counted once; where somebody else tokenizes them, as many as they can be at most. */
    int promptTokens();

    /** Answers that will be generated, over all prompts (best-of included). */
    int answers();

    /** Tokens that each answer may have: what was asked for, or the room that the context leaves; {@code Integer.MAX_VALUE} where nobody knows. */
    int maxTokens();

    /** Whether the request itself named a maximum. */
    boolean maxTokensGiven();

    /**
     * Starts generating. Where the answer is computed elsewhere, this waits until it begins to come.
     *
     * @param leases one lease for each answer, by index below {@link #answers}
     * @param listener hears the events in order, from the engine's thread; must not block
     * @throws io.baseload.engine.api.OverloadedException if the queue is full; nothing was generated then
     * @throws io.baseload.engine.api.ModelClosedException if the model was closed
     * @throws UpstreamException if the answer is computed elsewhere and nothing of it came
     * @throws InvalidRequestException if whoever computes it refuses the request
     */
    Completion start(java.util.function.IntFunction<Lease> leases, Consumer<CompletionEvent> listener);
}
