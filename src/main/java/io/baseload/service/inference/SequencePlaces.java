package io.baseload.service.inference;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.OverloadedException;
import io.baseload.service.registry.ServedModel;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Counts the answers that each tenant has in the engine of a model, or on their way there. The engine limits the queue of a flow; a request that would be refused there is refused
 * here first, as a whole, before its prompt is rendered and before anything is reserved or recorded.
 */
final class SequencePlaces {
    /** Models with the same id may be in several places: their fingerprints differ. */
    private record Key(String model, String fingerprint, String tenant, FlowId.Urgency urgency) {}

    /** Beyond this number of queues, those that are empty are forgotten. */
    static final int MAX_LINES = 10_000;

    private final Map<Key, Integer> taken = new HashMap<>();
    /** The least recently used first. */
    private final Map<Key, WaitingLine> lines = new LinkedHashMap<>(16, 0.75f, true);

    private final TenantQueues queues;

    SequencePlaces(TenantQueues queues) {
        this.queues = queues;
    }

    /** A request's places, held until it is closed. */
    @FunctionalInterface
    interface Taken extends AutoCloseable {
        @Override
        void close();
    }

    /** The queue of a tenant's requests to a model. */
    WaitingLine line(ServedModel model, FlowId flow) {
        var key = key(model, flow);
        synchronized (lines) {
            var known = lines.get(key);
            if (known != null) {
                return known;
            }
            if (lines.size() >= MAX_LINES) {
                forgetOne();
            }
            var line = queues.add(key.tenant(), new WaitingLine());
            lines.put(key, line);
            return line;
        }
    }

    private void forgetOne() {
        for (var all = lines.entrySet().iterator(); all.hasNext(); ) {
            var entry = all.next();
            if (entry.getValue().waiting() == 0) {
                all.remove();
                queues.remove(entry.getKey().tenant(), entry.getValue());
                return;
            }
        }
    }

    private static Key key(ServedModel model, FlowId flow) {
        return new Key(model.id(), model.fingerprint(), flow.value(), flow.urgency());
    }

    /**
     * Refuses a request with more answers than the model takes: it would never be taken as a whole.
     *
     * @throws InvalidRequestException for the field that asks for so many
     */
    static void check(ServedModel model, CompletionRequest asked) {
        int answers = asked.answers();
        if (answers > model.maxAnswers()) {
            String field = asked.prompts() > 1 ? "prompt" : asked.bestOf() > asked.choices() ? "best_of" : "n";
            throw new InvalidRequestException(
                    field,
                    "too_many_answers",
                    "Invalid '" + field + "': expected at most " + model.maxAnswers()
                            + " answers, as many as this model takes from a tenant at a time, but got " + answers
                            + " instead.");
        }
    }

    /** @throws OverloadedException if the flow already has too many */
    Taken take(ServedModel model, FlowId flow, int answers) {
        var key = key(model, flow);
        synchronized (taken) {
            int before = taken.getOrDefault(key, 0);
            if (before > 0 && before + answers > model.places()) {
                throw new OverloadedException(
                        "This tenant has " + before + " answers running and waiting; " + answers
                                + " more are too many for the queue.",
                        model.queueTime());
            }
            taken.put(key, before + answers);
        }
        var open = new AtomicBoolean(true);
        return () -> {
            if (open.getAndSet(false)) {
                release(key, answers);
            }
        };
    }

    private void release(Key key, int answers) {
        synchronized (taken) {
            int left = taken.getOrDefault(key, 0) - answers;
            if (left > 0) {
                taken.put(key, left);
            } else {
                taken.remove(key);
            }
        }
    }
}
