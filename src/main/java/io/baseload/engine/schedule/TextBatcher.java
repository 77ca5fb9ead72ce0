package io.baseload.engine.schedule;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.EncoderText;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.FlowId.Urgency;
import io.baseload.engine.api.ModelClosedException;
import io.baseload.engine.api.NotFiniteException;
import io.baseload.engine.api.OperatorTimes;
import io.baseload.engine.api.OverloadedException;
import io.baseload.engine.kv.KvCache;
import io.baseload.engine.kv.PageTable;
import io.baseload.engine.model.Batch;
import io.baseload.engine.model.TextEncoder;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.tensor.Rows;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Puts texts together for an encoder. A step takes whole texts as long as its rows and pages are enough, those first whose flow got the fewest tokens for its weight; a request's texts may share a step with those of
 * others, and may need several. There is nothing to plan beyond that: a text is computed in one step and leaves nothing behind.
 *
 * <p>Requests come in from any thread; steps are made by the engine's thread alone. The lock guards what waits, and is never held while a step is computed.
 */
public final class TextBatcher implements ModelTurns {
    private static final System.Logger LOG = System.getLogger(TextBatcher.class.getName());

    private record Key(String flow, Urgency urgency) {}

    /** A text in a step. */
    private record Taken(TextRequest request, int text, PageTable table) {}

    private final String name;
    private final TextEncoder encoder;
    private final KvCache cache;
    private final int maxRequests;
    private final Runnable wakeEngine;
    private final Batch batch;
    private final List<Taken> step = new ArrayList<>();
    private final Object lock = new Object();
    private final Map<Key, TextFlow> flows = new HashMap<>();
    private boolean closed;
    private boolean abandoned;
    private double secondsPerText;

    /** Those of the step that is being computed. */
    private volatile int active;

    /**
     * @param cache pages for the keys and values of a step
     * @param maxRequests of one flow that may wait
     * @param wakeEngine makes the engine's thread take a turn soon
     */
    public TextBatcher(String name, TextEncoder encoder, KvCache cache, int maxRequests, Runnable wakeEngine) {
        this.name = name;
        this.encoder = encoder;
        this.cache = cache;
        this.maxRequests = maxRequests;
        this.wakeEngine = wakeEngine;
        this.batch = encoder.batch();
    }

    /** As {@link io.baseload.engine.api.LoadedEncoder#encode}; the texts are well-formed. By any thread. */
    public CompletableFuture<List<float[]>> submit(List<EncoderText> texts, FlowId id) {
        var request = new TextRequest(List.copyOf(texts));
        synchronized (lock) {
            if (closed) {
                throw new ModelClosedException(name);
            }
            var flow = flows.computeIfAbsent(new Key(id.value(), id.urgency()), key -> started(id));
            if (flow.waiting.size() >= maxRequests) {
                throw new OverloadedException(
                        name + " has " + flow.waiting.size() + " requests of this caller already", queueTime());
            }
            flow.weigh(id.weight());
            flow.waiting.addLast(request);
        }
        wakeEngine.run();
        return request.done;
    }

    private TextFlow started(FlowId id) {
        return new TextFlow(
                id,
                flows.values().stream()
                        .filter(other -> other.batch() == (id.urgency() == Urgency.BATCH))
                        .mapToDouble(TextFlow::virtualTime)
                        .min()
                        .orElse(0));
    }

    /** Texts in the step that is being computed. By any thread. */
    public int active() {
        return active;
    }

    /** Texts that wait. By any thread. */
    public int queued() {
        synchronized (lock) {
            return flows.values().stream()
                    .flatMap(flow -> flow.waiting.stream())
                    .mapToInt(TextRequest::left)
                    .sum();
        }
    }

    /** How long what waits will take, as fast as texts were computed lately. By any thread. */
    public Duration queueTime() {
        synchronized (lock) {
            return Duration.ofMillis(1000 + Math.round(1000 * queued() * secondsPerText));
        }
    }

    /** Where the time of steps goes. By any thread. */
    public OperatorTimes times() {
        return encoder.profile().times();
    }

    /** Accepts nothing more; what was accepted runs to its end. By any thread. */
    public void close() {
        synchronized (lock) {
            closed = true;
        }
        wakeEngine.run();
    }

    @Override
    public void abandon() {
        synchronized (lock) {
            abandoned = true;
        }
        close();
    }

    @Override
    public Turn turn(Team team) {
        synchronized (lock) {
            if (abandoned) {
                flows.values()
                        .forEach(flow -> flow.waiting.forEach(
                                request -> request.done.completeExceptionally(new ModelClosedException(name))));
                flows.clear();
            }
            plan();
            if (step.isEmpty()) {
                return closed ? Turn.DRAINED : Turn.IDLE;
            }
        }
        compute(team);
        return Turn.WORKED;
    }

    /** Fills the step. */
    private void plan() {
        batch.clear();
        for (var flow = next(); flow != null; flow = next()) {
            var request = flow.waiting.getFirst();
            var text = request.next();
            int length = text.tokens().length;
            var table = cache.table(length, CacheScope.PRIVATE);
            if (batch.rowsLeft() < length || batch.chunksLeft() == 0 || !table.grow(length)) {
                break;
            }
            batch.addText(table, text.tokens(), text.second());
            step.add(new Taken(request, request.take(), table));
            flow.served(length);
            if (!request.hasNext()) {
                flow.waiting.removeFirst();
            }
        }
        active = step.size();
    }

    /** The flow whose turn it is; forgets requests that nobody waits for any more, and flows without requests. */
    private @Nullable TextFlow next() {
        flows.values().forEach(flow -> flow.waiting.removeIf(request -> request.done.isDone()));
        flows.values().removeIf(flow -> flow.waiting.isEmpty());
        return flows.values().stream()
                .reduce((one, other) -> other.before(one) ? other : one)
                .orElse(null);
    }

    private void compute(Team team) {
        long start = System.nanoTime();
        try {
            encoder.forward(team, batch);
            deliver();
        } catch (Throwable failed) {
            LOG.log(Level.ERROR, "a step of " + name + " failed", failed);
            step.forEach(taken -> taken.request.done.completeExceptionally(failed));
        } finally {
            step.forEach(taken -> taken.table.release());
            double seconds = (System.nanoTime() - start) / 1e9 / step.size();
            synchronized (lock) {
                secondsPerText = seconds;
            }
            step.clear();
            active = 0;
        }
    }

    private void deliver() {
        Rows outputs = encoder.outputs();
        for (int i = 0; i < step.size(); i++) {
            Taken taken = step.get(i);
            int at = outputs.at(i);
            float[] output = Arrays.copyOfRange(outputs.data(), at, at + outputs.width());
            if (finite(output)) {
                taken.request.computed(taken.text, output);
            } else {
                taken.request.done.completeExceptionally(new NotFiniteException(name + " computes no numbers"));
            }
        }
    }

    private static boolean finite(float[] numbers) {
        for (float number : numbers) {
            if (!Float.isFinite(number)) {
                return false;
            }
        }
        return true;
    }
}
