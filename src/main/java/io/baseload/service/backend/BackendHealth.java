package io.baseload.service.backend;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The health of a backend, as seen by this process. A failed probe takes it down until one succeeds; a failed request makes it cool down, longer each time in a row; a successful
 * request restores it.
 *
 * <p>An error that the request itself may have caused says little about other requests: the backend cools down only for the owner of that request, until a request of another owner
 * fails like that too, with no success between. So nobody can turn others' requests away from a backend by such errors.
 */
public final class BackendHealth {
    private static final Duration FIRST_COOLDOWN = Duration.ofSeconds(1);
    private static final Duration MAX_COOLDOWN = Duration.ofSeconds(30);

    /** Better ones first. */
    public enum State {
        /** It is used. */
        UP,
        /** It has just failed, kept a request waiting for too long, or asked for a pause: others are tried before it. */
        COOLING,
        /** It doesn't answer probes: it is not used. */
        DOWN
    }

    /**
     * The current state.
     *
     * @param since when it changed to this state
     * @param lastError the latest error, however long ago
     */
    public record Report(State state, Instant since, Optional<String> lastError) {}

    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private boolean down;
    private int failures;
    private Instant since;
    private boolean cooling;
    private long coolsUntil;
    /** The owner whose requests alone have failed by errors that they may have caused, since the last success. */
    private Optional<String> suspect = Optional.empty();

    private int suspectFailures;
    private long suspectUntil;
    private Optional<String> lastError = Optional.empty();

    /** @param nanoTime for pauses, which no change of the clock prolongs */
    BackendHealth(InstantSource clock, LongSupplier nanoTime) {
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.since = clock.instant();
    }

    public synchronized Report report() {
        if (down) {
            return new Report(State.DOWN, since, lastError);
        }
        endPause();
        return new Report(cooling ? State.COOLING : State.UP, since, lastError);
    }

    private void endPause() {
        long over = nanoTime.getAsLong() - coolsUntil;
        if (cooling && over >= 0) {
            cooling = false;
            Instant recovered = clock.instant().minusNanos(over);
            since = recovered.isAfter(since) ? recovered : since;
        }
    }

    public State state() {
        return report().state();
    }

    /** As {@link #state()}, for requests of one owner. */
    public synchronized State state(String owner) {
        boolean suspected = suspect.filter(owner::equals).isPresent() && suspectUntil - nanoTime.getAsLong() > 0;
        State state = state();
        return state == State.UP && suspected ? State.COOLING : state;
    }

    /** An answer came to its end. */
    synchronized void succeeded() {
        State before = state();
        down = false;
        failures = 0;
        cooling = false;
        suspect = Optional.empty();
        if (before != State.UP) {
            since = clock.instant();
        }
    }

    /** A request failed because of the backend. */
    synchronized void failed(String error) {
        cool(cooldown(failures++), error);
    }

    /** The backend answered a request of this owner with an error which may be the request's fault. */
    synchronized void failed(String owner, String error) {
        if (suspect.filter(other -> !other.equals(owner)).isPresent()) {
            failed(error);
            return;
        }
        lastError = Optional.of(error);
        suspectFailures = suspect.isPresent() ? suspectFailures + 1 : 1;
        suspect = Optional.of(owner);
        suspectUntil = nanoTime.getAsLong() + cooldown(suspectFailures - 1).toNanos();
    }

    private static Duration cooldown(int failuresBefore) {
        Duration pause = FIRST_COOLDOWN.multipliedBy(1L << Math.min(failuresBefore, 10));
        return pause.compareTo(MAX_COOLDOWN) < 0 ? pause : MAX_COOLDOWN;
    }

    /** It asked for a pause, or needs one. This never shortens a pause. */
    synchronized void cool(Duration pause, String error) {
        lastError = Optional.of(error);
        if (state() == State.UP) {
            since = clock.instant();
        }
        long until = nanoTime.getAsLong() + (pause.compareTo(MAX_COOLDOWN) < 0 ? pause : MAX_COOLDOWN).toNanos();
        coolsUntil = cooling && coolsUntil - until > 0 ? coolsUntil : until;
        cooling = true;
    }

    /** It answered its probe. */
    synchronized void probed() {
        if (down) {
            down = false;
            since = clock.instant();
        }
    }

    /** It didn't answer its probe. */
    synchronized void missed(String error) {
        lastError = Optional.of(error);
        if (!down) {
            down = true;
            since = clock.instant();
        }
    }
}
