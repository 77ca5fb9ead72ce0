package io.baseload.chat.api;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Waits for a result as long as somebody wants it. */
public final class WantedResult {
    public static final Duration UNLIMITED = Duration.ofNanos(Long.MAX_VALUE);

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

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
        while (!result.isDone()) {
            long left = limit.toNanos() - (System.nanoTime() - begun);
            try {
                result.get(Math.min(left, PAUSE_NANOS), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                return true; // the caller gets the failure from the result
            } catch (TimeoutException e) {
                if (left <= PAUSE_NANOS) {
                    return false;
                }
                if (!wanted.getAsBoolean()) {
                    throw new AbandonedException();
                }
            }
        }
        return true;
    }
}
