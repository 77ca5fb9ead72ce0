package io.baseload.service.inference;

import io.baseload.service.database.DatabaseFailures;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.springframework.dao.CannotAcquireLockException;

/**
 * Writes all waiting items in one transaction.
 *
 * <p>Each commit waits for the disk, and transactions of one tenant, or on the audit trail, wait for each other. One after the other, they are limited to the number of syncs per
 * second. So one thread takes all waiting items, writes them in one transaction, and then takes the items that have arrived meanwhile. This delays nothing, except for a short wait
 * for callers whose group has just been written and who come back at once: the thread waits for as many items as the last group had, for at most half a millisecond.
 *
 * <p>A transaction doesn't wait for the rows of one item, since all others would wait too. It leaves out items whose rows somebody else has locked, and they are tried again with the
 * next groups, until their callers withdraw them.
 *
 * <p>Items with kept contents can be large. A group with more than 32 MB of them is cut, so that no transaction takes longer than the database may be silent.
 *
 * <p>A group that fails because the database is unreachable fails as a whole. If it fails otherwise, one of its members may be the reason, so each is then tried alone.
 */
final class GroupCommit<T, R> implements AutoCloseable {
    private static final int MAX_GROUP = 256;
    static final long MAX_BYTES = 32 << 20;
    private static final long GATHER_NANOS = 500_000;
    private static final long IDLE_MILLIS = 100;
    /** The pause before items whose rows were locked are tried again, if no others arrive. */
    private static final long LOCKED_MILLIS = 5;

    private static final Duration[] BOUNDS = LongStream.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final int capacity;
    private final BlockingQueue<Entry<T, R>> queue;
    /** Items whose rows were locked; used only by the thread. */
    private final Queue<Entry<T, R>> locked = new ArrayDeque<>();

    private final ToLongFunction<T> bytes;
    private final Function<List<T>, List<Optional<R>>> transaction;
    private final Timer latency;
    private final Thread thread;
    private volatile boolean closed;

    /**
     * @param step of the ledger
     * @param capacity how many may wait in the queue, and how many for rows
     * @param bytes the size of an item's kept contents
     * @param transaction returns results in the order of its arguments, empty ones for items whose rows are locked
     */
    GroupCommit(
            String step,
            int capacity,
            ToLongFunction<T> bytes,
            Function<List<T>, List<Optional<R>>> transaction,
            MeterRegistry meters) {
        this.capacity = capacity;
        this.queue = new ArrayBlockingQueue<>(capacity);
        this.bytes = bytes;
        this.transaction = transaction;
        this.latency = Timer.builder("baseload.ledger_latency")
                .description("from a request to the ledger until its answer, failures included")
                .tag("step", step)
                .serviceLevelObjectives(BOUNDS)
                .register(meters);
        this.thread = Thread.ofPlatform().name("ledger-" + step).daemon().start(this::run);
    }

    /**
     * Adds an item to the queue.
     *
     * @throws RejectedExecutionException if too many wait, or this is closed
     */
    Entry<T, R> submit(T item) {
        var entry = new Entry<T, R>(item);
        if (closed || !queue.offer(entry)) {
            throw new RejectedExecutionException(closed ? "closed" : queue.size() + " wait already");
        }
        long begun = System.nanoTime();
        var _ = entry.result.whenComplete(
                (result, failure) -> latency.record(System.nanoTime() - begun, TimeUnit.NANOSECONDS));
        return entry;
    }

    private void run() {
        int expected = 1;
        while (!closed || !queue.isEmpty() || !locked.isEmpty()) {
            try {
                var arrived = gather(expected);
                expected = arrived.size();
                var group = again();
                group.addAll(arrived);
                group.removeIf(entry -> !entry.take());
                parts(group).forEach(this::write);
            } catch (InterruptedException e) {
                closed = true; // close() has waited long enough
                queue.clear();
                locked.clear();
            }
        }
    }

    /** Items whose rows were locked, at most as many as a group has; those that were tried longest ago. */
    private List<Entry<T, R>> again() {
        var group = new ArrayList<Entry<T, R>>();
        while (!locked.isEmpty() && group.size() < MAX_GROUP) {
            group.add(locked.remove());
        }
        return group;
    }

    private List<Entry<T, R>> gather(int expected) throws InterruptedException {
        var group = new ArrayList<Entry<T, R>>();
        var first = queue.poll(locked.isEmpty() ? IDLE_MILLIS : LOCKED_MILLIS, TimeUnit.MILLISECONDS);
        if (first == null) {
            return group;
        }
        group.add(first);
        long deadline = System.nanoTime() + GATHER_NANOS;
        queue.drainTo(group, MAX_GROUP - group.size());
        while (group.size() < Math.min(expected, MAX_GROUP)) {
            var next = queue.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                break;
            }
            group.add(next);
            queue.drainTo(group, MAX_GROUP - group.size());
        }
        return group;
    }

    private List<List<Entry<T, R>>> parts(List<Entry<T, R>> group) {
        var parts = new ArrayList<List<Entry<T, R>>>();
        long filled = 0;
        for (var entry : group) {
            long size = bytes.applyAsLong(entry.item);
            if (parts.isEmpty() || filled + size > MAX_BYTES) {
                parts.add(new ArrayList<>());
                filled = 0;
            }
            parts.getLast().add(entry);
            filled += size;
        }
        return parts;
    }

    private void write(List<Entry<T, R>> group) {
        try {
            var results =
                    transaction.apply(group.stream().map(entry -> entry.item).toList());
            for (int i = 0; i < group.size(); i++) {
                var entry = group.get(i);
                results.get(i).ifPresentOrElse(entry.result::complete, () -> await(entry));
            }
        } catch (RuntimeException | Error e) {
            if (group.size() > 1 && !DatabaseFailures.isUnavailable(e)) {
                group.forEach(entry -> write(List.of(entry)));
            } else {
                group.forEach(entry -> entry.result.completeExceptionally(e));
            }
        }
    }

    private void await(Entry<T, R> entry) {
        if (locked.size() < capacity && entry.release()) {
            locked.add(entry);
        } else {
            entry.result.completeExceptionally(new CannotAcquireLockException("somebody else has locked its rows"));
        }
    }

    /** Writes waiting items, for a limited time; the remaining ones are dropped. */
    @Override
    public void close() {
        closed = true;
        try {
            if (!thread.join(Duration.ofSeconds(10))) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private enum State {
        WAITING,
        TAKEN,
        /** The caller no longer waits for it. */
        WITHDRAWN
    }

    /** An item that waits or is being written. */
    static final class Entry<T, R> {
        private final T item;
        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
        private final CompletableFuture<R> result = new CompletableFuture<>();

        private Entry(T item) {
            this.item = item;
        }

        CompletableFuture<R> result() {
            return result;
        }

        /** Withdraws the item; false if it is being written, or has been. */
        boolean withdraw() {
            return state.getAndSet(State.WITHDRAWN) == State.WAITING;
        }

        private boolean take() {
            return state.compareAndSet(State.WAITING, State.TAKEN);
        }

        private boolean release() {
            return state.compareAndSet(State.TAKEN, State.WAITING);
        }
    }
}
