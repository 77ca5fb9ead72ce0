package io.baseload.service.protocol;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.service.web.ApiException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The events of an answer that its client has yet to receive. If it is so slow that there is no memory left for them, none follows. */
final class PendingEvents implements Consumer<CompletionEvent> {
    /** An event, its text and the queue's node, at least. */
    private static final int EVENT_BYTES = 128;

    private final BlockingQueue<CompletionEvent> events = new LinkedBlockingQueue<>();
    private final AnswerMemory memory;
    private volatile @Nullable ApiException full;

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
        }
    }

    /**
     * Waits for the next event; null if there is none in time.
     *
     * @throws ApiException if there was no memory left
     */
    @Nullable
    CompletionEvent poll(long millis) throws InterruptedException {
        if (full != null) {
            throw full;
        }
        @Nullable CompletionEvent next = events.poll(millis, TimeUnit.MILLISECONDS);
        if (next != null) {
            memory.giveBack(next);
        }
        return next;
    }

    boolean isEmpty() {
        return events.isEmpty();
    }
}
