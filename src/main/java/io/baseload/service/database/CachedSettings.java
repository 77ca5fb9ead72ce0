package io.baseload.service.database;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Settings in the database that each request needs: read once a second, so that requests don't query them, and a change takes effect in every process within a second. Settings
 * that could not be read for ten seconds are not used any more.
 */
public final class CachedSettings<T> implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration MAX_AGE = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String name;
    private final Supplier<T> reader;
    private final Schedule schedule;
    private volatile Read<T> last;

    private record Read<T>(T value, long at) {}

    /** @param reader is also called now, by this thread */
    public CachedSettings(String name, Supplier<T> reader) {
        this.name = name;
        this.reader = reader;
        this.last = read();
        this.schedule = new Schedule("settings-" + name);
        schedule.repeat(PAUSE, PAUSE, "The settings of " + name + " can't be read now", this::refresh);
    }

    /** @throws DataAccessResourceFailureException if the database has been unreachable for too long */
    public T get() {
        if (isOld(last)) {
            readNow();
        }
        return last.value();
    }

    private static boolean isOld(Read<?> read) {
        return System.nanoTime() - read.at() > MAX_AGE.toNanos();
    }

    /** A process that was suspended for a while reads the settings again first. The caller's thread doesn't read them, because its interrupt would break a connection. */
    private void readNow() {
        try {
            CompletableFuture.runAsync(this::refresh, schedule)
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

    @Override
    public void close() {
        schedule.shutdownNow();
    }
}
