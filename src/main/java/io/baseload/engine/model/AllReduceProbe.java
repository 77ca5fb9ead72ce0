package io.baseload.engine.model;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.PromptRows;
import io.baseload.engine.kernel.Scratch;
import io.baseload.engine.kv.KvCache;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.kv.PageTable;
import io.baseload.engine.parallel.Barrier;
import io.baseload.engine.parallel.NodeThreads;
import io.baseload.engine.parallel.PlatformThread;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.parallel.TeamLayout;
import io.baseload.engine.profile.Profile;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Measures the duration of an {@link AllReduce} with the barrier of each shard that follows it after each block: workers repeat it and do nothing else. Also measures, for comparison, an
 * all-reduce after a barrier of all workers.
 */
public final class AllReduceProbe implements AutoCloseable {
    private static final int WARM_UP = 40;
    private static final int STEPS = 40;
    private static final int CALLS = 100;

    /** Where calls are slow, fewer steps are enough: one at least. */
    private static final long LIMIT_NANOS = 500_000_000;

    private final NativeMemory memory = new NativeMemory();
    private final TeamLayout layout;
    private final Team team;
    private final Batch batch;
    private final Worker[] workers;
    private final AllReduce[] inTurn;
    private final Rows[] x;

    public AllReduceProbe(TeamLayout layout, boolean pinned, int rows, int width) {
        this.layout = layout;
        team = Team.ofAll(layout, pinned);
        batch = batch(memory, rows);
        workers = workers(memory, layout, batch);
        inTurn = new AllReduce[] {new AllReduce(layout.shards(), width), new AllReduce(layout.shards(), width)};
        try (var threads = new NodeThreads(layout)) {
            x = IntStream.range(0, layout.shards())
                    .mapToObj(shard -> PlatformThread.call(
                            threads.executors().get(shard).getFirst(), () -> allocate(shard, rows, width)))
                    .toArray(Rows[]::new);
        }
    }

    private Rows allocate(int shard, int rows, int width) {
        for (AllReduce each : inTurn) {
            each.allocate(shard, rows);
        }
        return Rows.allocate(rows, width);
    }

    static Batch batch(NativeMemory memory, int rows) {
        KvPages pages = KvPages.allocate(memory, 1, new KvLayout(1, 1, 1, 1, 0, KvPrecision.F32));
        PageTable table = new KvCache(pages, false).table(KvPages.TOKENS, CacheScope.PRIVATE);
        Batch batch = new Batch(rows, 1, 1);
        for (int row = 0; row < rows; row++) {
            batch.addDecode(table, 0, row, rows);
        }
        return batch;
    }

    /** Workers without memory for multiplications. */
    static Worker[] workers(NativeMemory memory, TeamLayout layout, Batch batch) {
        Profile profile = new Profile(layout.workers());
        Worker[] made = new Worker[layout.workers()];
        for (int i = 0; i < made.length; i++) {
            Scratch scratch = Scratch.allocate(memory, 1, 1, 1);
            PromptRows none = PromptRows.allocate(memory, 0);
            made[i] = new Worker(layout.shard(i), Kernels.best(), scratch, none, profile.worker(i), 1, 1, batch);
        }
        Worker.introduce(made);
        return made;
    }

    /**
     * Duration of each call, as measured by worker 0, after some that don't count.
     *
     * @param meeting whether all workers pass a barrier before they add up
     */
    public long[] nanos(boolean meeting) {
        steps(WARM_UP, meeting);
        return steps(STEPS, meeting);
    }

    private long[] steps(int most, boolean meeting) {
        long[] nanos = new long[most * CALLS];
        long deadline = System.nanoTime() + LIMIT_NANOS;
        int done = 0;
        do {
            int at = done * CALLS;
            team.run((index, active, barrier) -> {
                Worker worker = workers[index];
                worker.start(batch, layout.place(index), layout.workers(worker.shard(), active), barrier);
                calls(worker, barrier, meeting, index == 0 ? nanos : new long[nanos.length], at);
            });
            done++;
        } while (done < most && System.nanoTime() < deadline);
        return Arrays.copyOf(nanos, done * CALLS);
    }

    private void calls(Worker worker, Barrier barrier, boolean meeting, long[] nanos, int at) {
        Rows sum = x[worker.shard()];
        long start = System.nanoTime();
        for (int call = 0; call < CALLS; call++) {
            AllReduce allReduce = inTurn[call % inTurn.length];
            if (meeting) {
                barrier.await();
                allReduce.addAll(worker, 1, sum);
            } else {
                allReduce.add(worker, 1, sum);
            }
            worker.await();
            long now = System.nanoTime();
            nanos[at + call] = now - start;
            start = now;
        }
    }

    @Override
    public void close() {
        team.close();
        memory.close();
    }
}
