package io.baseload.service.inference;

import io.baseload.engine.api.OverloadedException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The requests of one tenant that wait until a model begins with them. A request may say how long it waits at most: it is refused at once if others wait already and
 * the line, at the pace it has moved at lately, will take longer, and given up if the wait is over before it was begun.
 *
 * <p>The pace is the mean time between two beginnings while somebody waited, the last ones counting most. Who finds nobody before him is never refused at once:
 * so a line that once was slow is tried again.
 */
final class WaitingLine {
    private static final double WEIGHT_OF_LAST = 0.2;

    private int waiting;
    private long lastBegin = System.nanoTime();
    private double meanNanos;
    private boolean measured;

    /**
     * Takes the last place.
     *
     * @param patience how long to wait at most; empty = for ever
     * @param asked since when, as {@link System#nanoTime} has it
     * @throws OverloadedException if that will not suffice
     */
    synchronized Turn join(Optional<Duration> patience, long asked) {
        if (patience.isPresent() && waiting > 0 && measured) {
            double expected = meanNanos * (waiting + 1);
            double late = expected - patience.get().toNanos();
            if (late > 0) {
                throw new OverloadedException(
                        "%d requests of this tenant wait already; this one would wait %d ms, and may wait %d ms."
                                .formatted(
                                        waiting,
                                        (long) (expected / 1e6),
                                        patience.get().toMillis()),
                        rounded(late));
            }
        }
        waiting++;
        return new Turn(this, patience, asked);
    }

    synchronized int waiting() {
        return waiting;
    }

    private synchronized void left(long joined, boolean begun) {
        waiting--;
        if (begun) {
            long now = System.nanoTime();
            double took = now - Math.max(joined, lastBegin);
            meanNanos = measured ? meanNanos + WEIGHT_OF_LAST * (took - meanNanos) : took;
            measured = true;
            lastBegin = now;
        }
    }

    /** How long the line takes now. */
    private synchronized Duration expected() {
        return rounded(meanNanos * (waiting + 1));
    }

    private static Duration rounded(double nanos) {
        return Duration.ofSeconds((long) Math.clamp(Math.ceil(nanos / 1e9), 1, 60));
    }

    private enum State {
        BEGUN,
        GIVEN_UP,
        /** Its client did not wait for it. */
        LEFT
    }

    /** One request's place. */
    static final class Turn {
        private final WaitingLine line;
        private final Optional<Duration> patience;
        private final long asked;
        private final long joined = System.nanoTime();
        private final CompletableFuture<State> end = new CompletableFuture<>();

        private Turn(WaitingLine line, Optional<Duration> patience, long asked) {
            this.line = line;
            this.patience = patience;
            this.asked = asked;
        }

        /** It is this request's turn; false if it was given up before. By any thread, again and again. */
        boolean begin() {
            if (!end.isDone()) {
                end(State.BEGUN);
            }
            return end.getNow(State.LEFT) == State.BEGUN;
        }

        /** Whether the request was given up. */
        boolean isGivenUp() {
            return end.getNow(State.LEFT) == State.GIVEN_UP;
        }

        /** Gives up, unless it has begun. */
        void giveUp() {
            end(State.GIVEN_UP);
        }

        /** The request has ended, begun or not. */
        void leave() {
            end(State.LEFT);
        }

        private void end(State state) {
            if (end.complete(state)) {
                line.left(joined, state == State.BEGUN);
            }
        }

        /**
         * Waits for the turn, if the request waits for a while only.
         *
         * @throws OverloadedException if it didn't come in time
         */
        void await() {
            if (patience.isEmpty()) {
                return;
            }
            try {
                long left = asked + patience.get().toNanos() - System.nanoTime();
                end.get(Math.max(0, left), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                giveUp();
            } catch (InterruptedException e) {
                giveUp();
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                throw new AssertionError("nobody fails a turn", e);
            }
            if (isGivenUp()) {
                throw new OverloadedException(
                        "The answer was not begun within " + patience.get().toMillis() + " ms.", line.expected());
            }
        }
    }
}
