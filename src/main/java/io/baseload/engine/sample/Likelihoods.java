package io.baseload.engine.sample;

import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.TokenScore;
import io.baseload.engine.tensor.Rows;
import java.util.ArrayList;
import java.util.List;

/** Log-probabilities of a model's own distribution: log softmax of the unchanged logits. */
final class Likelihoods {
    private final float[] terms;

    /** @param terms memory for a number of each token */
    Likelihoods(float[] terms) {
        this.terms = terms;
    }

    /** A token with its log-probability and the {@code top} likeliest ones. */
    SampledToken describe(Rows logits, int row, int token, int top) {
        double logSum = logSum(logits, row);
        return new SampledToken(token, score(logits, row, token, logSum), likeliest(logits, row, top, logSum));
    }

    /** log Σ e^logit, which is subtracted from a logit to get a log-probability. */
    private double logSum(Rows logits, int row) {
        float max = logits.data()[logits.at(row) + Logits.argmax(logits, row)];
        return max + Math.log(Exponentials.sum(logits.data(), logits.at(row), logits.width(), max, 1, terms));
    }

    private static float score(Rows logits, int row, int token, double logSum) {
        return (float) (logits.data()[logits.at(row) + token] - logSum);
    }

    /** Insertion into a short sorted list: {@code top} is at most a few dozen, and nearly every token fails at the first comparison. */
    private static List<TokenScore> likeliest(Rows logits, int row, int top, double logSum) {
        int[] ids = new int[Math.min(top, logits.width())];
        int found = 0;
        float[] data = logits.data();
        int at = logits.at(row);
        for (int id = 0; id < logits.width() && ids.length > 0; id++) {
            if (found == ids.length && data[at + id] <= data[at + ids[found - 1]]) {
                continue;
            }
            int place = found == ids.length ? found - 1 : found++;
            while (place > 0 && data[at + ids[place - 1]] < data[at + id]) {
                ids[place] = ids[place - 1];
                place--;
            }
            ids[place] = id;
        }
        return scores(logits, row, ids, logSum);
    }

    private static List<TokenScore> scores(Rows logits, int row, int[] ids, double logSum) {
        List<TokenScore> scores = new ArrayList<>(ids.length);
        for (int id : ids) {
            scores.add(new TokenScore(id, score(logits, row, id, logSum)));
        }
        return scores;
    }
}
