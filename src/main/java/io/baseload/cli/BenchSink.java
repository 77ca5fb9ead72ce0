package io.baseload.cli;

import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.TokenSink;
import io.baseload.engine.api.Usage;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** Records when one answer's tokens arrive. The first comes from prefill; each further one is one decode step. */
final class BenchSink implements TokenSink {
    private final CountDownLatch started;
    private final long[] times;
    private final int[] ids;
    private final CompletableFuture<Usage> end = new CompletableFuture<>();
    private int count;

    /**
     * @param tokens that the answer will have
     * @param started counted down with the first of them
     */
    BenchSink(int tokens, CountDownLatch started) {
        this.times = new long[tokens];
        this.ids = new int[tokens];
        this.started = started;
    }

    @Override
    public boolean token(SampledToken token) {
        times[count] = System.nanoTime();
        ids[count++] = token.id();
        if (count == 1) {
            started.countDown();
        }
        return true;
    }

    @Override
    public void finished(FinishReason reason, Usage usage) {
        end.complete(usage);
    }

    @Override
    public void failed(Throwable cause, Usage usage) {
        end.completeExceptionally(cause);
        started.countDown();
    }

    /** Completes with the answer; fails if the answer does. */
    CompletableFuture<Usage> end() {
        return end;
    }

    /** The arrival time of each token, {@link System#nanoTime}. */
    long[] times() {
        return Arrays.copyOf(times, count);
    }

    /** The answer. */
    int[] ids() {
        return Arrays.copyOf(ids, count);
    }
}
