package io.baseload.cli;

import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.TokenSink;
import io.baseload.engine.api.Usage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Notes when an answer's tokens are there. The first comes out of prefill; each after it is one decode step. */
final class BenchTimer implements TokenSink {
    private final long start = System.nanoTime();
    private final CompletableFuture<Pace> pace = new CompletableFuture<>();
    private long first;
    private long last;

    @Override
    public boolean token(SampledToken token) {
        last = System.nanoTime();
        if (first == 0) {
            first = last;
        }
        return true;
    }

    @Override
    public void finished(FinishReason reason, Usage usage) {
        pace.complete(Pace.of(usage.prompt(), usage.completion() - 1, start, first, last));
    }

    @Override
    public void failed(Throwable cause, Usage usage) {
        pace.completeExceptionally(cause);
    }

    /** Waits for the answer's end. */
    Pace pace() throws InterruptedException, ExecutionException {
        return pace.get();
    }
}
