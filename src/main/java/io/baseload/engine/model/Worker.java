package io.baseload.engine.model;

import io.baseload.engine.kernel.Kernels;
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

/** One of the threads that compute a step, or a shard of it, together: what it computes with, and what its share is. Made once, set up anew for each step. */
public final class Worker {
    /** Up to so many rows each worker computes a norm by itself: that is less than a barrier. */
    static final int FEW = 8;

    /** How many others a worker looks at for work to take over: with many workers all looking at all would be a crowd on their cache lines. */
    private static final int MAX_FELLOWS = 8;

    /** How often it looks in vain before it waits without looking, some ten microseconds. */
    private static final int MAX_POLLS = 512;

    final Kernels kernels;
    final Scratch scratch;
    private final WorkerClock clock;

    /** What all workers have quantized together last. */
    final PromptRows quantized;

    /** Rows of its own, for few rows. */
    final Rows own;

    /** What it computes of a linear layer, which others may take over. */
    final LinearShare share;

    Batch batch;
    /** Whose part of the model it computes. */
    private final int shard;

    private @Nullable Barrier barrier;
    private int index;
    private int count;

    /** The workers of its shard. */
    private Worker[] fellows = {};

    /** Barriers of this step that it has come to. */
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
        this.own = Rows.allocate(FEW, hidden);
        this.share = new LinearShare(chunkBytes);
        this.batch = batch;
    }

    /**
     * @param index which one of its shard's workers it is
     * @param count how many these are
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
     * Tells each worker those of its shard, itself among them. To be called once before the first step.
     *
     * @param all of all shards, those of each by index
     */
    static void introduce(Worker[] all) {
        for (Worker worker : all) {
            worker.fellows = Arrays.stream(all)
                    .filter(other -> other.shard == worker.shard)
                    .toArray(Worker[]::new);
        }
    }

    /** Waits for all workers of the shard; what they wrote before is seen by all behind it. */
    void await() {
        help();
        Objects.requireNonNull(barrier).awaitShard();
        did(Operator.BARRIERS);
    }

    /** Takes parts of linear layers over from workers that haven't come to this barrier, until they have or nothing has been left to take for a while. */
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

    /** Tells other shards' workers that its slice of its shard's part is there, and helps its own shard's to complete theirs. */
    void postPart() {
        post();
        help();
    }

    /** Tells whoever waits for this worker that what it has written up to here may be read. */
    void post() {
        Objects.requireNonNull(barrier).post();
    }

    /** Waits for those workers of a shard that have some of {@code from … to} of {@code units}, until they have posted as often as this one. */
    void awaitPosts(int shard, int from, int to, int units) {
        Objects.requireNonNull(barrier).awaitPosts(shard, from, to, units);
        did(Operator.BARRIERS);
    }

    int shard() {
        return shard;
    }

    /** What it has done since this was called last: stands behind each operator. */
    void did(Operator operator) {
        clock.lap(operator);
    }

    /** Quantizes the first rows of x, each worker its share; behind a barrier on both sides, because all read all of them. */
    void quantize(Rows x, int rows, Operator operator) {
        await();
        kernels.quantize(x, rows, from(rows), to(rows), quantized, scratch);
        did(operator);
        await();
    }

    /**
     * A norm of all rows of the batch: few rows by each worker for itself, many together and behind a barrier, before which all have read x.
     *
     * @param own where this worker may put few rows
     * @param shared where all put many; may be x
     * @return where they are
     */
    Rows norm(Rows x, Norm norm, Rows own, Rows shared) {
        int rows = rows();
        if (rows <= FEW) {
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
