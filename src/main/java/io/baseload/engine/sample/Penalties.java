package io.baseload.engine.sample;

import io.baseload.engine.api.SamplingOptions;
import java.util.Arrays;
import java.util.Map;

/** Changes to a sequence's logits before a token is chosen: logit bias, and penalties over the tokens decoded so far. */
final class Penalties {
    private final int[] biasedIds;
    private final float[] biases;
    private final float presence;
    private final float frequency;
    private int[] decoded = new int[16];
    private int[] counts = new int[16];
    private int size;

    Penalties(SamplingOptions options) {
        biasedIds = new int[options.logitBias().size()];
        biases = new float[biasedIds.length];
        int i = 0;
        for (Map.Entry<Integer, Float> entry : options.logitBias().entrySet()) {
            biasedIds[i] = entry.getKey();
            biases[i++] = entry.getValue();
        }
        presence = options.presencePenalty();
        frequency = options.frequencyPenalty();
    }

    boolean none() {
        return biases.length == 0 && presence == 0 && frequency == 0;
    }

    void apply(float[] logits, int at) {
        for (int i = 0; i < biases.length; i++) {
            logits[at + biasedIds[i]] += biases[i];
        }
        for (int i = 0; i < size; i++) {
            logits[at + decoded[i]] -= presence + counts[i] * frequency;
        }
    }

    void count(int token) {
        if (presence == 0 && frequency == 0) {
            return;
        }
        int place = 0;
        while (place < size && decoded[place] != token) {
            place++;
        }
        if (place == size) {
            append(token);
        }
        counts[place]++;
    }

    private void append(int token) {
        if (size == decoded.length) {
            decoded = Arrays.copyOf(decoded, size * 2);
            counts = Arrays.copyOf(counts, size * 2);
        }
        decoded[size] = token;
        counts[size++] = 0;
    }
}
