package io.baseload.engine.parallel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * The shared state of a {@link Barrier}: a place for each {@link Group}. The last worker to arrive at a group's place goes on to the parent's place, and releases the others when it returns.
 */
final class Meeting {
    /** Longer than the difference of workers' times for an operator on a quiet machine, so that none parks there; docs/performance.md has the figures. */
    private static final long SPIN_NANOS = 50_000;

    /** With fewer CPUs than threads, a spinning thread may block the one that it waits for. */
    private static final long CROWDED_SPIN_NANOS = 2_000;

    private final long spinNanos;
    private final long naps;
    private final Place[] places;

    /** For each worker its place, and its index among the workers of that place. */
    private final Place[] own;

    private final int[] sides;

    /**
     * @param group the workers of this meeting
     * @param workers the number of all workers, including those that aren't in the group
     * @param crowded whether there are fewer CPUs than threads
     * @param naps the number of {@link Signal}'s naps after which a missing worker counts as lost
     */
    Meeting(Group group, int workers, boolean crowded, long naps) {
        this.naps = naps;
        spinNanos = spinNanos(crowded);
        own = new Place[workers];
        sides = new int[workers];
        List<Place> made = new ArrayList<>();
        add(group, null, 0, made);
        places = made.toArray(Place[]::new);
    }

    /** The time for which a waiting thread spins before it parks. */
    static long spinNanos(boolean crowded) {
        return crowded ? CROWDED_SPIN_NANOS : SPIN_NANOS;
    }

    private void add(Group group, @Nullable Place above, int side, List<Place> made) {
        int[] coming = group.coming();
        Place place = new Place(coming, above, side);
        made.add(place);
        for (int i = 0; i < coming.length; i++) {
            if (group.parts().isEmpty()) {
                own[coming[i]] = place;
                sides[coming[i]] = i;
            } else {
                add(group.parts().get(i), place, i, made);
            }
        }
    }

    /** Sets the number of workers that arrive from now on. Must be called while no worker waits; the caller publishes the change to all workers. */
    void expect(int active) {
        for (Place place : places) {
            place.parties = Group.among(place.coming, active);
        }
    }

    /**
     * Waits for the others; returns the time for which this thread was parked, in nanoseconds.
     *
     * @throws WorkerLostException if one doesn't arrive
     * @throws StepAbortedException if the meeting is or was aborted
     */
    long await(int worker) {
        return own[worker].await(sides[worker]);
    }

    /** Makes current and later calls of {@link #await} throw, until {@link #reset}. */
    void abort() {
        for (Place place : places) {
            place.aborted = true;
            place.signal.raise();
        }
    }

    /** Makes an aborted meeting usable again; no worker may be waiting. */
    void reset() {
        for (Place place : places) {
            place.arrived.set(Place.LINE, 0);
            place.aborted = false;
        }
    }

    private final class Place {
        /** The counter has its own cache line. */
        static final int LINE = 32;

        private final int[] coming;
        private final @Nullable Place above;
        private final int side;
        private final Signal signal;
        private final AtomicIntegerArray arrived = new AtomicIntegerArray(2 * LINE);
        private int parties;
        private volatile boolean aborted;

        /** @param side the index, at {@code above}, of the last worker to arrive here */
        Place(int[] coming, @Nullable Place above, int side) {
            this.coming = coming;
            this.above = above;
            this.side = side;
            signal = new Signal(coming.length);
            parties = coming.length;
        }

        long await(int place) {
            // The signal is read first: an abort between the two reads changes it, so no worker waits for a past
            // change.
            long seen = signal.value();
            refuseAborted();
            if (arrived.incrementAndGet(LINE) == parties) {
                arrived.set(LINE, 0);
                long parked = above == null ? 0 : above.await(side);
                signal.raise();
                return parked;
            }
            long parked = signal.await(seen, place, spinNanos, naps);
            refuseAborted();
            if (parked < 0) {
                throw new WorkerLostException("where " + parties + " of a step's workers meet only " + arrived.get(LINE)
                        + " have come within " + naps + " s");
            }
            return parked;
        }

        private void refuseAborted() {
            if (aborted) {
                throw new StepAbortedException();
            }
        }
    }
}
