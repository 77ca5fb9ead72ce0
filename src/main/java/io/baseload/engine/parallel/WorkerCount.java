package io.baseload.engine.parallel;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.LongSupplier;

/**
 * How many workers a step gets: as many as make it fastest on the CPUs that the system really grants. A step is as slow as its slowest worker, so on a machine that
 * others use as well one worker may do more than two. Results don't depend on the number.
 *
 * <p>The idea: that something is wrong shows in the time in which a worker wanted to run and didn't (time that passed, less its CPU time, less the time it was
 * parked). What is right shows only by trying. So when a worker is denied more than a tenth of its time, or when there are fewer workers than there could be, a trial
 * runs steps with the number at hand and with another one in turn, in blocks that are longer than the system's time slices, and the faster one stays. Only steps
 * of one shape are compared. Steps of many rows get all workers without a trial: who waits there takes work over from who is denied its CPU, and a trial would take seconds.
 *
 * <p>Against oscillation: more workers must be faster by 7 % (or by a third of what they could bring, if that is less), fewer only as fast, and each trial that changes nothing doubles the time until the next, up to some
 * seconds, so that trials cost about a hundredth. Under a CPU quota the bars are 12 % for more and −10 % for fewer: a process that uses all of its quota is stopped
 * as a whole for the rest of each period, and its other threads, which serve HTTP, with it.
 *
 * <p>Used by one thread at a time; allocates nothing.
 */
final class WorkerCount {
    private static final Logger LOG = System.getLogger(WorkerCount.class.getName());
    private static final long WINDOW_NANOS = 100_000_000;
    private static final long BLOCK_NANOS = 25_000_000;
    private static final int BLOCK_STEPS = 2;
    private static final int BLOCKS = 4;

    /** Time of steps of other shapes that a trial sits out. */
    private static final long PATIENCE_NANOS = 500_000_000;

    private static final long SHORTEST_PAUSE_NANOS = 250_000_000;
    private static final long MAX_PAUSE_NANOS = 4_000_000_000L;

    /** As long as workers get all that they want, there may be room for more of them. */
    private static final long MAX_GRANTED_PAUSE_NANOS = 2_000_000_000L;

    private static final double DENIED = 0.1;
    private static final double THROTTLED = 0.01;

    /** When threads that were set free go back to CPUs of their own. */
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
    private boolean underQuota;

    private long pauseNanos = SHORTEST_PAUSE_NANOS;
    private long lastTrial;
    private int trials;
    private boolean crowded;
    private long quietSince;

    /** 0 = no trial. */
    private int candidate;

    /** Of the longest step of the last window; those are what trials compare. */
    private long shape;

    private long longestNanos;
    private int block;
    private long blockNanos;
    private int blockSteps;
    private long otherNanos;
    private final long[] nanos = new long[2];
    private final int[] steps = new int[2];

    /** @param throttled how long the process was stopped by its CPU quota until now, in nanoseconds */
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
     * Workers of the next step.
     *
     * @param divisible as {@link Step#divisible} says: such steps get all workers, unless a quota forbids it. A trial of them would cost seconds
     */
    int next(boolean divisible) {
        if (divisible && !underQuota) {
            return most;
        }
        return candidate > 0 && block % 2 == 0 ? candidate : current;
    }

    /** Whether others use the CPUs as well, so that no thread should insist on one. */
    boolean crowded() {
        return crowded;
    }

    /**
     * Notes how a step went.
     *
     * @param now when it ended
     * @param divisible as for {@link #next}; such a step is no part of any trial
     * @param shape the same for steps that do the same work
     * @param tookNanos from its start to its end
     * @param deniedNanos in which its workers wanted to run and didn't, all together
     * @param worstDeniedNanos the largest part of one worker in that
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

    /** Whether the process was stopped by its quota for a noticeable part of this time. */
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

    /** In turn what is granted on average, one more, one less. */
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

    /** In turn all, and one more. */
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
            pauseNanos = Math.max(pauseNanos / 2, SHORTEST_PAUSE_NANOS);
            trials = 0;
        } else {
            pauseNanos = Math.min(2 * pauseNanos, MAX_PAUSE_NANOS);
        }
        candidate = 0;
        lastTrial = now;
    }
}
