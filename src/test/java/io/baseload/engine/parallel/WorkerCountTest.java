package io.baseload.engine.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

/** Steps on simulated machines: functions that give the duration of a step for a number of workers, and the time that they are denied. */
class WorkerCountTest {
    private static final long MILLI = 1_000_000;

    private long now;
    private long stopped;
    private long shape = 1;
    private boolean divisible;

    private WorkerCount count(int most) {
        return new WorkerCount(1, most, now, () -> stopped);
    }

    /** Runs for some seconds; returns which part of the steps had {@code workers}. */
    private double part(WorkerCount count, int seconds, int workers, IntToLongFunction nanos, double denied) {
        long end = now + seconds * 1_000L * MILLI;
        int matching = 0;
        int steps = 0;
        while (now < end) {
            int active = count.next(divisible);
            long took = nanos.applyAsLong(active);
            now += took;
            long each = (long) (took * denied);
            count.note(now, divisible, shape, took, active * each, each);
            matching += active == workers ? 1 : 0;
            steps++;
        }
        return (double) matching / steps;
    }

    @Test
    void aFreeMachineGivesAllWorkersAllTheTime() {
        assertEquals(1, part(count(4), 60, 4, workers -> 8 * MILLI / workers, 0.02));
    }

    @Test
    void whereOneIsFasterThanTwoOneWorksAndTwoDoAgainWhenTheOthersAreGone() {
        WorkerCount count = count(2);
        assertTrue(part(count, 60, 1, workers -> workers == 1 ? 20 * MILLI : 30 * MILLI, 0.3) > 0.97);
        assertTrue(count.crowded());
        assertTrue(part(count, 60, 2, workers -> 14 * MILLI / workers, 0.01) > 0.95);
        assertFalse(count.crowded());
    }

    @Test
    void twoThatAreDeniedTimeStayIfOneIsSlower() {
        assertTrue(part(count(2), 60, 2, workers -> 30 * MILLI / workers, 0.3) > 0.97);
    }

    @Test
    void equalSpeedsDoNotSwing() {
        WorkerCount count = count(2);
        part(count, 10, 1, workers -> 20 * MILLI, 0.3);
        assertTrue(part(count, 60, 1, workers -> 20 * MILLI, 0.3) > 0.97);
    }

    @Test
    void oneNeighbourAmongManyCostsOneWorker() {
        WorkerCount count = count(16);
        IntToLongFunction nanos = workers -> (workers == 16 ? 32 : 16) * 10L * MILLI / workers;
        part(count, 20, 15, nanos, 0.2);
        assertTrue(part(count, 60, 15, nanos, 0) > 0.9);
    }

    @Test
    void underAQuotaAWorkerIsGivenUpForOtherThreads() {
        assertOneOfEightIsGivenUpUnderAQuota();
    }

    private void assertOneOfEightIsGivenUpUnderAQuota() {
        WorkerCount count = count(8);
        IntToLongFunction nanos = workers -> {
            stopped += workers == 8 ? 2 * MILLI : 0;
            return workers == 8 ? 20 * MILLI : 21 * MILLI * 7 / workers;
        };
        part(count, 20, 7, nanos, 0);
        assertTrue(part(count, 60, 7, nanos, 0) > 0.9);
    }

    @Test
    void aTrialComparesOnlyStepsOfOneShape() {
        WorkerCount count = count(2);
        part(count, 1, 2, workers -> 5 * MILLI, 0);
        IntToLongFunction nanos = workers -> {
            shape = 1 - shape;
            return shape == 0 ? MILLI : (workers == 2 ? 40 : 30) * MILLI;
        };
        part(count, 20, 1, nanos, 0.3);
        assertTrue(part(count, 20, 1, nanos, 0.3) > 0.9);
    }

    @Test
    void divisibleStepsHaveAllWorkersAndNoTrials() {
        divisible = true;
        assertEquals(1, part(count(4), 60, 4, workers -> 2_000 * MILLI, 0.4));
    }

    @Test
    void underAQuotaDivisibleStepsAreTriedLikeOthers() {
        divisible = true;
        assertOneOfEightIsGivenUpUnderAQuota();
    }

    @Test
    void notingAllocatesNothing() {
        WorkerCount count = count(2);
        IntToLongFunction nanos = workers -> 10 * MILLI;
        part(count, 60, 2, nanos, 0.3);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 2_000 && allocated >= 1_000; round++) { // the JVM itself does it now and then
            long before = threads.getCurrentThreadAllocatedBytes();
            part(count, 60, 2, nanos, 0.3);
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertTrue(allocated < 1_000, allocated + " bytes");
    }
}
