package io.baseload.engine.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.baseload.testing.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, unit = TimeUnit.MINUTES)
class TeamTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** A team whose steps all have all workers, however crowded the machine is. */
    private static Team all(int workers) {
        return Team.ofAll(TeamLayout.single(workers), true);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void everyWorkerSeesWhatAllWroteBeforeTheBarrier(int workers) {
        try (Team team = all(workers)) {
            seesWhatAllWrote(team, 2_000);
        }
    }

    /** Two nodes of two caches, with one to four workers each, and of each shard. */
    @ParameterizedTest
    @ValueSource(ints = {5, 8, 13})
    void theSameInATree(int workers) {
        List<List<Integer>> nodes = List.of(List.of(100, 101, 102, 103), List.of(104, 105, 106, 107));
        List<List<Integer>> caches =
                List.of(List.of(100, 101), List.of(102, 103), List.of(104, 105), List.of(106, 107));
        List<Integer> every = nodes.stream().flatMap(List::stream).toList();
        for (List<List<Integer>> shards : List.of(List.of(every), nodes)) {
            var layout = new TeamLayout(workers, shards, nodes, List.of(nodes, caches));
            try (Team team = new Team(layout, workers, false, 120)) {
                for (int i = 0; i < 3; i++) {
                    seesWhatAllWrote(team, 100);
                    assertThrows(
                            ArithmeticException.class,
                            () -> team.run((worker, all, barrier) -> {
                                if (worker == workers - 2) {
                                    throw new ArithmeticException();
                                }
                                barrier.await();
                            }));
                }
            }
        }
    }

    private static void seesWhatAllWrote(Team team, int rounds) {
        int workers = team.workers();
        long[] sums = new long[workers];
        int[] values = new int[workers * 32];
        team.run((worker, all, barrier) -> {
            for (int round = 1; round <= rounds; round++) {
                values[worker * 32] = round;
                barrier.await();
                sums[worker] += Arrays.stream(values).sum();
                barrier.await();
            }
        });
        long expected = (long) workers * rounds * (rounds + 1) / 2;
        assertTrue(Arrays.stream(sums).allMatch(sum -> sum == expected), Arrays.toString(sums));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aFailureReachesTheCallerAndTheTeamGoesOn(int culprit) {
        try (Team team = all(3)) {
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
        try (Team team = all(3)) {
            for (int i = 0; i < 20; i++) {
                int[] ran = new int[3];
                team.run((worker, all, barrier) -> ran[worker] = 1);
                assertEquals(3, Arrays.stream(ran).sum());
                Thread.sleep(5);
            }
        }
    }

    @Test
    void idleWorkersSleepAfterEachStep() {
        int steps = 10;
        long[] ids = new long[2];
        Step step = (self, all, barrier) -> ids[self] = Thread.currentThread().threadId();
        try (Team team = all(2)) {
            team.run(step);
            long first = sleeps(ids[1], 0);
            long last = first;
            for (int i = 0; i < steps; i++) {
                team.run(step);
                last = sleeps(ids[1], last);
            }
            // one for each step, and perhaps some while it waits for the step's end; a thread that naps has many more
            assertTrue(last - first < 5L * steps, last - first + " sleeps");
        }
    }

    /** How often a thread has begun to wait, once it waits without a limit and that has happened more than {@code before} times. */
    private static long sleeps(long thread, long before) {
        return Patience.await()
                .until(
                        () -> THREADS.getThreadInfo(thread),
                        info -> info.getThreadState() == Thread.State.WAITING && info.getWaitedCount() > before)
                .getWaitedCount();
    }

    @Test
    void aStepAllocatesNothing() {
        int[] ran = new int[2];
        Step step = (worker, all, barrier) -> {
            barrier.await();
            ran[worker]++;
        };
        try (Team team = all(2)) {
            for (int i = 0; i < 1_000; i++) {
                team.run(step);
            }
            int rounds = 0;
            long allocated = Long.MAX_VALUE;
            // The JVM allocates something now and then, and until its compiler has come to the step, which takes long
            // on a busy machine; a step that allocates does it in each round.
            for (; rounds < 2_000 && allocated >= 1_000; rounds++) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 1_000; i++) {
                    team.run(step);
                }
                allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            }
            assertTrue(allocated < 1_000, allocated + " bytes");
            assertEquals(1_000 * (1 + rounds), ran[0]);
        }
    }

    @Test
    void closingEndsTheThreads() throws InterruptedException {
        Thread[] threads = new Thread[3];
        try (Team team = all(3)) {
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
        List<Integer> four = List.of(0, 1, 2, 3);
        List<List<Integer>> cores = four.stream().map(List::of).toList();
        var layout = new TeamLayout(4, List.of(four));
        assertTrue(layout.mayPin(new Cpus(cores, 4)));
        assertEquals(false, layout.mayPin(new Cpus(cores, 2)));
        assertEquals(false, new TeamLayout(5, List.of(four)).mayPin(new Cpus(cores, 4)));
    }

    @Test
    void aCoreHasOneWorker() {
        Cpus pairs = new Cpus(List.of(List.of(0, 1), List.of(2, 3)), 4);
        assertEquals(List.of(0, 2, 1, 3), pairs.cpus());
        assertEquals(2, pairs.workers(pairs.cpus()));
    }

    @Test
    void workersAreSpreadOverShards() {
        TeamLayout layout = TeamLayout.unbound(5, 2);
        assertEquals(
                List.of(0, 1, 0, 1, 0),
                IntStream.range(0, 5).map(layout::shard).boxed().toList());
        assertEquals(
                List.of(0, 0, 1, 1, 2),
                IntStream.range(0, 5).map(layout::place).boxed().toList());
        assertEquals(3, layout.workers(0, 5));
        assertEquals(2, layout.workers(1, 5));
        assertEquals(1, layout.workers(1, 2));
        assertThrows(IllegalArgumentException.class, () -> TeamLayout.unbound(1, 2));
    }

    @Test
    void shardsMeetByThemselves() {
        int rounds = 500;
        int[] counts = new int[5 * 32];
        try (Team team = new Team(TeamLayout.unbound(5, 2), 5, true, 120)) {
            int[] sums = new int[5];
            team.run((worker, all, barrier) -> {
                for (int round = 1; round <= rounds * (1 + worker % 2); round++) {
                    counts[worker * 32] = round;
                    barrier.awaitShard();
                    for (int other = worker % 2; other < 5; other += 2) {
                        sums[worker] += counts[other * 32] == round ? 0 : 1;
                    }
                    barrier.awaitShard();
                }
                barrier.await();
                sums[worker] += counts[(worker + 1) % 5 * 32] == rounds * (1 + (worker + 1) % 5 % 2) ? 0 : 1;
            });
            assertEquals(0, Arrays.stream(sums).sum(), Arrays.toString(sums));
        }
    }

    /** Of six shards, 0 and 3, 1 and 4, 2 and 5 together; then all six by themselves again, also behind a step that fails. */
    @Test
    void aStepOfFewerShardsHasTheWorkersOfSeveralInEach() {
        try (Team team = new Team(TeamLayout.unbound(7, 6), 7, false, Team.LOST_NAPS)) {
            for (int round = 0; round < 20; round++) {
                for (int shards : new int[] {3, 6, 1, 2}) {
                    assertEquals(0, missed(team, shards), shards + " shards");
                }
                assertThrows(
                        ArithmeticException.class,
                        () -> team.run(inShards(3, (worker, all, barrier) -> {
                            if (worker == 4) {
                                throw new ArithmeticException();
                            }
                            barrier.awaitShard();
                        })));
            }
        }
    }

    /** What workers don't see of what those of their shard, and of the next one, wrote before. */
    private static int missed(Team team, int shards) {
        int[] written = new int[7 * 32];
        int[] missed = new int[7];
        team.run(inShards(shards, (worker, all, barrier) -> {
            written[worker * 32] = 1;
            barrier.awaitShard();
            for (int other = worker % shards; other < 7; other += shards) {
                missed[worker] += 1 - written[other * 32];
            }
            barrier.post();
            int next = (worker + 1) % shards;
            barrier.awaitPosts(next, 0, 1, 1);
            for (int other = next; other < 7; other += shards) {
                missed[worker] += 1 - written[other * 32];
            }
        }));
        return Arrays.stream(missed).sum();
    }

    private static Step inShards(int shards, Step step) {
        return new Step() {
            @Override
            public void run(int worker, int workers, Barrier barrier) {
                step.run(worker, workers, barrier);
            }

            @Override
            public int shards() {
                return shards;
            }
        };
    }

    /** Worker 3, whose slice worker 0 doesn't need, comes only when that has gone on. */
    @Test
    void waitingForASliceWaitsForItsWorkersAlone() {
        var gone = new CountDownLatch(1);
        try (Team team = new Team(TeamLayout.unbound(4, 2), 4, false, Team.LOST_NAPS)) {
            int[] slices = new int[4];
            team.run((worker, all, barrier) -> {
                if (worker == 3) {
                    waitFor(gone);
                }
                slices[worker] = worker + 1;
                barrier.post();
                if (worker == 0) {
                    barrier.awaitPosts(1, 0, 1, 2);
                    assertEquals(2, slices[1]);
                    gone.countDown();
                }
                barrier.awaitPosts(1, 1, 2, 2);
                assertEquals(4, slices[3]);
            });
        }
    }

    @Test
    void postsAreThoseOfTheStepAlsoBehindOneThatFailed() {
        try (Team team = new Team(TeamLayout.unbound(2, 2), 2, false, Team.LOST_NAPS)) {
            Step failing = (worker, all, barrier) -> {
                barrier.post();
                barrier.post();
                if (worker == 1) {
                    throw new IllegalStateException("expected");
                }
                barrier.post();
                barrier.awaitPosts(1, 0, 1, 1);
            };
            int[] seen = new int[2];
            for (int step = 1; step <= 100; step++) {
                assertThrows(IllegalStateException.class, () -> team.run(failing));
                int number = step;
                team.run((worker, all, barrier) -> {
                    seen[worker] = number;
                    barrier.post();
                    barrier.awaitPosts(1 - worker, 0, 1, 1);
                    assertEquals(number, seen[1 - worker]);
                });
            }
        }
    }

    /** It can't be ended, so the team is of no use any more; but nobody waits for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"in a step", "before a barrier", "before a slice"})
    void aWorkerThatHangsIsGivenUp(String where) throws InterruptedException {
        var ever = new CountDownLatch(1);
        Thread[] threads = new Thread[4];
        try (Team team = new Team(TeamLayout.unbound(4, 2), 4, false, 1)) {
            assertTrue(team.whole());
            var here = new CountDownLatch(4);
            Step hanging = (worker, all, barrier) -> {
                threads[worker] = Thread.currentThread();
                here.countDown();
                waitFor(here);
                if (worker == 3) {
                    waitFor(ever);
                }
                if (where.equals("before a barrier")) {
                    barrier.awaitShard();
                    barrier.await();
                } else if (where.equals("before a slice")) {
                    barrier.post();
                    barrier.awaitPosts(1, 0, 2, 2);
                }
            };
            assertThrows(WorkerLostException.class, () -> team.run(hanging));
            assertEquals(false, team.whole());
            assertThrows(WorkerLostException.class, () -> team.run((worker, all, barrier) -> {}));
            assertTrue(threads[1].join(Patience.LIMIT));
            assertTrue(threads[2].join(Patience.LIMIT));
        } finally {
            ever.countDown();
        }
        assertTrue(threads[3].join(Patience.LIMIT));
    }

    /** The thread that runs the step may be the one that hangs: then the others notice, and tell the listener. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCallerThatHangsIsNoticedByTheOthers(boolean meet) throws InterruptedException {
        var ever = new CountDownLatch(1);
        var noticed = new CountDownLatch(1);
        Step hanging = (worker, all, barrier) -> {
            if (worker == 0) {
                waitFor(ever);
            }
            if (meet) {
                barrier.await();
            }
        };
        try (Team team = ImpatientTeam.of(3)) {
            team.whenLost(gone -> noticed.countDown());
            var caller = CompletableFuture.runAsync(
                    () -> team.run(hanging),
                    task -> Thread.ofPlatform().daemon().start(task));
            Patience.await(noticed);
            assertEquals(false, team.whole());
            assertEquals(false, caller.isDone());
            ever.countDown();
            var thrown = assertThrows(CompletionException.class, caller::join);
            assertTrue(thrown.getCause() instanceof WorkerLostException, thrown.toString());
        }
    }

    /** A worker that has waited in vain ends its thread, so the team has lost it too, although the slow one arrives. */
    @Test
    void aStepThatEndsTooLateLosesTheTeamAtOnce() {
        try (Team team = new Team(TeamLayout.unbound(2, 1), 2, false, 1)) {
            Step slow = (worker, all, barrier) -> {
                if (worker == 0) {
                    Patience.await().until(() -> !team.whole());
                }
            };
            assertThrows(WorkerLostException.class, () -> team.run(slow));
            assertThrows(WorkerLostException.class, () -> team.run((worker, all, barrier) -> {}));
        }
    }

    /** However long others would wait for one that may still come: here for years. */
    @Test
    void aWorkerWhoseThreadHasEndedIsNoticedAtOnce() throws InterruptedException {
        List<Integer> noCpu = List.of(-1);
        Thread[] threads = new Thread[3];
        try (Team team = new Team(new TeamLayout(3, List.of(List.of(), List.of(), noCpu)), 3, false, Long.MAX_VALUE)) {
            Step step = (worker, all, barrier) -> {
                threads[worker] = Thread.currentThread();
                barrier.await();
            };
            var thrown = assertThrows(WorkerLostException.class, () -> team.run(step));
            assertTrue(thrown.getMessage().contains("worker 2 has ended"), thrown.getMessage());
            assertEquals(false, team.whole());
            assertThrows(WorkerLostException.class, () -> team.run(step));
            var told = new CountDownLatch(1);
            team.whenLost(gone -> told.countDown());
            assertEquals(0, told.getCount());
            if (threads[1] != null) {
                assertTrue(threads[1].join(Patience.LIMIT));
            }
        }
    }

    /** Also without pins, and whether there are several shards or not. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void workersStayOnTheirShardsCpus(int shards) {
        List<Integer> all = Cpus.allowed().cpus();
        List<Integer> last = List.of(all.getLast());
        String[] found = new String[4];
        try (Team team = new Team(new TeamLayout(4, Collections.nCopies(shards, last)), false)) {
            team.run((worker, workers, barrier) -> found[worker] = allowed());
        }
        assertEquals(Collections.nCopies(4, String.valueOf(all.getLast())), List.of(found));
        assertEquals(all, Cpus.allowed().of(Cpus.parse(allowed())));
    }

    /** The calling thread's. */
    private static String allowed() {
        try (var lines = Files.lines(Path.of("/proc/thread-self/status"))) {
            String line = lines.filter(some -> some.startsWith("Cpus_allowed_list:"))
                    .findFirst()
                    .orElseThrow();
            return line.substring(line.indexOf(':') + 1).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void waitFor(CountDownLatch ever) {
        try {
            ever.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
