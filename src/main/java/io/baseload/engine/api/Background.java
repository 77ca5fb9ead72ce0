package io.baseload.engine.api;

import io.baseload.engine.platform.ThreadPriority;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Threads for computation that the engine's steps must not wait for. They are platform threads, because a computation on a virtual thread would block its carrier for all others. Long
 * computations have a low priority: on Linux they get about a tenth of a core that other threads want too; on other systems priorities are unchanged.
 */
public final class Background {
    /** The number of threads that still leaves cores to the engine. */
    public static final int THREADS = Math.max(1, Runtime.getRuntime().availableProcessors() / 4);

    private static final long SHORT_MILLIS = 50;
    private static final ScheduledThreadPoolExecutor WATCH =
            new ScheduledThreadPoolExecutor(1, daemons("baseload-watch-"));

    static {
        WATCH.setRemoveOnCancelPolicy(true);
    }

    private Background() {}

    /** A few threads for short work. */
    public static ExecutorService threads(String name) {
        return Executors.newFixedThreadPool(THREADS, daemons(name));
    }

    /** A few threads with low priority. */
    public static ExecutorService lowThreads(String name) {
        ThreadFactory daemons = daemons(name);
        return Executors.newFixedThreadPool(
                THREADS,
                work -> daemons.newThread(() -> {
                    ThreadPriority.ofThisThread().lower();
                    work.run();
                }));
    }

    /**
     * Starts work on a thread of its own, whose priority is lowered once the work turns out to be long.
     *
     * @param whenLong called once then, by another thread
     */
    public static void start(String name, Runnable work, Runnable whenLong) {
        Thread.ofPlatform().name(name).daemon().start(() -> watched(work, whenLong));
    }

    private static void watched(Runnable work, Runnable whenLong) {
        ThreadPriority priority = ThreadPriority.ofThisThread();
        var turn = WATCH.schedule(
                () -> {
                    priority.lower();
                    whenLong.run();
                },
                SHORT_MILLIS,
                TimeUnit.MILLISECONDS);
        try {
            work.run();
        } finally {
            turn.cancel(false);
            priority.close();
        }
    }

    private static ThreadFactory daemons(String name) {
        return Thread.ofPlatform().name(name, 0).daemon().factory();
    }
}
