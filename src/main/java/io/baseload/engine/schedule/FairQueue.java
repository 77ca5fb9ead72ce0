package io.baseload.engine.schedule;

import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.FlowId.Urgency;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Waiting requests. Within a flow first come, first served. Of the flows, the one that was served least for its weight is next (the virtual token counter of Sheng et al., 2024). A flow that
 * returns after a pause starts level with the others, so no credit accumulates. Batch flows come after all interactive ones. Not thread-safe.
 */
final class FairQueue {
    /** The weight is not part of the key, because it may be changed between requests. */
    private record Key(String flow, Urgency urgency) {
        static Key of(FlowId id) {
            return new Key(id.value(), id.urgency());
        }
    }

    private final Map<Key, Flow> flows = new HashMap<>();
    private int size;

    int size() {
        return size;
    }

    /** Number of sequences of a flow, waiting and running. */
    int sequences(FlowId id) {
        Flow flow = flows.get(Key.of(id));
        return flow == null ? 0 : flow.sequences();
    }

    /** The flow of a new request, which counts as one of its sequences until {@link #leave}. */
    Flow enter(FlowId id) {
        Flow flow = flows.computeIfAbsent(Key.of(id), unknown -> started(id));
        flow.weigh(id.weight());
        flow.sequences(flow.sequences() + 1);
        return flow;
    }

    void leave(FlowId id, Flow flow) {
        flow.sequences(flow.sequences() - 1);
        if (flow.sequences() == 0) {
            flows.remove(Key.of(id));
        }
    }

    private Flow started(FlowId id) {
        return new Flow(
                id,
                flows.values().stream()
                        .filter(other -> other.batch() == (id.urgency() == Urgency.BATCH))
                        .mapToDouble(Flow::virtualTime)
                        .min()
                        .orElse(0));
    }

    void add(Sequence sequence) {
        sequence.flow().waiting.addLast(sequence);
        size++;
    }

    /** Puts back a sequence that has already begun. */
    void addFirst(Sequence sequence) {
        sequence.flow().waiting.addFirst(sequence);
        size++;
    }

    /** The next sequence of the flows that may have a place. */
    Optional<Sequence> peek(Predicate<Flow> mayEnter) {
        Flow next = null;
        for (Flow flow : flows.values()) {
            if (!flow.waiting.isEmpty() && (next == null || before(flow, next)) && mayEnter.test(flow)) {
                next = flow;
            }
        }
        return next == null ? Optional.empty() : Optional.of(next.waiting.getFirst());
    }

    /** Of flows that were served equally, the one with the earliest request is next. */
    private static boolean before(Flow a, Flow b) {
        if (a.before(b) || b.before(a)) {
            return a.before(b);
        }
        return a.waiting.getFirst().arrival() < b.waiting.getFirst().arrival();
    }

    /** A flow's share of places, at least one: proportional to its weight among the flows of its urgency. */
    double share(Flow flow, int places) {
        long all = 0;
        for (Flow other : flows.values()) {
            all += other.batch() == flow.batch() ? other.weight() : 0;
        }
        return Math.max(1, (double) places * flow.weight() / all);
    }

    void remove(Sequence sequence) {
        sequence.flow().waiting.remove(sequence);
        size--;
    }

    /** Removes the sequences that match. */
    List<Sequence> removeIf(Predicate<Sequence> condition) {
        List<Sequence> removed = new ArrayList<>();
        for (Flow flow : flows.values()) {
            for (Iterator<Sequence> all = flow.waiting.iterator(); all.hasNext(); ) {
                Sequence sequence = all.next();
                if (condition.test(sequence)) {
                    all.remove();
                    removed.add(sequence);
                }
            }
        }
        size -= removed.size();
        return removed;
    }
}
