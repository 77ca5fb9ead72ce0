package io.baseload.engine.model;

import io.baseload.engine.parallel.Step;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Rows of which each shard computes a part, in shared memory, and which are added to what each shard has its own copy of: x += part of shard 0, x += part of shard 1 …, always in this order, so that all shards have the
 * same bits, whatever the load and however many workers there are. With one shard its part is added, and nobody waits.
 *
 * <p><b>By slices.</b> Each worker adds up the columns of its own slice and waits for those workers of other shards alone that have computed some of them: with as many workers in each shard that is one of each. All
 * others may be late.
 *
 * <p><b>Two ways, the same bits.</b> Directly, each shard reads the parts of all others: (S − 1) · n floats and one wait. Where that is much, shards share the sums: each adds up a part of the columns for all
 * (reduce-scatter), and all copy these (all-gather): 2 · (S − 1) / S · n floats and two waits. For two shards both move the same.
 *
 * <p><b>Invariant.</b> Between two calls of one all-reduce there is a call of another, and between two calls of whatever all-reduces the workers of each shard meet. Whoever has come through a call and the meeting behind it knows that a worker of each
 * other shard has posted in that call, which had met its fellows behind the call before: so nobody still reads the parts of that one, and its all-reduce may be written to again.
 *
 * <p>Fused with the residual addition, since what is added to is the stream itself. Not with the norm behind it: that needs whole rows, and a worker has a slice; behind the meeting each computes the norm of few rows for
 * itself.
 */
final class AllReduce {
    /** Shards share the sums where that saves so many bytes from each shard to each: what a link between sockets carries in the time of a wait, at 48 GB/s and 3 µs, both assumed. */
    private static final long SHARED_FROM_BYTES = 1 << 17;

    /** By shard. */
    private final Rows[] parts;

    private final int width;

    AllReduce(int shards, int rows, int width) {
        this.width = width;
        parts = Stream.generate(() -> Rows.allocate(rows, width)).limit(shards).toArray(Rows[]::new);
    }

    /** Where a worker's shard puts its part; of each worker only its columns are needed, {@link Worker#firstColumn} to {@link Worker#endColumn}. */
    Rows part(Worker worker) {
        return parts[worker.shard()];
    }

    /** Whether there are several shards. */
    boolean shared() {
        return parts.length > 1;
    }

    /** x += factor · parts, in the columns of this worker. Its shard's workers must meet before the next call. */
    void add(Worker worker, float factor, Rows x) {
        int first = worker.firstColumn(width);
        int end = worker.endColumn(width);
        if (!shared()) {
            add(worker, part(worker), factor, x, first, end);
            return;
        }
        worker.postPart();
        int panels = PackedMatrix.panels(width);
        if (sharesSums(parts.length, worker.rows(), width)) {
            reduce(worker, factor, x, panels);
            worker.post();
            gather(worker, x, first, end, panels);
        } else {
            for (int shard = 0; shard < parts.length; shard++) {
                if (shard != worker.shard()) {
                    worker.awaitPosts(shard, panel(first), panel(end), panels);
                }
                add(worker, parts[shard], factor, x, first, end);
                worker.did(Operator.ALL_REDUCE);
            }
        }
    }

    /** The same behind a meeting of all workers, which {@link AllReduceProbe} compares with. */
    void addAll(Worker worker, float factor, Rows x) {
        for (Rows part : parts) {
            add(worker, part, factor, x, worker.firstColumn(width), worker.endColumn(width));
        }
    }

    /** Whether the parts are added up once for all shards. */
    static boolean sharesSums(int shards, int rows, int width) {
        return (long) rows * width * Float.BYTES * (shards - 2) >= SHARED_FROM_BYTES * shards;
    }

    /** Adds up the columns that this worker has among those of all shards, and leaves the sums in its shard's part for the others. */
    private void reduce(Worker worker, float factor, Rows x, int panels) {
        int firstOfShard = Step.share(worker.shard(), parts.length, panels);
        int ofShard = Step.share(worker.shard() + 1, parts.length, panels) - firstOfShard;
        int first = column(firstOfShard + worker.from(ofShard));
        int end = column(firstOfShard + worker.to(ofShard));
        for (int shard = 0; shard < parts.length; shard++) {
            worker.awaitPosts(shard, panel(first), panel(end), panels);
            add(worker, parts[shard], factor, x, first, end);
        }
        copy(worker, x, parts[worker.shard()], first, end);
        worker.did(Operator.ALL_REDUCE);
    }

    /** Copies the sums that other shards have added up, as far as they are this worker's columns. */
    private void gather(Worker worker, Rows x, int first, int end, int panels) {
        for (int shard = 0; shard < parts.length; shard++) {
            int firstOfShard = Step.share(shard, parts.length, panels);
            int endOfShard = Step.share(shard + 1, parts.length, panels);
            int from = Math.max(panel(first), firstOfShard);
            int to = Math.min(panel(end), endOfShard);
            if (from < to && shard != worker.shard()) {
                worker.awaitPosts(shard, from - firstOfShard, to - firstOfShard, endOfShard - firstOfShard);
                copy(worker, parts[shard], x, column(from), column(to));
                worker.did(Operator.ALL_REDUCE);
            }
        }
    }

    private int column(int panel) {
        return Math.min(panel * PackedMatrix.LANES, width);
    }

    /** The panel that begins at a column; behind the last column the panel behind the last. */
    private static int panel(int column) {
        return PackedMatrix.panels(column);
    }

    private static void copy(Worker worker, Rows from, Rows to, int first, int end) {
        for (int row = 0; row < worker.rows(); row++) {
            System.arraycopy(from.data(), from.at(row) + first, to.data(), to.at(row) + first, end - first);
        }
    }

    private static void add(Worker worker, Rows part, float factor, Rows x, int first, int end) {
        if (factor == 1) {
            worker.kernels.add(part, x, 0, worker.rows(), first, end);
        } else {
            worker.kernels.addScaled(part, factor, x, 0, worker.rows(), first, end);
        }
    }

    /** The sum itself in the columns of this worker; as {@link #add}. */
    Rows sum(Worker worker, Rows sum) {
        if (!shared()) {
            return part(worker);
        }
        int first = worker.firstColumn(width);
        for (int row = 0; row < worker.rows(); row++) {
            Arrays.fill(sum.data(), sum.at(row) + first, sum.at(row) + worker.endColumn(width), 0f);
        }
        add(worker, 1, sum);
        return sum;
    }

    /** A call that adds nothing up: waits for the parts of this worker's share of the rows, which are then there for {@link #sum(int, int)}. As {@link #add}. */
    void awaitRows(Worker worker) {
        worker.postPart();
        int rows = worker.rows();
        for (int shard = 0; shard < parts.length; shard++) {
            worker.awaitPosts(shard, worker.from(rows), worker.to(rows), rows);
        }
    }

    /** What the parts of one number come to, behind {@link #awaitRows}. */
    float sum(int row, int column) {
        float sum = 0;
        for (Rows part : parts) {
            sum += part.data()[part.at(row) + column];
        }
        return sum;
    }
}
