package io.baseload.service.web;

import io.baseload.service.tenant.Caller;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Look-ups of one key, one at a time. All requests that arrive while one runs wait for the next, and share it. So each gets a result that was looked up after its arrival, and however
 * many there are, the key takes one database connection. The key itself is not stored here: the request that looks it up brings it along.
 */
final class SharedLookUp {
    private final Duration patience;
    private CompletableFuture<Optional<Caller>> running = CompletableFuture.completedFuture(Optional.empty());
    private @Nullable CompletableFuture<Optional<Caller>> next;

    /** @param patience how long a request waits for the look-ups of others */
    SharedLookUp(Duration patience) {
        this.patience = patience;
    }

    /**
     * The look-up that a request shares.
     *
     * @param before the one that must end first
     * @param own whether the request itself runs it
     */
    private record Turn(
            CompletableFuture<Optional<Caller>> result, CompletableFuture<Optional<Caller>> before, boolean own) {}

    /**
     * The result of the next look-up. If another request's fails, this one tries once more.
     *
     * @throws ApiException 503 if the others take too long
     */
    Optional<Caller> caller(Supplier<Optional<Caller>> lookUp) {
        long until = System.nanoTime() + patience.toNanos();
        var turn = turn();
        if (!turn.own()) {
            try {
                return await(turn.result(), until);
            } catch (ExecutionException _) {
                turn = turn();
            }
        }
        if (turn.own()) {
            run(turn, lookUp, until);
        }
        try {
            return await(turn.result(), until);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        }
    }

    private synchronized Turn turn() {
        boolean own = next == null;
        var result = own ? new CompletableFuture<Optional<Caller>>() : Objects.requireNonNull(next);
        next = result;
        return new Turn(result, running, own);
    }

    private void run(Turn turn, Supplier<Optional<Caller>> lookUp, long until) {
        try {
            await(turn.before().exceptionally(failure -> Optional.empty()), until);
        } catch (ApiException | ExecutionException e) {
            start(turn.before());
            turn.result().completeExceptionally(e);
            return;
        }
        start(turn.result());
        try {
            turn.result().complete(lookUp.get());
        } catch (RuntimeException | Error e) {
            turn.result().completeExceptionally(e);
        }
    }

    /** Those who arrive from now on share another look-up. */
    private synchronized void start(CompletableFuture<Optional<Caller>> lookUp) {
        running = lookUp;
        next = null;
    }

    private static Optional<Caller> await(CompletableFuture<Optional<Caller>> result, long until)
            throws ExecutionException {
        try {
            return result.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KeyChecks.busy();
        } catch (TimeoutException e) {
            throw KeyChecks.busy();
        }
    }
}
