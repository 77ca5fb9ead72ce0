package io.baseload.engine.api;

import io.baseload.engine.platform.ThreadPriority;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Threads for computing that the engine's steps must not wait for: threads of the system, as computing would keep the carrier of a virtual thread from all others.
 * What takes long gives way to all other threads, on Linux to a tenth of a core that others want too; elsewhere priorities stay as they are.
 */
public final class Background {
    /** How many at once don't take the engine's cores. */
    public static final int THREADS = Math.max(1, Runtime.getRuntime().availableProcessors() / 4);

    private static final long SHORT_MILLIS = 50;
    private static final ScheduledThreadPoolExecutor WATCH =
            new ScheduledThreadPoolExecutor(1, daemons("baseload-watch-"));

    static {
        WATCH.setRemoveOnCancelPolicy(true);
    }

    private Background() {}

    /** A few threads for what is always short. */
    public static ExecutorService threads(String name) {
        return Executors.newFixedThreadPool(THREADS, daemons(name));
    }

    /** A few threads that give way. */
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
     * Starts work on a thread of its own, which gives way from when it turns out not to be short.
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
