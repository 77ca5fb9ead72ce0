package io.baseload.engine.schedule;

import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.ModelClosedException;
import io.baseload.engine.api.OverloadedException;
import io.baseload.engine.api.TokenSink;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.kv.KvCache;
import io.baseload.engine.parallel.WorkerLostException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Admission to a model: queues to which any thread may add, with a limit for each flow, and from which the engine's thread takes the next request. A flow with less than its weight's share
 * of the places doesn't wait until others' answers end: it is admitted in addition to them, and steps choose between them. Thread-safe.
 */
final class Admission {
    private final String model;
    private final ModelConfig config;
    private final KvCache cache;
    private final BatcherLimits limits;
    private final Runnable wakeEngine;
    private final RetryAfter retryAfter;
    private final FairQueue queue = new FairQueue();

    /** Waiting and running ones. */
    private final Set<Sequence> accepted = new HashSet<>();

    private long arrivals;
    private boolean closed;
    private @Nullable WorkerLostException lost;

    Admission(String model, ModelConfig config, KvCache cache, BatcherLimits limits, Runnable wakeEngine) {
        this.model = model;
        this.config = config;
        this.cache = cache;
        this.limits = limits;
        this.wakeEngine = wakeEngine;
        this.retryAfter = new RetryAfter(limits.maxSequences());
    }

    synchronized Sequence submit(GenerationRequest request, TokenSink sink) {
        if (closed) {
            throw new ModelClosedException(model);
        }
        if (lost != null) {
            throw lost;
        }
        int sequences = queue.sequences(request.flow());
        if (sequences >= limits.places()) {
            throw new OverloadedException(
                    model + " has " + sequences + " requests of this caller already", queueTime());
        }
        int most = Math.min(request.maxTokens(), limits.contextLength() - request.prompt().length);
        Flow flow = queue.enter(request.flow());
        Sequence sequence = new Sequence(
                request,
                sink,
                flow,
                arrivals++,
                most,
                config.vocabulary(),
                cache.table(request.prompt().length + most, request.scope()),
                config.recomputedBeyond(),
                wakeEngine);
        queue.add(sequence);
        accepted.add(sequence);
        return sequence;
    }

    /** Admits the next requests, as long as there are places and pages. If one doesn't fit, no other is admitted before it. */
    synchronized void admit(List<Sequence> active) {
        while (active.size() < limits.residents()) {
            boolean free = active.size() < limits.maxSequences();
            Optional<Sequence> next = queue.peek(flow -> free || belowShare(flow));
            if (next.isEmpty() || !(next.get().admit() || makeRoom(next.get(), active))) {
                return;
            }
            queue.remove(next.get());
            active.add(next.get());
        }
    }

    private boolean belowShare(Flow flow) {
        return !flow.batch() && flow.running < queue.share(flow, limits.maxSequences());
    }

    /** Preempts batch sequences, the youngest first, until an interactive one has its pages. */
    private boolean makeRoom(Sequence next, List<Sequence> active) {
        for (int i = active.size() - 1; i >= 0 && !next.flow().batch(); i--) {
            if (active.get(i).flow().batch()) {
                Sequence away = active.remove(i);
                away.forget();
                queue.addFirst(away);
                if (next.admit()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Puts preempted sequences back before the others of their flow. */
    synchronized void putBack(List<Sequence> preempted) {
        preempted.forEach(queue::addFirst);
        preempted.clear();
    }

    /** Removes ended ones from the queue and adds them to {@code ended}; forgets all of these. */
    synchronized void remove(Predicate<Sequence> condition, List<Sequence> ended) {
        ended.addAll(queue.removeIf(condition));
        for (Sequence sequence : ended) {
            queue.leave(sequence.request().flow(), sequence.flow());
            sequence.nanosSinceAdmission().ifPresent(retryAfter::note);
            accepted.remove(sequence);
        }
    }

    synchronized void close() {
        closed = true;
    }

    /** Accepts no more requests; returns the accepted ones. */
    synchronized List<Sequence> lose(WorkerLostException lost) {
        this.lost = lost;
        return List.copyOf(accepted);
    }

    /** Why accepted requests of an abandoned model end. */
    synchronized RuntimeException end() {
        return lost == null ? new ModelClosedException(model) : lost;
    }

    synchronized Duration queueTime() {
        return retryAfter.estimate(queue.size());
    }

    synchronized int queued() {
        return queue.size();
    }

    /** Whether nothing waits or runs. */
    synchronized boolean empty() {
        return accepted.isEmpty();
    }

    /** Whether nothing waits or runs, and no more requests are accepted. */
    synchronized boolean drained() {
        return closed && accepted.isEmpty();
    }
}
