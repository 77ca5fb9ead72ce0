package io.baseload.engine.parallel;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.LongSupplier;

/**
 * Chooses the number of workers of a step: the one that makes it fastest on the CPUs that the process really gets. A step is as slow as its slowest worker, so on a machine with other load
 * one worker may be faster than two. Results don't depend on the number.
 *
 * <p>The idea: a wrong number is visible in the time in which a worker was ready to run but didn't (elapsed time, minus its CPU time, minus the time it was parked). The right number is
 * found only by trying. So if a worker is denied more than a tenth of its time, or if there are fewer workers than possible, a trial runs steps alternately with the current number and
 * another one, in blocks longer than the system's time slices, and keeps the faster one. Only steps of the same shape are compared. Steps of many rows get all workers without a trial:
 * there, waiting workers take over work from those that don't get their CPU, and a trial would take seconds.
 *
 * <p>To avoid oscillation, more workers must be faster by 7 % (or by a third of the possible gain, if that is less), fewer workers only as fast, and each trial without a change doubles the
 * time until the next, up to some seconds, so that trials cost about one percent. Under a CPU quota the thresholds are 12 % for more and −10 % for fewer: a process that uses all of its
 * quota is stopped for the rest of each period, including its threads that serve HTTP.
 *
 * <p>Used by one thread at a time; allocates nothing.
 */
final class WorkerCount {
    private static final Logger LOG = System.getLogger(WorkerCount.class.getName());
    private static final long WINDOW_NANOS = 100_000_000;
    private static final long BLOCK_NANOS = 25_000_000;
    private static final int BLOCK_STEPS = 2;
    private static final int BLOCKS = 4;

    /** The longest time of steps of other shapes for which a trial waits. */
    private static final long PATIENCE_NANOS = 500_000_000;

    private static final long MIN_PAUSE_NANOS = 250_000_000;
    private static final long MAX_PAUSE_NANOS = 4_000_000_000L;

    /** The longest pause between trials while workers get all the time that they need, because then more workers may be possible. */
    private static final long MAX_GRANTED_PAUSE_NANOS = 2_000_000_000L;

    private static final double DENIED = 0.1;
    private static final double THROTTLED = 0.01;

    /** The quiet time after which unpinned threads are pinned again. */
    private static final long QUIET_NANOS = 10_000_000_000L;

    private final int least;
    private final int most;
    private final LongSupplier throttled;
    private int current;
    private long now;

    private long windowNanos;
    private long windowDenied;
    private long windowWorstDenied;
    private long throttledBefore;

    /** Whether a quota has ever stopped the process. Never reset: with fewer workers it may not be stopped any more, but the quota is still there. */
    private boolean underQuota;

    private long pauseNanos = MIN_PAUSE_NANOS;
    private long lastTrial;
    private int trials;
    private boolean crowded;
    private long quietSince;

    /** 0 = no trial. */
    private int candidate;

    /** The shape of the longest step of the last window; trials compare steps of this shape. */
    private long shape;

    private long longestNanos;
    private int block;
    private long blockNanos;
    private int blockSteps;
    private long otherNanos;
    private final long[] nanos = new long[2];
    private final int[] steps = new int[2];

    /** @param throttled the total time for which the CPU quota has stopped the process, in nanoseconds */
    WorkerCount(int least, int most, long now, LongSupplier throttled) {
        this.least = least;
        this.most = most;
        this.throttled = throttled;
        current = most;
        lastTrial = now;
        quietSince = now;
        throttledBefore = throttled.getAsLong();
    }

    /**
     * The number of workers of the next step.
     *
     * @param divisible the value of {@link Step#divisible}: such steps get all workers, unless a quota prevents it, because a trial would take seconds
     */
    int next(boolean divisible) {
        if (divisible && !underQuota) {
            return most;
        }
        return candidate > 0 && block % 2 == 0 ? candidate : current;
    }

    /** Whether other processes use the CPUs as well, so that no thread should be pinned. */
    boolean crowded() {
        return crowded;
    }

