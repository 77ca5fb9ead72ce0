package io.baseload.chat.api;

import io.baseload.engine.api.Usage;
import java.util.List;
import java.util.Optional;

/**
 * The events of a request, in order. For one answer all reasoning comes first, then text, then calls one after the other, each with the fragments of its arguments; further text of
 * a backend after a call comes last. {@link Finished} or {@link Failed} is the last event.
 */
public sealed interface CompletionEvent {
    /** A piece of an answer. */
    sealed interface Piece extends CompletionEvent {
        int choice();
    }

    /**
     * A piece of the text: whole characters, never a part of a stop text.
     *
     * @param text may be empty if only log-probabilities are reported: those of tokens whose text is reasoning, or part of a call
     * @param logprobs the tokens that this piece covers, if log-probabilities were requested
     */
    record Text(int choice, String text, List<TokenLogprob> logprobs) implements Piece {}

    /** A piece of the model's reasoning: whole characters. */
    record Reasoning(int choice, String text) implements Piece {}

    /**
     * The model begins to call a tool.
     *
     * @param index counts the calls of this answer from 0
     * @param id new, "call_…"
     */
    record ToolCallStarted(int choice, int index, String id, String name) implements Piece {}

    /** A piece of the JSON text of a call's arguments; all pieces together are an object, unless the answer was cut off. */
    record ToolCallArguments(int choice, int index, String fragment) implements Piece {}

    /**
     * An answer is complete.
     *
     * @param stopText the stop text that ended it; empty if none did, or if it is unknown
     */
    record ChoiceFinished(int choice, StopReason reason, Optional<String> stopText) implements CompletionEvent {}

    /**
     * All answers are complete, or were cancelled.
     *
     * @param reasoningTokens how many of the usage's completion tokens were reasoning
     */
    record Finished(Usage usage, int reasoningTokens, boolean cancelled) implements CompletionEvent {}

    /** A failure on our side; {@code usage} is the usage up to that point. */
    record Failed(Throwable cause, Usage usage) implements CompletionEvent {}
}
