package io.baseload.service.openai;

import io.baseload.testing.Patience;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A place where a request waits until a test lets it go. */
final class Gate {
    private final Semaphore arrived = new Semaphore(0);
    private final Semaphore open = new Semaphore(0);

    void pass() {
        arrived.release();
        await(open);
    }

    void awaitArrival() {
        await(arrived);
    }

    void open() {
        open.release();
    }

    private static void await(Semaphore semaphore) {
        try {
            if (!semaphore.tryAcquire(Patience.LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("nobody came");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
