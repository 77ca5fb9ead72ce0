package io.baseload.service.inference;

import io.baseload.chat.api.AbandonedException;
import io.baseload.chat.api.WantedResult;
import io.baseload.engine.api.OverloadedException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * The requests of one tenant that wait until a model starts them. A request may have a maximum wait: it is refused at once if others already wait and the queue, at its recent
 * pace, will take longer; and it is given up if the time is over before it started.
 *
 * <p>The pace is the mean time between two starts while somebody waited, the latest ones counting most. A request that finds the queue empty is never refused at once, so a queue
 * that was slow once is tried again.
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
     * @param asked the start of the wait, as from {@link System#nanoTime}
     * @throws OverloadedException if that will not be enough
     */
    synchronized Turn join(Optional<Duration> patience, long asked) {
        if (patience.isPresent() && waiting > 0 && measured) {
            double expected = meanNanos * (waiting + 1);
            double late = expected - patience.get().toNanos();
            if (late > 0) {
                throw new OverloadedException(
                        "%d requests of this tenant are already waiting; this one would wait %d ms, but may wait only %d ms."
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

    /** The current duration of the queue. */
    private synchronized Duration expected() {
        return rounded(meanNanos * (waiting + 1));
    }

    private static Duration rounded(double nanos) {
        return Duration.ofSeconds((long) Math.clamp(Math.ceil(nanos / 1e9), 1, 60));
    }

    private enum State {
        BEGUN,
        GIVEN_UP,
        /** The request ended before its turn. */
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

        /** How much longer it may wait, negative if the time is over; empty = for ever. */
        Optional<Duration> left() {
            return patience.map(wait -> wait.minusNanos(System.nanoTime() - asked));
        }

        /** It is this request's turn; false if it was given up before. May be called from any thread, repeatedly. */
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

        /** Gives up, unless it has started. */
        void giveUp() {
            end(State.GIVEN_UP);
        }

        /** The request has ended, started or not. */
        void leave() {
            end(State.LEFT);
        }

        private void end(State state) {
            if (end.complete(state)) {
                line.left(joined, state == State.BEGUN);
            }
        }

        /**
         * Waits for the turn, if the request has a maximum wait.
         *
         * @param wanted as {@link WantedResult#await} asks it
         * @throws OverloadedException if it didn't come in time
         * @throws AbandonedException if it is no longer wanted
         */
        void await(BooleanSupplier wanted) {
            if (patience.isEmpty()) {
                return;
            }
            try {
                if (!WantedResult.await(end, left().orElseThrow(), wanted)) {
                    giveUp();
                }
            } catch (AbandonedException e) {
                giveUp();
                if (isGivenUp()) {
                    throw e;
                }
            } catch (InterruptedException e) {
                giveUp();
                Thread.currentThread().interrupt();
            }
            if (isGivenUp()) {
                throw new OverloadedException(
                        "The answer did not start within " + patience.get().toMillis() + " ms.", line.expected());
            }
        }
    }
}
