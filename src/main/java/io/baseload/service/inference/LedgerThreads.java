package io.baseload.service.inference;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The threads that talk to the database for running answers. Nobody interrupts them: an interrupt of a cancelled request's thread would break a pooled connection.
 * Settling has threads of its own, so that it never waits behind those who want to begin.
 */
record LedgerThreads(ExecutorService reserving, ExecutorService settling, ScheduledExecutorService clock)
        implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 10;

    static LedgerThreads start() {
        return new LedgerThreads(
                Executors.newFixedThreadPool(
                        4,
                        Thread.ofPlatform().name("ledger-reserve-", 0).daemon().factory()),
                Executors.newFixedThreadPool(
                        4,
                        Thread.ofPlatform().name("ledger-settle-", 0).daemon().factory()),
                Executors.newScheduledThreadPool(
                        2, Thread.ofPlatform().name("ledger-clock-", 0).daemon().factory()));
    }

    /** Lets what was begun finish for a while; what then is open counts as lost at the next start. */
    @Override
    public void close() {
        reserving.shutdown();
        clock.shutdown();
        settling.shutdown();
        try {
            var unused = settling.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
