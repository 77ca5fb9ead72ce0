package io.baseload.engine.schedule;

import io.baseload.engine.api.EncoderText;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Texts of one request, and what has become of them so far. Guarded by {@link TextBatcher}.
 *
 * <p>Whoever waits for the outcome hears of it on a thread of its own, never on the engine's: what it does there may block.
 */
final class TextRequest {
    private static final Executor LISTENERS = Thread::startVirtualThread;

    final CompletableFuture<List<float[]>> done = new CompletableFuture<>();
    private final List<EncoderText> texts;
    private final float[][] outputs;

    /** Texts that a step has taken. */
    private int taken;

    private int computed;
    private boolean ended;

    TextRequest(List<EncoderText> texts) {
        this.texts = texts;
        this.outputs = new float[texts.size()][];
    }

    /** Texts that no step has taken. */
    int left() {
        return isOver() ? 0 : texts.size() - taken;
    }

    EncoderText next() {
        return texts.get(taken);
    }

    /** @return its number */
    int take() {
        return taken++;
    }

    /** Ends with the last one. */
    void computed(int text, float[] output) {
        outputs[text] = output;
        if (++computed == outputs.length) {
            ended = true;
            LISTENERS.execute(() -> done.complete(Arrays.asList(outputs)));
        }
    }

    void fail(Throwable failure) {
        ended = true;
        LISTENERS.execute(() -> done.completeExceptionally(failure));
    }

    /** Whether it has ended, or nobody waits for it any more. */
    boolean isOver() {
        return ended || done.isDone();
    }
}
