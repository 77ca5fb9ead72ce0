package io.baseload.service.web;

import io.baseload.service.tenant.Caller;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Look-ups of one key, one at a time. All requests that arrive while one runs wait for the next, and share it. So each gets a result that was looked up after its arrival, and however
 * many there are, the key takes one database connection.
 */
final class SharedLookUp {
    private final Supplier<Optional<Caller>> lookUp;
    private @Nullable CompletableFuture<Optional<Caller>> running;
    private @Nullable CompletableFuture<Optional<Caller>> next;

    SharedLookUp(Supplier<Optional<Caller>> lookUp) {
        this.lookUp = lookUp;
    }

    Optional<Caller> caller() {
        CompletableFuture<Optional<Caller>> mine;
        CompletableFuture<?> before;
        boolean first;
        synchronized (this) {
            first = next == null;
            mine = first ? new CompletableFuture<>() : Objects.requireNonNull(next);
            next = mine;
            before = Objects.requireNonNullElseGet(running, () -> CompletableFuture.completedFuture(null));
        }
        if (first) {
            var _ = before.handle((result, failure) -> true).join();
            run(mine);
        }
        try {
            return mine.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        }
    }

    private void run(CompletableFuture<Optional<Caller>> mine) {
        synchronized (this) {
            running = mine;
            next = null;
        }
        try {
            mine.complete(lookUp.get());
        } catch (RuntimeException | Error e) {
            mine.completeExceptionally(e);
        }
    }
}
