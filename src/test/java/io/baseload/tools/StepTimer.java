package io.baseload.tools;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.engine.api.Lease;
import java.util.concurrent.CompletableFuture;

/** Measures one answer's decoding. A lease is asked before each step, which is as soon as the token before it is there. */
final class StepTimer implements Lease {
    private final CompletableFuture<Integer> tokens = new CompletableFuture<>();
    private volatile long first;
    private volatile long end;

    @Override
    public Answer ask(int produced) {
        if (produced == 1) {
            first = System.nanoTime();
        }
        return Answer.GO;
    }

    void hear(CompletionEvent event) {
        if (event instanceof CompletionEvent.Finished finished) {
            end = System.nanoTime();
            tokens.complete(finished.usage().completion());
        } else if (event instanceof CompletionEvent.Failed failed) {
            tokens.completeExceptionally(failed.cause());
        }
    }

    void await() throws Exception {
        tokens.get();
    }

    /** Tokens after the first. */
    int decoded() {
        return first == 0 ? 0 : tokens.join() - 1;
    }

    /** From the first token to the end. */
    double seconds() {
        return first == 0 ? 0 : (end - first) / 1e9;
    }
}
