package io.baseload.engine.parallel;

import java.util.Arrays;

/**
 * The progress of each worker of a step: a number that only it writes, on its own cache line, and that others can wait for. So a worker that needs results of some workers waits only for
 * these, not for all as in a {@link Meeting}.
 *
 * <p>Stamps only increase, also from step to step: a step begins at its number times 2^20. So nothing has to be reset, even if a step has failed and its workers have stopped at different places.
 *
 * <p>Cost: for a stamp one store, and a system call for each parked thread; for waiting the move of a cache line.
 */
final class Stamps {
    private static final int STEP_BITS = 20;

    private final TeamLayout layout;
    private final long spinNanos;
    private final long naps;
    private final Signal[] stamps;
    private int active;
    private volatile boolean aborted;

    /** Parameters as for a {@link Meeting} of all workers. */
    Stamps(TeamLayout layout, boolean crowded, long naps) {
        this.layout = layout;
        this.naps = naps;
        spinNanos = Meeting.spinNanos(crowded);
        stamps = new Signal[layout.workers()];
        Arrays.setAll(stamps, worker -> new Signal(layout.workers()));
        active = layout.workers();
    }

    /** Sets the number of workers that take part from now on; as {@link Meeting#expect}. */
    void expect(int active) {
        this.active = active;
    }

    /** The stamp that each worker counts as having at the beginning of a step, even before it has set it. */
    static long first(long step) {
        return step << STEP_BITS;
    }

    void set(int worker, long stamp) {
        stamps[worker].set(stamp, active);
    }

    /**
     * Waits until the workers of a shard whose shares of {@code units} overlap {@code from … to} have reached a stamp; returns the time for which this thread was parked, in nanoseconds.
     *
     * @throws WorkerLostException if one doesn't reach it
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
            // The stamp is read first: a later abort changes it, so no worker waits for a past change.
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

    /** Makes current and later calls of {@link #await} throw, until {@link #reset}. */
    void abort() {
        aborted = true;
        for (Signal stamp : stamps) {
            stamp.raise();
        }
    }

    /** Makes stamps usable again after an abort, from the next step on. */
    void reset() {
        aborted = false;
    }
}
