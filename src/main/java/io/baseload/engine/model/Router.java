package io.baseload.engine.model;

import io.baseload.engine.config.Routing;
import java.util.Arrays;

/** Chooses the experts of a row. Contains memory for one choice, so each worker has its own. Of equal scores the first expert's wins. */
final class Router {
    /** The score of an expert that can't be chosen. */
    private static final float OUT = Float.NEGATIVE_INFINITY;

    /** Keeps the division by a sum of vanishing weights finite, as in DeepSeek's code. */
    private static final float TINY = 1e-20f;

    private final Routing routing;
    private final float[] correction;
    private final float[] scores;
    private final float[] candidates;
    private final float[] groupScores;

    /** @param correction added to the scores for the choice, one for each expert; empty for none */
    Router(Routing routing, float[] correction) {
        this.routing = routing;
        this.correction = correction;
        this.scores = new float[routing.experts()];
        this.candidates = new float[routing.experts()];
        this.groupScores = new float[routing.groups().count()];
    }

    /**
     * Chooses for one row.
     *
     * @param output the router's outputs, those of the row from index {@code at} on
     * @param chosen receives the experts from {@code to} on, the best first
     * @param weights receives the factors of their results
     */
    void choose(float[] output, int at, int[] chosen, float[] weights, int to) {
        RouterScores.compute(routing, output, at, scores);
        System.arraycopy(scores, 0, candidates, 0, scores.length);
        for (int i = 0; i < correction.length; i++) {
            candidates[i] += correction[i];
        }
        leaveOutGroups();
        for (int i = 0; i < routing.chosen(); i++) {
            chosen[to + i] = takeBest(candidates);
        }
        weigh(chosen, weights, to);
    }

    private void leaveOutGroups() {
        Routing.Groups groups = routing.groups();
        if (groups.kept() == groups.count()) {
            return;
        }
        int size = candidates.length / groups.count();
        for (int group = 0; group < groups.count(); group++) {
            groupScores[group] = sumOfBest(group * size, size, groups.best());
        }
        for (int i = 0; i < groups.kept(); i++) {
            takeBest(groupScores);
        }
        for (int group = 0; group < groups.count(); group++) {
            if (groupScores[group] != OUT) {
                Arrays.fill(candidates, group * size, (group + 1) * size, OUT);
            }
        }
    }

    /** The sum of the best one or two scores. */
    private float sumOfBest(int from, int size, int best) {
        float first = OUT;
        float second = OUT;
        for (int i = from; i < from + size; i++) {
            second = Math.max(second, Math.min(first, candidates[i]));
            first = Math.max(first, candidates[i]);
        }
        return best == 1 ? first : first + second;
    }

    /** Returns the index of the highest value, and excludes it from further choices. */
    private static int takeBest(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[best]) {
                best = i;
            }
        }
        values[best] = OUT;
        return best;
    }

    private void weigh(int[] chosen, float[] weights, int to) {
        float sum = 0;
        for (int i = to; i < to + routing.chosen(); i++) {
            weights[i] = scores[chosen[i]];
            sum += weights[i];
        }
        float factor = routing.normalized() ? routing.scale() / (sum + TINY) : routing.scale();
        for (int i = to; i < to + routing.chosen(); i++) {
            weights[i] *= factor;
        }
    }
}
