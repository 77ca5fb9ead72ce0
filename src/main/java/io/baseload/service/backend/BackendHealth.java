package io.baseload.service.backend;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The health of a backend, or of one of its models, as seen by this process. A failed probe takes it down until one succeeds; a failed request makes it cool down, longer each time in a row; a successful
 * request restores it.
 *
 * <p>An error that the request itself may have caused, or a wait that was too long, says little about other requests: the backend cools down only for the owner of that request, until
 * a request of another owner fails like that too, with no success between. So nobody can turn others' requests away from a backend by such errors, or by long prompts.
 */
public final class BackendHealth {
    private static final Duration FIRST_COOLDOWN = Duration.ofSeconds(1);
    private static final Duration MAX_COOLDOWN = Duration.ofSeconds(30);

    /** Better ones first. */
    public enum State {
        /** It is used. */
        UP,
        /** It has just failed, kept requests of several owners waiting for too long, or asked for a pause: others are tried before it. */
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
    private final Consumer<String> errors;
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

    /**
     * @param nanoTime for pauses, which no change of the clock prolongs
     * @param errors learns each error
     */
    BackendHealth(InstantSource clock, LongSupplier nanoTime, Consumer<String> errors) {
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.errors = errors;
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
        suspectFailures = 0;
        if (before != State.UP) {
            since = clock.instant();
        }
    }

    /** A request failed because of the backend. */
    synchronized void failed(String error) {
        cool(cooldown(failures++), error);
    }

    /** A request of this owner failed with an error which may be the request's fault, or took too long, as it may with a long prompt. */
    synchronized void failed(String owner, String error) {
        if (suspectsNoOther(owner)) {
            suspectFailures++;
            suspect(owner, cooldown(suspectFailures - 1), error);
        } else {
            failed(error);
        }
    }

    /** A request of this owner was not waited for any longer. */
    synchronized void cool(String owner, Duration pause, String error) {
        if (suspectsNoOther(owner)) {
            suspect(owner, pause, error);
        } else {
            cool(pause, error);
        }
    }

    /** An error that says nothing about this health. */
    synchronized void noted(String error) {
        lastError = Optional.of(error);
        errors.accept(error);
    }

    /** Whether requests of no other owner have failed since the last success. */
    private boolean suspectsNoOther(String owner) {
        return suspect.filter(other -> !other.equals(owner)).isEmpty();
    }

    private void suspect(String owner, Duration pause, String error) {
        noted(error);
        long until = nanoTime.getAsLong() + shortened(pause).toNanos();
        suspectUntil = suspect.isPresent() && suspectUntil - until > 0 ? suspectUntil : until;
        suspect = Optional.of(owner);
    }

    private static Duration shortened(Duration pause) {
        return pause.compareTo(MAX_COOLDOWN) < 0 ? pause : MAX_COOLDOWN;
    }

    private static Duration cooldown(int failuresBefore) {
        return shortened(FIRST_COOLDOWN.multipliedBy(1L << Math.min(failuresBefore, 10)));
    }

    /** It asked for a pause, or needs one. This never shortens a pause. */
    synchronized void cool(Duration pause, String error) {
        noted(error);
        if (state() == State.UP) {
            since = clock.instant();
        }
        long until = nanoTime.getAsLong() + shortened(pause).toNanos();
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
        noted(error);
        if (!down) {
            down = true;
            since = clock.instant();
        }
    }
}
