package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.parallel.Team;
import io.baseload.engine.parallel.TeamLayout;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All-reduces, compared with their scalar twin bit for bit, for any number of shards, workers, columns and rows, and with any worker late. */
@Tag("kernel")
class AllReduceTest {
    /** A panel has 16 columns; the widest are such that shards share the sums from some rows on. */
    private static final int[] WIDTHS = {1, 16, 23, 100, 2064, 6211};

    private static final int MAX_ROWS = 16;

    private final NativeMemory memory = new NativeMemory();

    @AfterEach
    void free() {
        memory.close();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 3", "2, 2", "2, 5", "3, 3", "3, 4", "3, 8", "4, 4", "4, 7"})
    void addsWhatTheScalarTwinDoes(int shards, int workers) {
        for (int width : WIDTHS) {
            for (int rows : new int[] {1, 2, 7, 8, 9, MAX_ROWS}) {
                for (float factor : new float[] {1, 0.3f}) {
                    run(shards, workers, width, rows, factor, 3, false);
                }
            }
        }
        if (shards > 2) {
            assertThat(AllReduce.sharesSums(shards, MAX_ROWS, 6211)).isTrue();
            assertThat(AllReduce.sharesSums(shards, 1, 6211)).isFalse();
        }
        assertThat(AllReduce.sharesSums(2, MAX_ROWS, 1 << 20)).isFalse();
    }

    /** More threads than CPUs, each delayed now and then. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void nobodyReadsWhatIsntThereOrNoLonger(int shards) {
        run(shards, 2 * shards + 1, 100, 2, 1, 3000, true);
        run(shards, 2 * shards, 6211, MAX_ROWS, 1, 200, true);
    }

    private void run(int shards, int workers, int width, int rows, float factor, int rounds, boolean late) {
        Batch batch = AllReduceProbe.batch(memory, rows);
        TeamLayout layout = TeamLayout.unbound(workers, shards);
        Worker[] made = AllReduceProbe.workers(memory, layout, batch);
        AllReduce[] inTurn = {allReduce(shards, rows, width), allReduce(shards, rows, width)};
        Rows[] x =
                Stream.generate(() -> Rows.allocate(rows, width)).limit(shards).toArray(Rows[]::new);
        int[] twins = twins(shards, rows * width, factor, rounds);
        AtomicInteger wrong = new AtomicInteger();
        try (Team team = new Team(layout, false)) {
            team.run((index, active, barrier) -> {
                Worker worker = made[index];
                worker.start(batch, layout.place(index), layout.workers(worker.shard(), active), barrier);
                Random delays = new Random(index);
                for (int round = 0; round < rounds; round++) {
                    AllReduce allReduce = inTurn[round % inTurn.length];
                    write(worker, allReduce.part(worker), round);
                    holdUp(late, delays);
                    allReduce.add(worker, factor, x[worker.shard()]);
                    holdUp(late, delays);
                    worker.await();
                    if (Arrays.hashCode(x[worker.shard()].data()) != twins[round]) {
                        wrong.incrementAndGet();
                    }
                    worker.await();
                }
            });
        }
        assertThat(wrong)
                .as("%d shards, %d workers, %d rows of %d", shards, workers, rows, width)
                .hasValue(0);
    }

    private static AllReduce allReduce(int shards, int rows, int width) {
        AllReduce made = new AllReduce(shards, width);
        for (int shard = 0; shard < shards; shard++) {
            made.allocate(shard, rows);
        }
        return made;
    }

    /** For each round the hash of what has been added up by then, one number after the other. */
    private static int[] twins(int shards, int count, float factor, int rounds) {
        float[] sums = new float[count];
        int[] hashes = new int[rounds];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < count; i++) {
                for (int shard = 0; shard < shards; shard++) {
                    float part = part(round, shard, i);
                    sums[i] = factor == 1 ? sums[i] + part : Math.fma(part, factor, sums[i]);
                }
            }
            hashes[round] = Arrays.hashCode(sums);
        }
        return hashes;
    }

    /** This worker's columns, and no others. */
    private static void write(Worker worker, Rows part, int round) {
        int end = worker.endColumn(part.width());
        for (int row = 0; row < worker.rows(); row++) {
            for (int column = worker.firstColumn(part.width()); column < end; column++) {
                int at = part.at(row) + column;
                part.data()[at] = part(round, worker.shard(), at);
            }
        }
    }

    private static float part(int round, int shard, int i) {
        int mixed = (round * 31 + shard) * 1_000_003 + i;
        return (mixed * 0x9E3779B1 >> 8) * 0x1p-20f;
    }

    private static void holdUp(boolean late, Random delays) {
        if (late && delays.nextInt(20) == 0) {
            LockSupport.parkNanos(delays.nextInt(200_000));
        }
    }
}
