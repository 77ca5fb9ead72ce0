package io.baseload.service.protocol;

import io.baseload.chat.api.CoarseTimer;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.service.web.ApiException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The events of an answer that its client has yet to receive. If it is so slow that there is no memory left for them, none follows. */
final class PendingEvents implements Consumer<CompletionEvent> {
    /** An event, its text and the queue's node, at least. */
    private static final int EVENT_BYTES = 128;

    private final Queue<CompletionEvent> events = new ConcurrentLinkedQueue<>();
    private final AnswerMemory memory;
    private volatile @Nullable ApiException full;
    private volatile @Nullable Thread reader;

    /** @param memory as in {@link RequestContext} */
    PendingEvents(LongConsumer memory) {
        this.memory = new AnswerMemory(memory, EVENT_BYTES);
    }

    @Override
    public void accept(CompletionEvent event) {
        if (full == null) {
            try {
                memory.take(event);
                events.add(event);
            } catch (ApiException e) {
                full = e;
            }
            wake(reader);
        }
    }

    private static void wake(@Nullable Thread waiting) {
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }

    /**
     * Waits for the next event, always on the same thread; null if there is none in time.
     *
     * @throws ApiException if there was no memory left
     */
    @Nullable
    CompletionEvent poll(Duration limit) throws InterruptedException {
        long begun = System.nanoTime();
        reader = Thread.currentThread();
        while (true) {
            if (full != null) {
                throw full;
            }
            @Nullable CompletionEvent next = events.poll();
            if (next != null) {
                memory.giveBack(next);
                return next;
            }
            var left = limit.minusNanos(System.nanoTime() - begun);
            if (!left.isPositive()) {
                return null;
            }
            CoarseTimer.park(this, left);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    boolean isEmpty() {
        return events.isEmpty();
    }
}
