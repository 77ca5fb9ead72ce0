package io.baseload.engine.schedule;

import io.baseload.engine.api.FlowId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Requests that wait. Within a flow first come, first served; between flows the one that was served least comes first (the virtual token counter of Sheng
 * et al., 2024), and a flow that comes back after a pause starts level with the others, so nobody saves up. Not safe for use by several threads.
 */
final class FairQueue {
    private final Map<FlowId, Flow> flows = new HashMap<>();
    private int size;

    int size() {
        return size;
    }

    /** The flow of a new request, which counts as one of its sequences until {@link #leave}. */
    Flow enter(FlowId id) {
        Flow flow = flows.computeIfAbsent(id, unknown -> started());
        flow.sequences++;
        return flow;
    }

    void leave(FlowId id, Flow flow) {
        if (--flow.sequences == 0) {
            flows.remove(id);
        }
    }

    private Flow started() {
        Flow flow = new Flow();
        flow.served.set(flows.values().stream()
                .mapToLong(other -> other.served.get())
                .min()
                .orElse(0));
        return flow;
    }

    void add(Sequence sequence) {
        sequence.flow().waiting.addLast(sequence);
        size++;
    }

    /** Puts back a sequence that had begun. */
    void addFirst(Sequence sequence) {
        sequence.flow().waiting.addFirst(sequence);
        size++;
    }

    /** Whose turn it is. */
    Optional<Sequence> peek() {
        Flow least = null;
        for (Flow flow : flows.values()) {
            if (!flow.waiting.isEmpty() && (least == null || before(flow, least))) {
                least = flow;
            }
        }
        return least == null ? Optional.empty() : Optional.of(least.waiting.getFirst());
    }

    /** Of flows that were served alike the one whose request came first. */
    private static boolean before(Flow a, Flow b) {
        int order = Long.compare(a.served.get(), b.served.get());
        if (order != 0) {
            return order < 0;
        }
        return a.waiting.getFirst().arrival() < b.waiting.getFirst().arrival();
    }

    void remove(Sequence sequence) {
        sequence.flow().waiting.remove(sequence);
        size--;
    }

    /** Takes out those that match. */
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
