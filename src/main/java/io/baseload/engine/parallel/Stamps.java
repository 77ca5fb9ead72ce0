package io.baseload.engine.parallel;

import java.util.Arrays;

/**
 * How far each worker of a step has come: a number that it alone writes, on a cache line of its own, and that others wait for. So who needs what some workers have computed waits for these, and not for all as in
 * a {@link Meeting}.
 *
 * <p>Stamps only grow, also from step to step: a step begins at its number times 2^20. So nothing has to be set back, not even when a step has failed and its workers have come to different places.
 *
 * <p>Cost: a worker's stamp is a store, and a system call for each thread that is parked; waiting for it is the move of a cache line.
 */
final class Stamps {
    private static final int STEP_BITS = 20;

    private final TeamLayout layout;
    private final long spinNanos;
    private final long naps;
    private final Signal[] stamps;
    private int active;
    private volatile boolean aborted;

    /** As for a {@link Meeting} of all workers. */
    Stamps(TeamLayout layout, boolean crowded, long naps) {
        this.layout = layout;
        this.naps = naps;
        spinNanos = Meeting.spinNanos(crowded);
        stamps = new Signal[layout.workers()];
        Arrays.setAll(stamps, worker -> new Signal(layout.workers()));
        active = layout.workers();
    }

    /** That only the first workers take part from now on; as {@link Meeting#expect}. */
    void expect(int active) {
        this.active = active;
    }

    /** The stamp that each worker has at the beginning of a step, whether or not it has set it. */
    static long first(long step) {
        return step << STEP_BITS;
    }

    void set(int worker, long stamp) {
        stamps[worker].set(stamp, active);
    }

    /**
     * Waits until those workers of a shard have come to a stamp whose shares of {@code units} have some of {@code from … to}; returns how long this thread was parked, in nanoseconds.
     *
     * @throws WorkerLostException if one doesn't come
     * @throws StepAbortedException if the step is aborted
     */
    long await(int self, long stamp, int shard, int from, int to, int units) {
        int count = layout.workers(shard, active);
        long parked = 0;
        for (int place = first(from, count, units); place < count && Step.share(place, count, units) < to; place++) {
            parked += await(self, stamp, place * layout.shards() + shard);
        }
        return parked;
    }

    /** The last of {@code count} workers whose share begins at {@code from} or before. */
    private static int first(int from, int count, int units) {
        return (int) (((from + 1L) * count - 1) / units);
    }

    private long await(int self, long stamp, int worker) {
        Signal signal = stamps[worker];
        long parked = 0;
        while (true) {
            // First the stamp: an abort behind this changes it, so that nobody waits for what has been.
            long seen = signal.value();
            if (aborted) {
                throw new StepAbortedException();
            }
            if (seen >= stamp) {
                return parked;
            }
            long slept = signal.await(seen, self, spinNanos, naps);
            if (slept < 0) {
                throw new WorkerLostException("worker " + worker + " hasn't computed its slice within " + naps + " s");
            }
            parked += slept;
        }
    }

    /** Sends everyone who waits or will wait away with an exception, until {@link #reset}. */
    void abort() {
        aborted = true;
        for (Signal stamp : stamps) {
            stamp.raise();
        }
    }

    /** Makes them usable again, from the next step on. */
    void reset() {
        aborted = false;
    }
}
