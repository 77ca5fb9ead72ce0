package io.baseload.engine.schedule;

import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.FlowId.Urgency;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One flow's requests, and how much it has been served: rows computed for it, divided by its weight. That quotient is its virtual time, and the flow that is
 * furthest behind comes next. Guarded by the queue, except where it says otherwise.
 */
final class Flow {
    final Deque<Sequence> waiting = new ArrayDeque<>();
    private final boolean batch;
    private volatile int weight;

    /** Written by the engine's thread, and by the queue before the flow has a sequence. */
    private volatile double virtualTime;

    /** Sequences of the flow that wait or run; written by the queue. */
    private volatile int sequences;

    /** Sequences of the flow that hold pages; the engine's thread only. */
    int running;

    private double credit = 1;
    private long credited;

    /** @param virtualTime where the flow that is furthest behind stands, so that nobody saves up */
    Flow(FlowId id, double virtualTime) {
        this.batch = id.urgency() == Urgency.BATCH;
        this.weight = id.weight();
        this.virtualTime = virtualTime;
    }

    boolean batch() {
        return batch;
    }

    int weight() {
        return weight;
    }

    /** Weights may be changed while requests run: what was served stays what it was. */
    void weigh(int newWeight) {
        weight = newWeight;
    }

    int sequences() {
        return sequences;
    }

    /** By the queue. */
    void sequences(int count) {
        sequences = count;
    }

    double virtualTime() {
        return virtualTime;
    }

    /** Notes rows of a step. By the engine's thread. */
    void served(int rows) {
        double before = virtualTime; // one thread writes
        virtualTime = before + (double) rows / weight;
    }

    /**
     * Adds what a step allows the flow. By the engine's thread.
     *
     * @param step added once for each number
     * @param pace steps that a sequence takes part in, of those that one of the heaviest flow does
     */
    void earn(long step, double pace) {
        if (credited != step) {
            credited = step;
            credit = Math.min(running, credit + sequences * pace);
        }
    }

    /** Takes leave for a row, if there is any. By the engine's thread. */
    boolean spend() {
        boolean enough = credit >= 1;
        credit -= enough ? 1 : 0;
        return enough;
    }

    /** Interactive flows come before those in the background; of either kind the one that is furthest behind. */
    boolean before(Flow other) {
        return batch == other.batch ? virtualTime < other.virtualTime : other.batch;
    }
}
