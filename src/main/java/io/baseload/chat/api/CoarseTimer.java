package io.baseload.chat.api;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * A timer for many waits, few of which last until their end: one thread looks at all of them twenty times a second, so they may end that much later. The JDK's own timers, which virtual threads use too, are exact, but their
 * thread is woken at the beginning of each wait and again at its end, which costs a request more than what it waits for.
 */
public final class CoarseTimer {
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final Set<Wait> WAITS = ConcurrentHashMap.newKeySet();

    static {
        Thread.ofPlatform().name("coarse-timer").daemon().start(CoarseTimer::run);
    }

    private CoarseTimer() {}

    /**
     * @param end as from {@link System#nanoTime}
     * @param late runs when it has come, perhaps more than once
     */
    private record Wait(long end, Runnable late) {}

    private static Wait begin(Duration limit, Runnable late) {
        var wait = new Wait(System.nanoTime() + limit.toNanos(), late);
        WAITS.add(wait);
        return wait;
    }

    private static void run() {
        while (true) {
            LockSupport.parkNanos(PERIOD_NANOS);
            long now = System.nanoTime();
            WAITS.forEach(wait -> {
                if (now - wait.end() >= 0) {
                    wait.late().run();
                }
            });
        }
    }

    /** As {@link LockSupport#parkNanos(Object, long)}: returns as well if the thread is unparked or interrupted, or for no reason. */
    public static void park(Object blocker, Duration limit) {
        var thread = Thread.currentThread();
        var wait = begin(limit, () -> LockSupport.unpark(thread));
        try {
            LockSupport.park(blocker);
        } finally {
            WAITS.remove(wait);
        }
    }

    /** A copy of a result that fails with a {@link TimeoutException}, on a thread of its own, if the result has not come by then. */
    public static <T> CompletableFuture<T> limited(CompletableFuture<T> result, Duration limit) {
        var copy = result.copy();
        if (!copy.isDone()) {
            var wait = begin(
                    limit, () -> Thread.startVirtualThread(() -> copy.completeExceptionally(new TimeoutException())));
            var unused = copy.whenComplete((done, failure) -> WAITS.remove(wait));
        }
        return copy;
    }
}
