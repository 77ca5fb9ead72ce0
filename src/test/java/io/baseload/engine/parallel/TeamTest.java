package io.baseload.engine.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.baseload.testing.Patience;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class TeamTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void everyWorkerSeesWhatAllWroteBeforeTheBarrier(int workers) {
        int rounds = 2_000;
        long[] sums = new long[workers];
        int[] values = new int[workers * 32];
        try (Team team = new Team(workers, true)) {
            team.run((worker, all, barrier) -> {
                for (int round = 1; round <= rounds; round++) {
                    values[worker * 32] = round;
                    barrier.await();
                    sums[worker] += Arrays.stream(values).sum();
                    barrier.await();
                }
            });
        }
        long expected = (long) workers * rounds * (rounds + 1) / 2;
        assertTrue(Arrays.stream(sums).allMatch(sum -> sum == expected), Arrays.toString(sums));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aFailureReachesTheCallerAndTheTeamGoesOn(int culprit) {
        try (Team team = new Team(3, true)) {
            for (int i = 0; i < 20; i++) {
                assertThrows(
                        ArithmeticException.class,
                        () -> team.run((worker, all, barrier) -> {
                            if (worker == culprit) {
                                throw new ArithmeticException();
                            }
                            barrier.await();
                        }));
                int[] ran = new int[3];
                team.run((worker, all, barrier) -> ran[worker] = 1);
                assertEquals(3, Arrays.stream(ran).sum());
            }
        }
    }

    @Test
    void aStepAfterWorkersHaveParkedRunsOnAll() throws InterruptedException {
        try (Team team = new Team(3, true)) {
            for (int i = 0; i < 20; i++) {
                int[] ran = new int[3];
                team.run((worker, all, barrier) -> ran[worker] = 1);
                assertEquals(3, Arrays.stream(ran).sum());
                Thread.sleep(5);
            }
        }
    }

    @Test
    void idleWorkersUseNoCpu() throws InterruptedException {
        Thread[] worker = new Thread[2];
        try (Team team = new Team(2, true)) {
            team.run((self, all, barrier) -> worker[self] = Thread.currentThread());
            Patience.await()
                    .until(() -> worker[1].getState() == Thread.State.WAITING
                            || worker[1].getState() == Thread.State.TIMED_WAITING);
            long before = THREADS.getThreadCpuTime(worker[1].threadId());
            Thread.sleep(300);
            long used = THREADS.getThreadCpuTime(worker[1].threadId()) - before;
            assertTrue(used < Duration.ofMillis(100).toNanos(), used + " ns of CPU in 300 ms");
        }
    }

    @Test
    void aStepAllocatesNothing() {
        int[] ran = new int[2];
        Step step = (worker, all, barrier) -> {
            barrier.await();
            ran[worker]++;
        };
        try (Team team = new Team(2, true)) {
            for (int i = 0; i < 1_000; i++) {
                team.run(step);
            }
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1_000; i++) {
                team.run(step);
            }
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            assertTrue(allocated < 1_000, allocated + " bytes");
        }
        assertEquals(2_000, ran[0]);
    }

    @Test
    void closingEndsTheThreads() throws InterruptedException {
        Thread[] threads = new Thread[3];
        try (Team team = new Team(3, true)) {
            team.run((worker, all, barrier) -> threads[worker] = Thread.currentThread());
        }
        for (int worker = 1; worker < 3; worker++) {
            assertTrue(threads[worker].join(Patience.LIMIT));
        }
    }

    @Test
    void sharesCoverEverythingOnce() {
        assertEquals(0, Step.share(0, 3, 10));
        assertEquals(3, Step.share(1, 3, 10));
        assertEquals(6, Step.share(2, 3, 10));
        assertEquals(10, Step.share(3, 3, 10));
    }

    @Test
    void cpuListsAreRead() {
        assertEquals(List.of(0, 1, 2, 3, 8, 10, 11), Cpus.parse("\t0-3,8,10-11\n"));
    }

    @Test
    void underAQuotaNothingIsPinned() {
        assertTrue(new Cpus(List.of(0, 1, 2, 3), 4, 4).mayPin(4));
        assertEquals(false, new Cpus(List.of(0, 1, 2, 3), 4, 2).mayPin(2));
        assertEquals(2, new Cpus(List.of(0, 2, 1, 3), 2, 4).workers());
    }
}
