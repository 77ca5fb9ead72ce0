package io.baseload.engine.schedule;

import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.FlowId.Urgency;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One flow's requests and its virtual time: the rows computed for it, divided by its weight. The flow with the least virtual time is next. Guarded by the queue, unless stated otherwise.
 */
final class Flow {
    final Deque<Sequence> waiting = new ArrayDeque<>();
    private final boolean batch;
    private volatile int weight;

    /** Written by the engine's thread, and by the queue before the flow has a sequence. */
    private volatile double virtualTime;

    /** Number of the flow's sequences, waiting and running; written by the queue. */
    private volatile int sequences;

    /** Number of the flow's sequences with pages; used only by the engine's thread. */
    int running;

    private double credit = 1;
    private long credited;

    /** @param virtualTime the least virtual time of the other flows, so that no credit accumulates */
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

    /** Changes the weight, possibly while requests run. The virtual time so far is kept. */
    void weigh(int newWeight) {
        weight = newWeight;
    }

    int sequences() {
        return sequences;
    }

    /** Called by the queue. */
    void sequences(int count) {
        sequences = count;
    }

    double virtualTime() {
        return virtualTime;
    }

    /** Counts rows of a step. Called by the engine's thread. */
    void served(int rows) {
        double before = virtualTime; // one thread writes
        virtualTime = before + (double) rows / weight;
    }

    /**
     * Adds the flow's allowance for a step. Called by the engine's thread.
     *
     * @param step number of the step; a step's allowance is added only once
     * @param pace the fraction of steps in which a sequence takes part, relative to one of the heaviest flow
     */
    void earn(long step, double pace) {
        if (credited != step) {
            credited = step;
            credit = Math.min(running, credit + sequences * pace);
        }
    }

    /** Spends the allowance for a row, if there is enough. Called by the engine's thread. */
    boolean spend() {
        boolean enough = credit >= 1;
        credit -= enough ? 1 : 0;
        return enough;
    }

    /** Interactive flows come before batch flows; of equal urgency, the one with the least virtual time is first. */
    boolean before(Flow other) {
        return batch == other.batch ? virtualTime < other.virtualTime : other.batch;
    }
}
