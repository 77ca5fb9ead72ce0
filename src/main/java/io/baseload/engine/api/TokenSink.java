package io.baseload.engine.api;

import java.util.List;

/**
 * Hears of a generation, from the engine's thread, in order: {@link #prompt} (only if asked for), {@link #token} for each decoded token, and last exactly
 * one of {@link #finished} and {@link #failed}. None may block: every sequence waits for it.
 */
public interface TokenSink {
    /** Log-probabilities of the prompt's tokens; the first has none and is left out, so the list is one shorter than the prompt. */
    default void prompt(List<SampledToken> tokens) {}

    /** A decoded token; returns false to end the answer here ({@link FinishReason#STOP}), before another token is computed. */
    boolean token(SampledToken token);

    void finished(FinishReason reason, Usage usage);

    /** The engine failed, or was closed; {@code usage} is what was computed until then. */
    void failed(Throwable cause, Usage usage);
}
