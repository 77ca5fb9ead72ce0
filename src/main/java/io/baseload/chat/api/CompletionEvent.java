package io.baseload.chat.api;

import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.Usage;
import java.util.List;

/** What happens to a question, in order. {@link Finished} or {@link Failed} is the last event. */
public sealed interface CompletionEvent {
    /**
     * A piece of an answer: whole characters, never a part of a stop text.
     *
     * @param logprobs the tokens that this piece covers, where log-probabilities were asked for
     */
    record Text(int choice, String text, List<TokenLogprob> logprobs) implements CompletionEvent {}

    /** An answer is complete. */
    record ChoiceFinished(int choice, FinishReason reason) implements CompletionEvent {}

    /** All answers are complete, or were cancelled. */
    record Finished(Usage usage, boolean cancelled) implements CompletionEvent {}

    /** Our failure; {@code usage} is what was computed until then. */
    record Failed(Throwable cause, Usage usage) implements CompletionEvent {}
}
