package io.baseload.engine.sample;

import io.baseload.engine.api.SampledToken;
import io.baseload.engine.tensor.Rows;
import java.util.List;

/** Chooses tokens. Contains temporary memory for one vocabulary; the state of a sequence is its {@link SamplingState}. Used by one thread at a time. */
public final class Sampler {
    private final Likelihoods likelihoods;
    private final Chooser chooser;
    private final Rows changed;

    public Sampler(int vocabulary) {
        float[] terms = new float[vocabulary]; // used in turn
        likelihoods = new Likelihoods(terms);
        chooser = new Chooser(terms);
        changed = Rows.allocate(1, vocabulary);
    }

    /** Its heap in bytes: terms, candidates and changed logits. */
    public static long heapBytes(int vocabulary) {
        return 4L * Float.BYTES * vocabulary;
    }

    /**
     * The next token of a sequence.
     *
     * @param index number of tokens that the sequence has decoded before
     * @param top number of likeliest tokens to report; −1 = no log-probabilities
     * @throws io.baseload.engine.api.NotFiniteException if the logits are not finite
     */
    public SampledToken next(SamplingState state, Rows logits, int row, int index, int top) {
        int token = choose(state, logits, row, index);
        return top < 0 ? new SampledToken(token, Float.NaN, List.of()) : score(logits, row, token, top);
    }

    /** The log-probability of a token of a prompt. */
    public SampledToken score(Rows logits, int row, int token, int top) {
        return likelihoods.describe(logits, row, token, top);
    }

    private int choose(SamplingState state, Rows logits, int row, int index) {
        double uniform = state.uniform(index);
        if (state.penalties().none() && state.allowed().isEmpty()) {
            return chooser.choose(state.options(), logits, row, uniform);
        }
        System.arraycopy(logits.data(), logits.at(row), changed.data(), 0, changed.width());
        state.allowed().ifPresent(allowed -> allowed.apply(changed.data(), 0, changed.width()));
        state.penalties().apply(changed.data(), 0);
        return chooser.choose(state.options(), changed, 0, uniform);
    }
}