    /**
     * Records the times of a step.
     *
     * @param now the time of its end
     * @param divisible as for {@link #next}; divisible steps take no part in trials
     * @param shape the value of {@link Step#shape}
     * @param tookNanos its duration
     * @param deniedNanos total time in which its workers were ready to run but didn't
     * @param worstDeniedNanos the largest such time of one worker
     */
    void note(long now, boolean divisible, long shape, long tookNanos, long deniedNanos, long worstDeniedNanos) {
        this.now = now;
        if (divisible && !underQuota) {
            noteCrowd(stopped(tookNanos) || worstDeniedNanos > DENIED * tookNanos);
            return;
        }
        if (candidate > 0) {
            tryOn(shape, tookNanos);
            return;
        }
        if (tookNanos > longestNanos) {
            longestNanos = tookNanos;
            this.shape = shape;
        }
        windowNanos += tookNanos;
        windowDenied += deniedNanos;
        windowWorstDenied += worstDeniedNanos;
        if (windowNanos >= WINDOW_NANOS) {
            judgeWindow();
            windowNanos = 0;
            longestNanos = 0;
            windowDenied = 0;
            windowWorstDenied = 0;
        }
    }

    /** Whether the quota has stopped the process for a noticeable part of this time. */
    private boolean stopped(long nanos) {
        long throttledNow = throttled.getAsLong();
        boolean stopped = throttledNow - throttledBefore > THROTTLED * nanos;
        throttledBefore = throttledNow;
        underQuota |= stopped;
        return stopped;
    }

    private void judgeWindow() {
        boolean denied = stopped(windowNanos) || windowWorstDenied > DENIED * windowNanos;
        noteCrowd(denied || current < most);
        long pause = denied ? pauseNanos : Math.min(pauseNanos, MAX_GRANTED_PAUSE_NANOS);
        if (now - lastTrial >= pause) {
            int other = denied ? otherIfDenied() : otherIfGranted();
            if (other != current) {
                begin(other);
            }
        }
    }

    private void noteCrowd(boolean here) {
        if (here) {
            crowded = true;
            quietSince = now;
        } else if (now - quietSince > QUIET_NANOS) {
            crowded = false;
        }
    }

    /** Alternates between the number granted on average, one more, and one less. */
    private int otherIfDenied() {
        int lost = (int) Math.round((double) windowDenied / windowNanos);
        int other = switch (trials % 3) {
            case 0 -> current - Math.max(1, lost);
            case 1 -> current + 1;
            default -> current - 1;
        };
        int possible = Math.clamp(other, least, most);
        if (possible != current) {
            return possible;
        }
        return current == least ? Math.min(least + 1, most) : current - 1;
    }

    /** Alternates between all, and one more. */
    private int otherIfGranted() {
        return trials % 2 == 0 ? most : Math.min(most, current + 1);
    }

    private void begin(int other) {
        trials++;
        candidate = other;
        block = 0;
        blockNanos = 0;
        blockSteps = 0;
        otherNanos = 0;
        nanos[0] = nanos[1] = 0;
        steps[0] = steps[1] = 0;
    }

    private void tryOn(long shape, long tookNanos) {
        if (shape != this.shape) {
            otherNanos += tookNanos;
            if (otherNanos > PATIENCE_NANOS) {
                end(false);
            }
            return;
        }
        nanos[block % 2] += tookNanos;
        steps[block % 2]++;
        blockNanos += tookNanos;
        blockSteps++;
        if (blockNanos >= BLOCK_NANOS && blockSteps >= BLOCK_STEPS) {
            block++;
            blockNanos = 0;
            blockSteps = 0;
            if (block == BLOCKS) {
                end(candidateIsBetter());
            }
        }
    }

    private boolean candidateIsBetter() {
        double tried = (double) nanos[0] / steps[0];
        double known = (double) nanos[1] / steps[1];
        if (candidate > current) {
            double possible = 1 - (double) current / candidate;
            return tried <= known * (1 - (underQuota ? 0.12 : Math.min(possible / 3, 0.07)));
        }
        return tried <= known * (underQuota ? 1.1 : 1);
    }

    private void end(boolean better) {
        if (better) {
            LOG.log(Level.DEBUG, "{0} workers instead of {1}", candidate, current);
            current = candidate;
            pauseNanos = Math.max(pauseNanos / 2, MIN_PAUSE_NANOS);
            trials = 0;
        } else {
            pauseNanos = Math.min(2 * pauseNanos, MAX_PAUSE_NANOS);
        }
        candidate = 0;
        lastTrial = now;
    }
}
