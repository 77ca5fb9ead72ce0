package io.baseload.engine.model;

import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.PromptForm;
import io.baseload.engine.kernel.PromptRows;
import io.baseload.engine.kernel.Scratch;
import io.baseload.engine.parallel.Barrier;
import io.baseload.engine.parallel.Step;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.profile.WorkerClock;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One of the threads that compute a step, or a shard of it, together: its memory and its share of the work. Created once, set up again for each step. */
public final class Worker {
    /** Up to this many rows each worker computes a norm by itself, which is faster than a barrier. */
    static final int MAX_NORM_ROWS = 8;

    /** The number of other workers that a worker checks for work to take over. If many workers checked all others, they would contend for cache lines. */
    private static final int MAX_FELLOWS = 8;

    /** The number of unsuccessful checks, some ten microseconds, after which it only waits. */
    private static final int MAX_POLLS = 512;

    final Kernels kernels;
    final Scratch scratch;
    private final WorkerClock clock;

    /** The rows that all workers together have quantized last. */
    final PromptRows quantized;

    /** Its own copy of few rows. */
    final Rows own;

    /** Its share of a linear layer, parts of which others may take over. */
    final LinearShare share;

    Batch batch;
    /** The shard that it computes. */
    private final int shard;

    private @Nullable Barrier barrier;
    private int index;
    private int count;

    /** The workers of its shard. */
    private Worker[] fellows = {};

    /** Number of barriers that it has reached in this step. */
    private volatile int section;

    Worker(
            int shard,
            Kernels kernels,
            Scratch scratch,
            PromptRows quantized,
            WorkerClock clock,
            int hidden,
            int chunkBytes,
            Batch batch) {
        this.shard = shard;
        this.kernels = kernels;
        this.scratch = scratch;
        this.quantized = quantized;
        this.clock = clock;
        this.own = Rows.allocate(MAX_NORM_ROWS, hidden);
        this.share = new LinearShare(chunkBytes);
        this.batch = batch;
    }

    /**
     * @param index its index among its shard's workers
     * @param count the number of these
     */
    void start(Batch batch, int index, int count, Barrier barrier) {
        this.batch = batch;
        this.index = index;
        this.count = count;
        this.barrier = barrier;
        section = 0;
        did(Operator.BARRIERS);
    }

    /**
     * Sets each worker's list of its shard's workers, including itself. Called once before the first step.
     *
     * @param all the workers of all shards, those of each shard ordered by index
     */
    static void introduce(Worker[] all) {
        for (Worker worker : all) {
            worker.fellows = Arrays.stream(all)
                    .filter(other -> other.shard == worker.shard)
                    .toArray(Worker[]::new);
        }
    }

    /** Waits for all workers of the shard. Writes before it are visible to all after it. */
    void await() {
        help();
        Objects.requireNonNull(barrier).awaitShard();
        did(Operator.BARRIERS);
    }

    /** Takes over parts of linear layers from workers that haven't reached this barrier, until they have or there has been nothing to take over for a while. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // this worker alone writes it
    void help() {
        section++;
        int others = Math.min(count - 1, MAX_FELLOWS);
        for (int polls = 0; polls < MAX_POLLS; polls++) {
            boolean all = true;
            for (int i = 1; i <= others; i++) {
                Worker fellow = fellows[(index + i) % count];
                if (fellow.share.help(this)) {
                    polls = 0;
                }
                all &= fellow.section >= section;
            }
            if (all) {
                return;
            }
            Thread.onSpinWait();
        }
    }

    /** Tells other shards' workers that its slice of its shard's part is complete, and helps workers of its own shard to complete theirs. */
    void postPart() {
        post();
        help();
    }

    /** Tells workers that wait for this one that everything it has written so far may be read. */
    void post() {
        Objects.requireNonNull(barrier).post();
    }

    /** Waits until those workers of a shard whose shares of {@code units} overlap {@code from … to} have posted as often as this one. */
    void awaitPosts(int shard, int from, int to, int units) {
        Objects.requireNonNull(barrier).awaitPosts(shard, from, to, units);
        did(Operator.BARRIERS);
    }

    int shard() {
        return shard;
    }

    /** Counts the time since the last call for an operator. Called after each operator. */
    void did(Operator operator) {
        clock.lap(operator);
    }

    /** Quantizes the first rows of x, each worker its share, with a barrier before and after, because all workers read all rows. */
    void quantize(PromptForm form, Rows x, int rows, Operator operator) {
        await();
        kernels.quantize(form, x, rows, from(rows), to(rows), quantized, scratch);
        did(operator);
        await();
    }

    /**
     * A norm of all rows of the batch. Each worker computes few rows for itself. Many rows are shared, followed by a barrier, so that all have read x when it is passed.
     *
     * @param own this worker's memory for few rows
     * @param shared the common memory for many rows; may be x
     * @return the memory that was used
     */
    Rows norm(Rows x, Norm norm, Rows own, Rows shared) {
        int rows = rows();
        if (rows <= MAX_NORM_ROWS) {
            norm.apply(this, x, own, 0, rows);
            did(Operator.NORMS_AND_ROTARY);
            return own;
        }
        norm.apply(this, x, shared, from(rows), to(rows));
        did(Operator.NORMS_AND_ROTARY);
        await();
        return shared;
    }

    int index() {
        return index;
    }

    int workers() {
        return count;
    }

    /** First of this worker's share of {@code units}. */
    int from(int units) {
        return Step.share(index, count, units);
    }

    /** End of this worker's share of {@code units}. */
    int to(int units) {
        return Step.share(index + 1, count, units);
    }

    /** First column of this worker's share of a linear layer's output. */
    int firstColumn(int width) {
        return Math.min(from(PackedMatrix.panels(width)) * PackedMatrix.LANES, width);
    }

    /** End of these columns. */
    int endColumn(int width) {
        return Math.min(to(PackedMatrix.panels(width)) * PackedMatrix.LANES, width);
    }

    int rows() {
        return batch.rows();
    }
}
