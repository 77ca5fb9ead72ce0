package io.baseload.service.database;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Settings in the database that each request needs: read once a second, so that requests don't query them, and a change takes effect in every process within a second. Settings
 * that could not be read for ten seconds are not used any more.
 */
public final class CachedSettings<T> implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CachedSettings.class);
    private static final Duration MAX_AGE = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String name;
    private final Supplier<T> reader;
    private final ScheduledExecutorService clock;
    private volatile Read<T> last;

    private record Read<T>(T value, long at) {}

    /** @param reader is also called now, by this thread */
    public CachedSettings(String name, Supplier<T> reader) {
        this.name = name;
        this.reader = reader;
        this.last = read();
        this.clock = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("settings-" + name).daemon().factory());
        var unused = clock.scheduleWithFixedDelay(this::attempt, 1, 1, TimeUnit.SECONDS);
    }

    /** @throws DataAccessResourceFailureException if the database has been unreachable for too long */
    public T get() {
        if (isOld(last)) {
            readOnTheClock();
        }
        return last.value();
    }

    private static boolean isOld(Read<?> read) {
        return System.nanoTime() - read.at() > MAX_AGE.toNanos();
    }

    /** A process that was suspended for a while reads the settings again first. The caller's thread doesn't read them, because its interrupt would break a connection. */
    private void readOnTheClock() {
        try {
            CompletableFuture.runAsync(this::refresh, clock)
                    .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException | RejectedExecutionException e) {
            throw new DataAccessResourceFailureException("the settings of " + name + " can't be read now", e);
        }
    }

    /** Reads now. */
    public void refresh() {
        last = read();
    }

    private Read<T> read() {
        long at = System.nanoTime();
        return new Read<>(reader.get(), at);
    }

    private void attempt() {
        try {
            refresh();
        } catch (RuntimeException | Error e) { // not even an Error may end the clock
            log.warn("The settings of {} can't be read now: {}", name, e.toString());
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
