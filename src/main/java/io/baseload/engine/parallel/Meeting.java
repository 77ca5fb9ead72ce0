package io.baseload.engine.parallel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * The shared state of a {@link Barrier}: a node for each {@link Group}. The last worker to arrive at a group's node goes on to the parent's node, and releases the others when it returns.
 */
final class Meeting {
    /** Longer than the difference of workers' times for an operator on a quiet machine, so that none parks there; docs/performance.md has the figures. */
    private static final long SPIN_NANOS = 50_000;

    /** With fewer CPUs than threads, a spinning thread may block the one that it waits for. */
    private static final long CROWDED_SPIN_NANOS = 2_000;

    private final long spinNanos;
    private final long naps;
    private final Node[] nodes;

    /** For each worker its node, and its index among the workers of that node. */
    private final Node[] own;

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
        own = new Node[workers];
        sides = new int[workers];
        List<Node> made = new ArrayList<>();
        add(group, null, 0, made);
        nodes = made.toArray(Node[]::new);
    }

    /** The time for which a waiting thread spins before it parks. */
    static long spinNanos(boolean crowded) {
        return crowded ? CROWDED_SPIN_NANOS : SPIN_NANOS;
    }

    private void add(Group group, @Nullable Node above, int side, List<Node> made) {
        int[] coming = group.coming();
        Node node = new Node(coming, above, side);
        made.add(node);
        for (int i = 0; i < coming.length; i++) {
            if (group.parts().isEmpty()) {
                own[coming[i]] = node;
                sides[coming[i]] = i;
            } else {
                add(group.parts().get(i), node, i, made);
            }
        }
    }

    /** Sets the number of workers that arrive from now on. Must be called while no worker waits; the caller publishes the change to all workers. */
    void expect(int active) {
        for (Node node : nodes) {
            node.parties = Group.among(node.coming, active);
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
        for (Node node : nodes) {
            node.aborted = true;
            node.signal.raise();
        }
    }

    /** Makes an aborted meeting usable again; no worker may be waiting. */
    void reset() {
        for (Node node : nodes) {
            node.arrived.set(Node.LINE, 0);
            node.aborted = false;
        }
    }

    private final class Node {
        /** The counter has its own cache line. */
        static final int LINE = 32;

        private final int[] coming;
        private final @Nullable Node above;
        private final int side;
        private final Signal signal;
        private final AtomicIntegerArray arrived = new AtomicIntegerArray(2 * LINE);
        private int parties;
        private volatile boolean aborted;

        /** @param side the index, at {@code above}, of the last worker to arrive here */
        Node(int[] coming, @Nullable Node above, int side) {
            this.coming = coming;
            this.above = above;
            this.side = side;
            signal = new Signal(coming.length);
            parties = coming.length;
        }

        long await(int index) {
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
            long parked = signal.await(seen, index, spinNanos, naps);
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
