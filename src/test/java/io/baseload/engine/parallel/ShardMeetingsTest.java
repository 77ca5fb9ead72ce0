package io.baseload.engine.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.baseload.testing.Patience;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardMeetingsTest {
    private static final int WORKERS = 9;
    private static final int ROUNDS = 200;

    /** Six shards, also merged into fewer: a step's workers wait for each other, and for none that takes no part. */
    @ParameterizedTest
    @ValueSource(ints = {6, 3, 2, 1})
    void stepsOfFewerWorkersMeetInMergedShards(int shards) throws Exception {
        TeamLayout layout = TeamLayout.unbound(WORKERS, 6);
        Group everyone = Group.of(layout, IntStream.range(0, WORKERS).boxed().toList());
        Meeting all = new Meeting(everyone, WORKERS, true, Team.LOST_NAPS);
        ShardMeetings meetings = new ShardMeetings(layout.merged(shards), all, true, Team.LOST_NAPS);
        long step = 0;
        for (int active : new int[] {WORKERS, 6, 8, 7, WORKERS}) {
            all.expect(active);
            meetings.expect(active);
            assertEquals(0, missed(meetings, shards, active, ++step), active + " workers");
        }
    }

    /** What workers don't see of what those of their shard, and of the next one, wrote before. */
    private static int missed(ShardMeetings meetings, int shards, int active, long step) throws Exception {
        int[] written = new int[WORKERS * 32];
        int[] missed = new int[WORKERS];
        try (ExecutorService threads = Executors.newFixedThreadPool(active)) {
            CompletableFuture<?>[] ends = IntStream.range(0, active)
                    .mapToObj(worker -> CompletableFuture.runAsync(
                            () -> {
                                Barrier barrier = meetings.barrier(worker);
                                barrier.begin(step);
                                for (int round = 1; round <= ROUNDS; round++) {
                                    written[worker * 32] = round;
                                    barrier.awaitShard();
                                    missed[worker] += missing(written, round, worker % shards, shards, active);
                                    barrier.post();
                                    int next = (worker + 1) % shards;
                                    barrier.awaitPosts(next, 0, 1, 1);
                                    missed[worker] += missing(written, round, next, shards, active);
                                    barrier.await();
                                }
                            },
                            threads))
                    .toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(ends).get(Patience.LIMIT.toMinutes(), TimeUnit.MINUTES);
        }
        return Arrays.stream(missed).sum();
    }

    private static int missing(int[] written, int round, int shard, int shards, int active) {
        int missing = 0;
        for (int worker = shard; worker < active; worker += shards) {
            missing += written[worker * 32] == round ? 0 : 1;
        }
        return missing;
    }
}
