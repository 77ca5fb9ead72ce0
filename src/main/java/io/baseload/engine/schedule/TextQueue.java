package io.baseload.engine.schedule;

import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.FlowId.Urgency;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The flows with requests to an encoder. The one with the fewest tokens for its weight is next, interactive ones before batch flows. A flow's lead over others is remembered while they are
 * served, even if it has no requests, so that it can't become first again by returning. Guarded by {@link TextBatcher}.
 */
final class TextQueue {
    private record Key(String flow, Urgency urgency) {}

    /** A request and its flow. */
    record Next(TextFlow flow, TextRequest request) {}

    private final Map<Key, TextFlow> flows = new HashMap<>();

    /** The virtual time of the flow that was served last, by urgency. */
    private final Map<Urgency, Double> level = new EnumMap<>(Urgency.class);

    /** The flow of a new request. */
    TextFlow enter(FlowId id) {
        TextFlow flow = flows.computeIfAbsent(new Key(id.value(), id.urgency()), key -> new TextFlow(id));
        flow.requests.removeIf(TextRequest::isOver);
        if (flow.waiting() == null) {
            flow.catchUp(level.getOrDefault(id.urgency(), 0.0));
        }
        flow.weigh(id.weight());
        return flow;
    }

    /** The next request, which was waiting when it was looked at: its caller may cancel it at any time. */
    @Nullable
    Next next() {
        Next next = null;
        for (TextFlow flow : flows.values()) {
            TextRequest request = flow.waiting();
            if (request != null && (next == null || flow.before(next.flow))) {
                next = new Next(flow, request);
            }
        }
        if (next != null) {
            level.put(next.flow.batch() ? Urgency.BATCH : Urgency.INTERACTIVE, next.flow.virtualTime());
        }
        return next;
    }

    /** Forgets ended requests, and flows without requests and without a lead. */
    void tidy() {
        flows.values().forEach(flow -> flow.requests.removeIf(TextRequest::isOver));
        if (flows.values().stream().allMatch(flow -> flow.requests.isEmpty())) {
            flows.clear();
            level.clear();
        }
        flows.entrySet().removeIf(entry -> entry.getValue().requests.isEmpty() && !isAhead(entry));
    }

    private boolean isAhead(Map.Entry<Key, TextFlow> entry) {
        return entry.getValue().virtualTime()
                > level.getOrDefault(entry.getKey().urgency(), 0.0);
    }

    /** Number of texts that aren't in a step yet. */
    int texts() {
        return requests().mapToInt(TextRequest::left).sum();
    }

    Stream<TextRequest> requests() {
        return flows.values().stream().flatMap(flow -> flow.requests.stream());
    }
}
