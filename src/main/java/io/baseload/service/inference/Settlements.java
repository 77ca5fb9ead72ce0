package io.baseload.service.inference;

import io.baseload.service.database.DatabaseFailures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends reservations. What fails is tried again from memory until it succeeds, whatever the failure: nothing that was generated goes unbilled. */
final class Settlements {
    private static final Logger log = LoggerFactory.getLogger(Settlements.class);
    private static final int MOST_PENDING = 10_000;
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final Ledger ledger;
    private final Executor executor;
    private final ScheduledExecutorService clock;
    private final AtomicInteger pending = new AtomicInteger();

    Settlements(Ledger ledger, Executor executor, ScheduledExecutorService clock) {
        this.ledger = ledger;
        this.executor = executor;
        this.clock = clock;
    }

    /** Whether so much waits to be settled that nothing new may begin. */
    boolean isFull() {
        return pending.get() >= MOST_PENDING;
    }

    /** Completes when outcome and usage are in the database. */
    CompletableFuture<Void> settle(Ticket ticket, Ending ending) {
        return submit(ticket, () -> ledger.settle(ticket, ending));
    }

    CompletableFuture<Void> refund(Ticket ticket) {
        return submit(ticket, () -> ledger.refund(ticket));
    }

    private CompletableFuture<Void> submit(Ticket ticket, Runnable transaction) {
        pending.incrementAndGet();
        var done = new CompletableFuture<Void>();
        var unused = done.whenComplete((nothing, failure) -> pending.decrementAndGet());
        attempt(new Task(ticket, transaction, done), FIRST_PAUSE_MILLIS);
        return done;
    }

    private void attempt(Task task, long pauseMillis) {
        try {
            executor.execute(() -> run(task, pauseMillis));
        } catch (RejectedExecutionException e) {
            task.done().completeExceptionally(e); // shutting down: lost at the next start
        }
    }

    private void run(Task task, long pauseMillis) {
        try {
            task.transaction().run();
            task.done().complete(null);
        } catch (RuntimeException e) {
            if (DatabaseFailures.isUnavailable(e)) {
                log.warn("{} is not settled yet: {}", task.ticket().requestId(), e.toString());
            } else {
                log.error("{} is not settled yet", task.ticket().requestId(), e);
            }
            later(task, pauseMillis);
        }
    }

    private void later(Task task, long pauseMillis) {
        try {
            long next = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
            var unused = clock.schedule(() -> attempt(task, next), pauseMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            task.done().completeExceptionally(e);
        }
    }

    private record Task(Ticket ticket, Runnable transaction, CompletableFuture<Void> done) {}
}
