package io.baseload.engine.schedule;

import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.FlowId.Urgency;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** One flow's requests to an encoder, and how many tokens of the flow were computed for its weight. Guarded by {@link TextBatcher}. */
final class TextFlow {
    /** Those that wait and those that are being computed, as they came. */
    final Deque<TextRequest> requests = new ArrayDeque<>();

    private final boolean batch;
    private int weight;
    private double virtualTime;

    TextFlow(FlowId id) {
        this.batch = id.urgency() == Urgency.BATCH;
        this.weight = id.weight();
    }

    /** Weights may be changed while requests run: what was served stays what it was. */
    void weigh(int newWeight) {
        weight = newWeight;
    }

    void served(int tokens) {
        virtualTime += (double) tokens / weight;
    }

    /** Nobody saves up: whoever comes back starts at least here. */
    void catchUp(double least) {
        virtualTime = Math.max(virtualTime, least);
    }

    double virtualTime() {
        return virtualTime;
    }

    boolean batch() {
        return batch;
    }

    /** The first request with a text that no step has taken. */
    @Nullable
    TextRequest waiting() {
        return requests.stream()
                .filter(request -> request.left() > 0)
                .findFirst()
                .orElse(null);
    }

    /** Interactive flows come before those in the background; of either kind the one that is furthest behind. */
    boolean before(TextFlow other) {
        return batch == other.batch ? virtualTime < other.virtualTime : other.batch;
    }
}
