package io.baseload.engine.schedule;

import io.baseload.engine.api.EncoderText;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.IntConsumer;

/**
 * The texts of one request and their results so far. Guarded by {@link TextBatcher}.
 *
 * <p>The result is completed on a separate thread, never on the engine's, because dependent actions may block.
 */
final class TextRequest {
    private static final Executor LISTENERS = Thread::startVirtualThread;

    final CompletableFuture<List<float[]>> done = new CompletableFuture<>();
    private final List<EncoderText> texts;
    private final IntConsumer begun;
    private final float[][] outputs;

    /** Number of texts that are or were in a step. */
    private int taken;

    private int computed;
    private boolean ended;

    /** @param begun receives the number of tokens of each text that is taken */
    TextRequest(List<EncoderText> texts, IntConsumer begun) {
        this.texts = texts;
        this.begun = begun;
        this.outputs = new float[texts.size()][];
    }

    /** Number of texts that aren't in a step yet. */
    int left() {
        return isOver() ? 0 : texts.size() - taken;
    }

    EncoderText next() {
        return texts.get(taken);
    }

    /** @return the index of the taken text */
    int take() {
        begun.accept(texts.get(taken).tokens().length);
        return taken++;
    }

    /** Stores an output; the last one completes the request. */
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

    /** Whether it has ended or was cancelled. */
    boolean isOver() {
        return ended || done.isDone();
    }
}
