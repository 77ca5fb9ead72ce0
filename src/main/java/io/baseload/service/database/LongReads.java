package io.baseload.service.database;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Reads that may take long. Each needs one of the connections on which requests are reserved and settled. So each process does two at a time, and the database ends one that takes
 * too long.
 */
public final class LongReads {
    public static final int MAX_READS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final StatementLimit limit;
    private final Semaphore places = new Semaphore(MAX_READS);

    public LongReads(JdbcClient jdbc, TransactionOperations transactions, StatementLimit limit) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.limit = limit;
    }

    /**
     * Reads in a transaction of its own.
     *
     * @throws ReadsBusyException if too many others read
     * @throws StatementTooLongException if it takes too long
     */
    public <T> T read(Supplier<T> read) {
        enter();
        try {
            return transactions.execute(status -> limit.within(jdbc, read));
        } finally {
            places.release();
        }
    }

    private void enter() {
        try {
            if (places.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new ReadsBusyException();
    }
}
