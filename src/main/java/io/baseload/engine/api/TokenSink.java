package io.baseload.engine.api;

import java.util.List;

/**
 * Receives the events of a generation. The engine's thread calls, in order: {@link #prompt} (only if requested), {@link #token} for each decoded token, and finally exactly one of {@link
 * #finished} and {@link #failed}. No method may block, because all sequences would wait for it. If the engine is lost, another thread calls {@link #failed}; calls never overlap.
 */
public interface TokenSink {
    /** Log-probabilities of the prompt's tokens; the first token has none, so the list is one shorter than the prompt. */
    default void prompt(List<SampledToken> tokens) {}

    /** A decoded token; returns false to end the answer here ({@link FinishReason#STOP}), before another token is computed. */
    boolean token(SampledToken token);

    void finished(FinishReason reason, Usage usage);

    /** The engine failed or was closed; {@code usage} is the work done until then. */
    void failed(Throwable cause, Usage usage);
}
