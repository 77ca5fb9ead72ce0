package io.baseload.service.web;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A place among a few for work that takes database connections; free again when this is closed. */
record Permit(Semaphore permits) implements AutoCloseable {

    /**
     * Waits for a permit.
     *
     * @param patience how long
     * @param busy the refusal if there is none by then
     */
    static Permit take(Semaphore permits, Duration patience, Supplier<ApiException> busy) {
        try {
            if (!permits.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw busy.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy.get();
        }
        return new Permit(permits);
    }

    @Override
    public void close() {
        permits.release();
    }
}
