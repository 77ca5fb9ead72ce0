package io.baseload.engine.schedule;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.EncoderText;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.ModelClosedException;
import io.baseload.engine.api.NotFiniteException;
import io.baseload.engine.api.OperatorTimes;
import io.baseload.engine.api.OverloadedException;
import io.baseload.engine.kv.KvCache;
import io.baseload.engine.kv.PageTable;
import io.baseload.engine.model.Batch;
import io.baseload.engine.model.TextEncoder;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.parallel.WorkerLostException;
import io.baseload.engine.tensor.Rows;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Batches texts for an encoder. A step takes whole texts as long as it has rows and pages, in the order of the flows with the fewest tokens for their weight. A request's texts may share a
 * step with others', and may need several steps. No further planning is needed, because a text is computed in one step and nothing of it is kept.
 *
 * <p>Any thread may submit requests; only the engine's thread computes steps. The lock guards requests and their results, and is never held while a step is computed.
 */
public final class TextBatcher implements ModelTurns {
    private static final System.Logger LOG = System.getLogger(TextBatcher.class.getName());

    /** A text in a step. */
    private record Taken(TextRequest request, int text, int length, PageTable table) {}

    private final String name;
    private final TextEncoder encoder;
    private final KvCache cache;
    private final int maxRequests;
    private final Runnable wakeEngine;
    private final AllocationWatch allocations;
    private final Batch batch;
    private final List<Taken> step = new ArrayList<>();
    private final Object lock = new Object();
    private final TextQueue queue = new TextQueue();
    private boolean closed;
    private boolean abandoned;
    private volatile @Nullable WorkerLostException lost;
    private double secondsPerText;

    /** Number of texts in the step that is being computed. */
    private volatile int active;

    /**
     * @param cache pages for the keys and values of a step
     * @param maxRequests the most requests of one flow, waiting and running
     * @param wakeEngine wakes the engine's thread
     */
    public TextBatcher(String name, TextEncoder encoder, KvCache cache, int maxRequests, Runnable wakeEngine) {
        this.name = name;
        this.encoder = encoder;
        this.cache = cache;
        this.maxRequests = maxRequests;
        this.wakeEngine = wakeEngine;
        this.allocations = new AllocationWatch(name);
        this.batch = encoder.batch();
    }

    /** As {@link io.baseload.engine.api.LoadedEncoder#encode}, for checked texts. May be called by any thread. */
    public CompletableFuture<List<float[]>> submit(List<EncoderText> texts, FlowId id, IntConsumer begun) {
        var request = new TextRequest(List.copyOf(texts), begun);
        synchronized (lock) {
            if (closed) {
                throw new ModelClosedException(name);
            }
            WorkerLostException gone = lost;
            if (gone != null) {
                throw gone;
            }
            TextFlow flow = queue.enter(id);
            if (flow.requests.size() >= maxRequests) {
                throw new OverloadedException(
                        name + " has " + flow.requests.size() + " requests of this caller already", queueTime());
            }
            flow.requests.addLast(request);
        }
        wakeEngine.run();
        return request.done;
    }

    /** Number of texts in the step that is being computed. May be called by any thread. */
    public int active() {
        return active;
    }

    /** Number of waiting texts. May be called by any thread. */
    public int queued() {
        synchronized (lock) {
            return queue.texts();
        }
    }

    /** The estimated time for the waiting texts, at the recent rate. May be called by any thread. */
    public Duration queueTime() {
        synchronized (lock) {
            return Duration.ofMillis(1000 + Math.round(1000 * queued() * secondsPerText));
        }
    }

    /** The time spent in steps. May be called by any thread. */
    public OperatorTimes times() {
        return encoder.profile().times();
    }

    /** Stops accepting requests; accepted ones run to their end. May be called by any thread. */
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
    public void lose(WorkerLostException lost) {
        // before the lock, which the engine's thread may hold: it must not end requests for another reason meanwhile
        this.lost = lost;
        synchronized (lock) {
            queue.requests().filter(request -> !request.isOver()).forEach(request -> request.fail(lost));
        }
    }

    @Override
    public Turn turn(Team team) {
        long start = System.nanoTime();
        int computed = 0;
        try {
            synchronized (lock) {
                queue.tidy();
                if (abandoned) {
                    WorkerLostException gone = lost;
                    RuntimeException end = gone == null ? new ModelClosedException(name) : gone;
                    queue.requests().forEach(request -> request.fail(end));
                }
                plan();
                if (step.isEmpty()) {
                    return closed ? Turn.DRAINED : Turn.IDLE;
                }
            }
            allocations.begin(team);
            encoder.forward(team, batch);
            allocations.end(team, batch.rows());
            synchronized (lock) {
                deliver();
            }
            computed = step.size();
        } catch (Throwable failed) {
            LOG.log(Level.ERROR, "a step of " + name + " failed", failed);
            synchronized (lock) {
                step.forEach(taken -> taken.request.fail(failed));
            }
        } finally {
            end(computed, System.nanoTime() - start);
        }
        return Turn.WORKED;
    }

    /** Clears the step's state, whether it succeeded or failed. */
    private void end(int computed, long nanos) {
        step.forEach(taken -> taken.table.release());
        step.clear();
        batch.clear();
        active = 0;
        if (computed > 0) {
            synchronized (lock) {
                secondsPerText = nanos / 1e9 / computed;
            }
        }
    }

    /** Fills the step. A request that fails before it has a place in the step fails alone. */
    private void plan() {
        for (TextQueue.Next next = queue.next(); next != null; next = queue.next()) {
            int before = step.size();
            try {
                if (!take(next.request())) {
                    break;
                }
                next.flow().served(step.getLast().length());
            } catch (RuntimeException | Error failed) {
                next.request().fail(failed);
                if (step.size() > before) {
                    throw failed;
                }
                LOG.log(Level.WARNING, "a request to " + name + " failed before its step", failed);
            }
        }
        active = step.size();
    }

    /** @return whether the step had room for its next text */
    private boolean take(TextRequest request) {
        EncoderText text = request.next();
        int length = text.tokens().length;
        PageTable table = cache.table(length, CacheScope.PRIVATE);
        if (batch.rowsLeft() < length || batch.chunksLeft() == 0 || !table.fits(length)) {
            return false;
        }
        int index = request.take(); // the caller's code, which may throw: the table has no pages yet
        table.grow(length);
        step.add(new Taken(request, index, length, table));
        batch.addText(table, text.tokens(), text.second());
        return true;
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
                taken.request.fail(new NotFiniteException(name + " computes values that are not finite"));
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
