package io.baseload.engine.parallel;

import java.util.ArrayList;
import java.util.List;

/**
 * Passes the beginning of a step to all workers: worker 0 wakes the representatives of groups ({@link Group}), and each of these wakes its group. Waking a parked thread is a system call, so
 * if one thread woke all others, it would be the last to begin.
 */
final class WakeUp {
    /** The signal that each worker waits for, and its place there; none for worker 0. */
    private final Signal[] waits;

    private final int[] sides;

    /** The groups that each worker wakes, the largest first. */
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

    /** Called by each worker once it is woken, by worker 0 first: wakes those of the first {@code active} workers that wait for this one. */
    void pass(int worker, long value, int active) {
        for (Relay relay : relays[worker]) {
            relay.tell(value, active);
        }
    }

    /** Wakes all workers, including those that wait for one that has ended. */
    void passToAll(long value) {
        for (Relay[] some : relays) {
            for (Relay relay : some) {
                relay.tell(value, Integer.MAX_VALUE);
            }
        }
    }

    /** Waits for a value other than {@code seen}, and returns it. */
    long await(int worker, long seen, long spinNanos) {
        waits[worker].await(seen, sides[worker], spinNanos);
        return waits[worker].value();
    }
}
