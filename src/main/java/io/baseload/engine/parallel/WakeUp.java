package io.baseload.engine.parallel;

import java.util.ArrayList;
import java.util.List;

/**
 * How the beginning of a step reaches all workers: worker 0 tells those who stand for groups ({@link Group}), and each passes it on in its own. To wake a parked thread is a system call, so
 * one thread that wakes all others would be the last to begin.
 */
final class WakeUp {
    /** What each worker waits for, and as which one of those who do; nothing for worker 0. */
    private final Signal[] waits;

    private final int[] sides;

    /** Whom each worker tells, the largest group first. */
    private final Relay[][] relays;

    private record Relay(Signal signal, int[] coming) {
        void tell(long value, int active) {
            signal.set(value, Group.among(coming, active));
        }
    }

    WakeUp(Group all) {
        int workers = all.workers().size();
        waits = new Signal[workers];
        sides = new int[workers];
        List<List<Relay>> found = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            found.add(new ArrayList<>());
        }
        add(all, found);
        relays = found.stream().map(list -> list.toArray(Relay[]::new)).toArray(Relay[][]::new);
    }

    private void add(Group group, List<List<Relay>> found) {
        int[] coming = group.coming();
        if (coming.length > 1) {
            Signal signal = new Signal(coming.length);
            found.get(coming[0]).add(new Relay(signal, coming));
            for (int i = 1; i < coming.length; i++) {
                waits[coming[i]] = signal;
                sides[coming[i]] = i;
            }
        }
        group.parts().forEach(part -> add(part, found));
    }

    /** By each worker as soon as it knows, by worker 0 first: tells those among the first {@code active} workers who wait for this one. */
    void pass(int worker, long value, int active) {
        for (Relay relay : relays[worker]) {
            relay.tell(value, active);
        }
    }

    /** Tells all at once, also those who wait for one that has ended. */
    void passToAll(long value) {
        for (Relay[] some : relays) {
            for (Relay relay : some) {
                relay.tell(value, Integer.MAX_VALUE);
            }
        }
    }

    /** Waits for another value than the one that this worker has seen, and returns it. */
    long await(int worker, long seen, long spinNanos) {
        waits[worker].await(seen, sides[worker], spinNanos);
        return waits[worker].value();
    }
}
