package io.baseload.service.database;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Work on the database that repeats, on a thread of its own. A failed attempt is logged in one line; not even an Error ends the repetition. */
public final class Schedule implements Executor, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Schedule.class);

    private final ScheduledExecutorService clock;

    /** @param thread its name */
    public Schedule(String thread) {
        this.clock = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name(thread).daemon().factory());
    }

    /**
     * @param first the pause before the first attempt
     * @param pause between the end of an attempt and the next one
     * @param failure the log's words for a failed attempt
     */
    public void repeat(Duration first, Duration pause, String failure, Runnable work) {
        var unused = clock.scheduleWithFixedDelay(
                () -> attempt(failure, work), first.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Does some work by the caller's thread; a failure is logged and goes no further. */
    public static void attempt(String failure, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            log.warn("{}: {}", failure, e.toString());
        }
    }

    @Override
    public void execute(Runnable work) {
        clock.execute(work);
    }

    /** Interrupts a running attempt. */
    public void shutdownNow() {
        clock.shutdownNow();
    }

    /** Waits for a running attempt. */
    @Override
    public void close() {
        clock.close();
    }
}
