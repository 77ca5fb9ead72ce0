package io.baseload.engine.model;

import io.baseload.engine.parallel.Step;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;

/**
 * A sum over shards. Each shard computes a part of some rows in shared memory, and all parts are added to each shard's copy of x: x += part of shard 0, x += part of shard 1 …, always in
 * this order, so that all shards have the same bits, whatever the load and the number of workers. With one shard its part is added, without waiting.
 *
 * <p><b>By slices.</b> Each worker adds up the columns of its own slice and waits only for those workers of other shards that compute some of them: one of each shard, if shards have equally
 * many workers. All others may be late.
 *
 * <p><b>Two ways, the same bits.</b> In the direct way, each shard reads the parts of all others: (S − 1) · n floats and one wait. If that is much, shards share the sums: each adds up some
 * columns for all (reduce-scatter), and all copy the results (all-gather): 2 · (S − 1) / S · n floats and two waits. With two shards both ways move the same amount.
 *
 * <p><b>Invariant.</b> Between two calls of one all-reduce there is a call of another, and between any two calls the workers of each shard pass a barrier. A worker that has passed a call
 * and the barrier after it knows that a worker of each other shard has posted in that call, which had passed its shard's barrier after the call before. So no worker still reads the parts of
 * that earlier call, and its all-reduce may be written to again.
 *
 * <p>The residual addition is included, because x is the residual stream itself. The norm after it is not, because it needs whole rows and a worker has only a slice; after the barrier, each
 * worker computes the norm of few rows for itself.
 */
final class AllReduce {
    /** Shards share the sums if that saves at least this many bytes between any two shards: the amount that a link between sockets transfers during a wait, assuming 48 GB/s and 3 µs. */
    private static final long SHARED_FROM_BYTES = 1 << 17;

    /** By shard. */
    private final Rows[] parts;

    private final int width;

    /** Each shard's part has to be allocated before the first sum. */
    AllReduce(int shards, int width) {
        this.width = width;
        parts = new Rows[shards];
    }

    /** Allocates the part of a shard, on a thread near it: memory is placed where it is touched first. */
    void allocate(int shard, int rows) {
        parts[shard] = Rows.allocate(rows, width);
    }

    /** The rows for the part of a worker's shard; each worker writes only its columns, {@link Worker#firstColumn} to {@link Worker#endColumn}. */
    Rows part(Worker worker) {
        return parts[worker.shard()];
    }

    /** A shard's part, once it is allocated. */
    Rows part(int shard) {
        return parts[shard];
    }

    /** Whether there are several shards. */
    boolean shared() {
        return parts.length > 1;
    }

    /** x += factor · parts, in the columns of this worker. Its shard's workers must pass a barrier before the next call. */
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

    /** The same after a barrier of all workers, for comparison by {@link AllReduceProbe}. */
    void addAll(Worker worker, float factor, Rows x) {
        for (Rows part : parts) {
            add(worker, part, factor, x, worker.firstColumn(width), worker.endColumn(width));
        }
    }

    /** Whether the parts are added up once for all shards. */
    static boolean sharesSums(int shards, int rows, int width) {
        return (long) rows * width * Float.BYTES * (shards - 2) >= SHARED_FROM_BYTES * shards;
    }

    /** Adds up this worker's share of the columns for all shards, and stores the sums in its shard's part for the others. */
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

    /** Copies the sums that other shards have added up in this worker's columns. */
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

    /** The panel that begins at a column; for the end of the columns, the number of panels. */
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

    /** Computes the sum itself in the columns of this worker; the same conditions as for {@link #add}. */
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

    /** Only waits for the parts of this worker's share of the rows, for use with {@link #sum(int, int)}; the same conditions as for {@link #add}. */
    void awaitRows(Worker worker) {
        worker.postPart();
        int rows = worker.rows();
        for (int shard = 0; shard < parts.length; shard++) {
            worker.awaitPosts(shard, worker.from(rows), worker.to(rows), rows);
        }
    }

    /** The sum of the parts of one number, after {@link #awaitRows}. */
    float sum(int row, int column) {
        float sum = 0;
        for (Rows part : parts) {
            sum += part.data()[part.at(row) + column];
        }
        return sum;
    }
}
