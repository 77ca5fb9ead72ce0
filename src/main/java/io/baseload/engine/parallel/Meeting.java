package io.baseload.engine.parallel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * What the sides of a {@link Barrier} share: a place for each {@link Group}. Whoever comes last to the place of a group goes on to the place above, and lets the others go when it comes
 * back from there.
 */
final class Meeting {
    /** Longer than the shares of an operator differ on a quiet machine, so that nobody parks there; docs/performance.md has the figures. */
    private static final long SPIN_NANOS = 50_000;

    /** With fewer CPUs than threads, whoever spins may keep the one from running that it waits for. */
    private static final long CROWDED_SPIN_NANOS = 2_000;

    private final long spinNanos;
    private final long naps;
    private final Place[] places;

    /** By worker, where it comes to, and as which one of those who come there. */
    private final Place[] own;

    private final int[] sides;

    /**
     * @param group who meets
     * @param workers how many there are, of whom only some may meet here
     * @param crowded whether there are fewer CPUs than threads
     * @param naps how many of {@link Signal}'s naps long the last may keep the others waiting
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

    /** How long a thread that waits for another spins before it parks. */
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

    /** That only the first workers come from now on; while nobody waits, and made known to all by who calls this. */
    void expect(int active) {
        for (Place place : places) {
            place.parties = Group.among(place.coming, active);
        }
    }

    /**
     * Waits for the others; returns how long this thread was parked, in nanoseconds.
     *
     * @throws WorkerLostException if one doesn't come
     * @throws StepAbortedException if the meeting is or was aborted
     */
    long await(int worker) {
        return own[worker].await(sides[worker]);
    }

    /** Sends everyone who waits or will come away with an exception, until {@link #reset}. */
    void abort() {
        for (Place place : places) {
            place.aborted = true;
            place.signal.raise();
        }
    }

    /** Makes an aborted meeting usable again; nobody may be in it. */
    void reset() {
        for (Place place : places) {
            place.arrived.set(Place.LINE, 0);
            place.aborted = false;
        }
    }

    private final class Place {
        /** The counter stands on a cache line of its own. */
        static final int LINE = 32;

        private final int[] coming;
        private final @Nullable Place above;
        private final int side;
        private final Signal signal;
        private final AtomicIntegerArray arrived = new AtomicIntegerArray(2 * LINE);
        private int parties;
        private volatile boolean aborted;

        /** @param side which one of those who come above the last one here is */
        Place(int[] coming, @Nullable Place above, int side) {
            this.coming = coming;
            this.above = above;
            this.side = side;
            signal = new Signal(coming.length);
            parties = coming.length;
        }

        long await(int place) {
            // First the signal: an abort between the two changes it, so that nobody waits for what has been.
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
