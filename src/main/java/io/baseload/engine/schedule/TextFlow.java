package io.baseload.engine.schedule;

import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.FlowId.Urgency;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** One flow's requests to an encoder, and its computed tokens divided by its weight. Guarded by {@link TextBatcher}. */
final class TextFlow {
    /** Waiting and running requests in order of arrival. */
    final Deque<TextRequest> requests = new ArrayDeque<>();

    private final boolean batch;
    private int weight;
    private double virtualTime;

    TextFlow(FlowId id) {
        this.batch = id.urgency() == Urgency.BATCH;
        this.weight = id.weight();
    }

    /** Changes the weight, possibly while requests run. The virtual time so far is kept. */
    void weigh(int newWeight) {
        weight = newWeight;
    }

    void served(int tokens) {
        virtualTime += (double) tokens / weight;
    }

    /** Raises the virtual time of a returning flow to at least this, so that no credit accumulates. */
    void catchUp(double least) {
        virtualTime = Math.max(virtualTime, least);
    }

    double virtualTime() {
        return virtualTime;
    }

    boolean batch() {
        return batch;
    }

    /** The first request with a text that isn't in a step yet. */
    @Nullable
    TextRequest waiting() {
        return requests.stream()
                .filter(request -> request.left() > 0)
                .findFirst()
                .orElse(null);
    }

    /** Interactive flows come before batch flows; of equal urgency, the one with the least virtual time is first. */
    boolean before(TextFlow other) {
        return batch == other.batch ? virtualTime < other.virtualTime : other.batch;
    }
}
