package io.baseload.chat.tokenizer;

import io.baseload.engine.api.FlowId;
import io.baseload.testing.Patience;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** A long text of a flow that is being tokenized until this is closed. */
public final class HeldTurn implements AutoCloseable {
    private final CountDownLatch end = new CountDownLatch(1);
    private final CompletableFuture<Boolean> text;

    /** Returns when it is being tokenized. */
    public HeldTurn(FlowId flow) throws InterruptedException {
        var begun = new CountDownLatch(1);
        text = CompletableFuture.supplyAsync(
                () -> LongTexts.read(flow, LongTexts.MAX_SHORT_CHARACTERS + 1, () -> {
                    begun.countDown();
                    return waited();
                }),
                work -> Thread.ofVirtual().start(work));
        begun.await();
    }

    /** Starts the tokenizing of another text; returns when it waits or has ended. */
    public static <T> CompletableFuture<T> behind(Supplier<T> tokenizing) {
        var result = new CompletableFuture<T>();
        Thread thread = Thread.ofPlatform().start(() -> result.complete(tokenizing.get()));
        Patience.await()
                .until(() -> thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TERMINATED);
        return result;
    }

    private boolean waited() {
        try {
            end.await();
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        end.countDown();
        text.join();
    }
}
