package io.baseload.service.inference;

import io.baseload.engine.api.Lease;
import io.baseload.service.cluster.InstanceLease;
import io.baseload.service.database.DatabaseFailures;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a request may go: as many tokens in each answer as are reserved for it, and no longer than its process has a lease. More tokens are requested ahead of need, on another
 * thread, so that decoding rarely waits; while the database is unreachable, repeatedly for half a minute.
 */
final class TokenLease {
    /** Tokens reserved for an answer without a stated maximum, and added each time they run out. */
    static final int STEP = 256;

    private static final Logger log = LoggerFactory.getLogger(TokenLease.class);
    private static final int AHEAD = STEP / 2;
    private static final long PAUSE_MILLIS = 500;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final LedgerTransactions ledger;
    private final ScheduledExecutorService threads;
    private final UUID reservation;
    private final InstanceLease process;
    private final LongAdder decoded = new LongAdder();

    TokenLease(LedgerTransactions ledger, ScheduledExecutorService threads, UUID reservation, InstanceLease process) {
        this.ledger = ledger;
        this.threads = threads;
        this.reservation = reservation;
        this.process = process;
    }

    /** Tokens that the answers have so far. */
    long completionTokens() {
        return decoded.sum();
    }

    /**
     * The lease of one answer.
     *
     * @param granted tokens reserved for it
     * @param progress receives the number of tokens of the answer, before each step
     */
    Lease answer(int granted, int maxTokens, IntConsumer progress) {
        return new AnswerLease(granted, maxTokens, progress);
    }

    private void request(int tokens, AnswerLease answer, long patienceEnd, long pauseMillis) {
        try {
            var unused =
                    threads.schedule(() -> attempt(tokens, answer, patienceEnd), pauseMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            answer.refused();
        }
    }

    private void attempt(int tokens, AnswerLease answer, long patienceEnd) {
        try {
            if (ledger.extend(reservation, tokens)) {
                answer.granted(tokens);
            } else {
                answer.refused();
            }
        } catch (RuntimeException e) {
            log.warn("No more tokens for {} yet: {}", reservation, e.toString());
            if (DatabaseFailures.isUnavailable(e) && System.nanoTime() - patienceEnd < 0) {
                request(tokens, answer, patienceEnd, PAUSE_MILLIS);
            } else {
                answer.refused();
            }
        }
    }

    private final class AnswerLease implements Lease {
        private final int maxTokens;
        private final IntConsumer progress;
        private final AtomicInteger reserved;
        private int counted; // used only by the engine's thread
        private volatile boolean asking;
        private volatile boolean refused;

        AnswerLease(int reserved, int maxTokens, IntConsumer progress) {
            this.reserved = new AtomicInteger(reserved);
            this.maxTokens = maxTokens;
            this.progress = progress;
        }

        @Override
        public Answer ask(int produced) {
            progress.accept(produced);
            decoded.add(produced - counted);
            counted = produced;
            if (process.isOver()) {
                return Answer.END;
            }
            int limit = reserved.get();
            if (limit < maxTokens && produced + AHEAD >= limit && !asking && !refused) {
                asking = true; // only the engine's thread gets here
                request(Math.min(STEP, maxTokens - limit), this, System.nanoTime() + PATIENCE_NANOS, 0);
            }
            if (produced < reserved.get()) {
                return Answer.GO;
            }
            return refused || reserved.get() >= maxTokens ? Answer.END : Answer.WAIT;
        }

        void granted(int tokens) {
            reserved.addAndGet(tokens);
            asking = false;
        }

        void refused() {
            refused = true;
            asking = false;
        }
    }
}
