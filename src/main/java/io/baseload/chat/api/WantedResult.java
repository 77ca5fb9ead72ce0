package io.baseload.chat.api;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a result as long as somebody wants it. */
public final class WantedResult {
    public static final Duration UNLIMITED = Duration.ofNanos(Long.MAX_VALUE);

    private static final Duration PAUSE = Duration.ofMillis(250);

    private WantedResult() {}

    /**
     * Waits until there is a result, or a failure.
     *
     * @param wanted asked four times a second, by this thread
     * @return false if the limit came first
     * @throws AbandonedException if it is no longer wanted
     */
    public static boolean await(CompletableFuture<?> result, Duration limit, BooleanSupplier wanted)
            throws InterruptedException {
        long begun = System.nanoTime();
        long asked = begun;
        var waiting = Thread.currentThread();
        var unused = result.whenComplete((done, failure) -> LockSupport.unpark(waiting));
        while (!result.isDone()) {
            var left = limit.minusNanos(System.nanoTime() - begun);
            if (!left.isPositive()) {
                return false;
            }
            park(result, left);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (System.nanoTime() - asked >= PAUSE.toNanos() && !result.isDone()) {
                if (!wanted.getAsBoolean()) {
                    throw new AbandonedException();
                }
                asked = System.nanoTime();
            }
        }
        return true;
    }

    /** The end of the limit is kept exactly. */
    private static void park(Object result, Duration left) {
        if (left.compareTo(PAUSE) > 0) {
            CoarseTimer.park(result, PAUSE);
        } else {
            LockSupport.parkNanos(result, left.toNanos());
        }
    }
}
