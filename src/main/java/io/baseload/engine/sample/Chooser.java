package io.baseload.engine.sample;

import io.baseload.engine.api.SamplingOptions;
import io.baseload.engine.tensor.Rows;

/** Draws a token: temperature, top-k, top-p and min-p, in this order. Each filter keeps the likeliest tokens, so together they keep the shortest of the three lists. */
final class Chooser {
    private final Candidates candidates;
    private final float[] weights;

    /** @param weights memory for a number of each token */
    Chooser(float[] weights) {
        this.candidates = new Candidates(weights.length);
        this.weights = weights;
    }

    /** @param uniform a random number from [0, 1) */
    int choose(SamplingOptions options, Rows logits, int row, double uniform) {
        int likeliest = Logits.argmax(logits, row);
        if (options.temperature() == 0) {
            return likeliest;
        }
        float factor = 1 / options.temperature();
        if (Float.isInfinite(factor)) {
            return likeliest;
        }
        float max = logits.data()[logits.at(row) + likeliest];
        candidates.clear();
        double total;
        if (options.topK() > 0 && options.topK() < logits.width()) {
            total = best(options.topK(), logits, row, max, factor);
        } else {
            total = Exponentials.sum(logits.data(), logits.at(row), logits.width(), max, factor, weights);
            if (options.topP() >= 1 && options.minP() <= 0) {
                return drawFromAll(uniform * total, logits.width(), likeliest);
            }
            heavy(options, total, logits.width());
        }
        int first = options.topP() < 1 ? nucleus(options.topP() * total) : 0;
        return draw(first, options.minP(), uniform, likeliest);
    }

    /** Keeps the k largest logits, with their weights as keys; returns the sum of these. */
    private double best(int k, Rows logits, int row, float max, float factor) {
        float[] data = logits.data();
        int at = logits.at(row);
        for (int id = 0; id < k; id++) {
            candidates.add(id, -data[at + id]);
        }
        candidates.order();
        float worst = candidates.key(0);
        for (int id = k; id < logits.width(); id++) {
            if (-data[at + id] < worst) {
                candidates.replaceTop(id, -data[at + id]);
                worst = candidates.key(0);
            }
        }
        double total = 0;
        for (int place = 0; place < k; place++) {
            float weight = Exponentials.exp((-candidates.key(place) - max) * factor);
            candidates.setKey(place, weight);
            total += weight;
        }
        return total;
    }

    /**
     * Keeps a superset of the tokens that top-p and min-p keep. Tokens with less than (1 − p) / n of the total have less than 1 − p together, so the others have more than p, and the
     * likeliest with a sum of p are among them.
     */
    private void heavy(SamplingOptions options, double total, int vocabulary) {
        float least = (float) Math.max(options.minP(), (1 - options.topP()) * total / vocabulary * 0.999);
        for (int id = 0; id < vocabulary; id++) {
            if (weights[id] >= least) {
                candidates.add(id, weights[id]);
            }
        }
    }

    /** Moves the heaviest that together have {@code mass} to the end and returns their start. */
    private int nucleus(double mass) {
        candidates.order();
        int first = candidates.size();
        double sum = 0;
        do {
            first = candidates.take(first);
            sum += candidates.key(first);
        } while (sum < mass && first > 0);
        return first;
    }

    private int draw(int first, float minP, double uniform, int likeliest) {
        double sum = 0;
        for (int place = first; place < candidates.size(); place++) {
            sum += candidates.key(place) >= minP ? candidates.key(place) : 0;
        }
        double left = uniform * sum;
        for (int place = first; place < candidates.size(); place++) {
            left -= candidates.key(place) >= minP ? candidates.key(place) : 0;
            if (left < 0) {
                return candidates.id(place);
            }
        }
        return likeliest;
    }

    /** {@code likeliest} is the result if rounding leaves a rest at the end. */
    private int drawFromAll(double left, int vocabulary, int likeliest) {
        for (int id = 0; id < vocabulary; id++) {
            left -= weights[id];
            if (left < 0) {
                return id;
            }
        }
        return likeliest;
    }
}
