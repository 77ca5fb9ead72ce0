package io.baseload.engine.model;

import io.baseload.engine.tensor.Rows;

/**
 * An attention or feed-forward layer with its activations. All workers run it together.
 *
 * <p>To add a kind: a record in {@code engine.config} with its numbers, the block with the {@link BlockWeights} that read its weights and create it, in one file, and a case in {@link
 * DecoderWeights}.
 */
interface Block {
    /**
     * out = f(x) for all rows of the batch. A worker may return as soon as its own columns of {@code out}, {@link Worker#firstColumn} to {@link Worker#endColumn}, are complete; other
     * workers may still be busy. Before its first barrier, a block reads nothing but {@code x}.
     *
     * @param x [rows × hidden]; must not be written to, because few rows are each worker's own copy
     * @param out [rows × hidden]
     */
    void run(Worker worker, Rows x, Rows out);

    /** As {@link CausalModel#accept}, for the row of the last accepted draft in the batch that was run last. Called by one thread. */
    default void accept(Batch batch, int row) {}
}
