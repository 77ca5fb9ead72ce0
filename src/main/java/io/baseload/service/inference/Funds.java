package io.baseload.service.inference;

import io.baseload.service.database.DatabaseFailures;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a running question may still use: the time of its lease, and where more tokens come from. Shared by its answers. */
final class Funds {
    private static final Logger log = LoggerFactory.getLogger(Funds.class);
    private static final long PAUSE_MILLIS = 500;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Ledger ledger;
    private final ScheduledExecutorService threads;
    private final UUID reservation;
    private final long leaseNanos;
    private final IntSupplier completionTokens;
    private volatile long leaseEnd;

    /** @param asked when the lease was asked for, by {@link System#nanoTime}: it ends here before it ends in the database */
    Funds(
            Ledger ledger,
            ScheduledExecutorService threads,
            UUID reservation,
            long asked,
            long leaseNanos,
            IntSupplier completionTokens) {
        this.ledger = ledger;
        this.threads = threads;
        this.reservation = reservation;
        this.leaseNanos = leaseNanos;
        this.completionTokens = completionTokens;
        this.leaseEnd = asked + leaseNanos;
    }

    boolean isOver() {
        return System.nanoTime() - leaseEnd >= 0;
    }

    /** Renews the lease. */
    void renew() {
        long asked = System.nanoTime();
        if (ledger.renew(reservation, completionTokens.getAsInt())) {
            leaseEnd = asked + leaseNanos;
        } else {
            leaseEnd = asked; // settled as lost: whatever comes now isn't reserved
        }
    }

    /** Asks for more tokens on another thread; while the database is gone it tries again for half a minute. */
    void request(int tokens, Extension extension) {
        request(tokens, extension, System.nanoTime() + PATIENCE_NANOS, 0);
    }

    private void request(int tokens, Extension extension, long patienceEnd, long pauseMillis) {
        try {
            var unused =
                    threads.schedule(() -> attempt(tokens, extension, patienceEnd), pauseMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            extension.refused();
        }
    }

    private void attempt(int tokens, Extension extension, long patienceEnd) {
        long asked = System.nanoTime();
        try {
            if (ledger.extend(reservation, tokens, completionTokens.getAsInt())) {
                leaseEnd = asked + leaseNanos;
                extension.granted(tokens);
            } else {
                extension.refused();
            }
        } catch (RuntimeException e) {
            log.warn("No more tokens for {} yet: {}", reservation, e.toString());
            if (DatabaseFailures.isUnavailable(e) && asked - patienceEnd < 0) {
                request(tokens, extension, patienceEnd, PAUSE_MILLIS);
            } else {
                extension.refused();
            }
        }
    }

    /** Hears what became of a request for more. */
    interface Extension {
        void granted(int tokens);

        void refused();
    }
}
