package io.baseload.engine.parallel;

import java.util.concurrent.atomic.AtomicInteger;

/** What the sides of a {@link Barrier} share: how many must come, and how many have. */
final class Meeting {
    /** Longer than the shares of an operator differ on a quiet machine, so that nobody parks there; docs/performance.md has the figures. */
    private static final long SPIN_NANOS = 50_000;

    /** With fewer CPUs than threads, whoever spins may keep the one from running that it waits for. */
    private static final long CROWDED_SPIN_NANOS = 2_000;

    private final long spinNanos;
    private final long naps;
    private final Signal signal;
    private final AtomicInteger arrived = new AtomicInteger();
    private int parties;
    private volatile boolean aborted;

    /**
     * @param crowded whether there are fewer CPUs than threads
     * @param naps how many of {@link Signal}'s naps long the last may keep the others waiting
     */
    Meeting(int most, boolean crowded, long naps) {
        this.naps = naps;
        spinNanos = crowded ? CROWDED_SPIN_NANOS : SPIN_NANOS;
        signal = new Signal(most);
        parties = most;
    }

    /** How many must come from now on; while nobody waits, and made known to all by who calls this. */
    void expect(int parties) {
        this.parties = parties;
    }

    /**
     * Waits for the others; returns how long this thread was parked, in nanoseconds.
     *
     * @throws WorkerLostException if one doesn't come
     * @throws StepAbortedException if the meeting is or was aborted; who looks at the signal first can't miss that
     */
    long await(int place) {
        long seen = signal.value();
        refuseAborted();
        if (arrived.incrementAndGet() == parties) {
            arrived.set(0);
            signal.raise();
            return 0;
        }
        long parked = signal.await(seen, place, spinNanos, naps);
        refuseAborted();
        if (parked < 0) {
            throw new WorkerLostException(
                    "of " + parties + " workers of a step only " + arrived.get() + " have come within " + naps + " s");
        }
        return parked;
    }

    private void refuseAborted() {
        if (aborted) {
            throw new StepAbortedException();
        }
    }

    /** Sends everyone who waits or will come away with an exception, until {@link #reset}. */
    void abort() {
        aborted = true;
        signal.raise();
    }

    /** Makes an aborted meeting usable again; nobody may be in it. */
    void reset() {
        arrived.set(0);
        aborted = false;
    }
}
