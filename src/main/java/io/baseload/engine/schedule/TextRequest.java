package io.baseload.engine.schedule;

import io.baseload.engine.api.EncoderText;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Texts of one request, and what has become of them so far. */
final class TextRequest {
    final List<EncoderText> texts;
    final CompletableFuture<List<float[]>> done = new CompletableFuture<>();
    private final float[][] outputs;

    /** Texts that a step has taken. */
    private int taken;

    private int computed;

    TextRequest(List<EncoderText> texts) {
        this.texts = texts;
        this.outputs = new float[texts.size()][];
    }

    /** The next text, or none where all are taken. */
    boolean hasNext() {
        return taken < texts.size();
    }

    /** Texts that no step has taken. */
    int left() {
        return texts.size() - taken;
    }

    EncoderText next() {
        return texts.get(taken);
    }

    /** @return its number */
    int take() {
        return taken++;
    }

    /** Completes with the last one. */
    void computed(int text, float[] output) {
        outputs[text] = output;
        if (++computed == outputs.length) {
            done.complete(Arrays.asList(outputs));
        }
    }
}
