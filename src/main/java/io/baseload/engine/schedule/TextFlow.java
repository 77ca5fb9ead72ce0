package io.baseload.engine.schedule;

import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.FlowId.Urgency;
import java.util.ArrayDeque;
import java.util.Deque;

/** One flow's texts that wait for an encoder, and how many tokens of the flow were computed for its weight. Guarded by {@link TextBatcher}. */
final class TextFlow {
    final Deque<TextRequest> waiting = new ArrayDeque<>();
    private final boolean batch;
    private int weight;
    private double virtualTime;

    /** @param virtualTime where the flow that is furthest behind stands, so that nobody saves up */
    TextFlow(FlowId id, double virtualTime) {
        this.batch = id.urgency() == Urgency.BATCH;
        this.weight = id.weight();
        this.virtualTime = virtualTime;
    }

    /** Weights may be changed while requests run: what was served stays what it was. */
    void weigh(int newWeight) {
        weight = newWeight;
    }

    void served(int tokens) {
        virtualTime += (double) tokens / weight;
    }

    double virtualTime() {
        return virtualTime;
    }

    boolean batch() {
        return batch;
    }

    /** Interactive flows come before those in the background; of either kind the one that is furthest behind. */
    boolean before(TextFlow other) {
        return batch == other.batch ? virtualTime < other.virtualTime : other.batch;
    }
}
