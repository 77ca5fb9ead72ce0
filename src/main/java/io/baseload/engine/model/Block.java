package io.baseload.engine.model;

import io.baseload.engine.tensor.Rows;

/**
 * An attention or feed-forward layer bound to the rows that it works in. All workers run it together.
 *
 * <p>To add a kind: a record in {@code engine.config} with its numbers, the block with the {@link BlockWeights} that reads its weights and makes it, in one file,
 * and a case in {@link DecoderWeights}.
 */
interface Block {
    /**
     * out = f(x) for all rows of the batch. A worker may return as soon as its own columns of {@code out}, {@link Worker#firstColumn} to {@link Worker#endColumn},
     * are there; other workers may still be busy. The first barrier inside is passed only when all workers have read what they need of nothing but {@code x}.
     *
     * @param x [rows × hidden]; few rows are each worker's own copy, so it must not be written to
     * @param out [rows × hidden]
     */
    void run(Worker worker, Rows x, Rows out);

    /** As {@link CausalModel#accept}, for a row of the batch that was run last: the last draft that was right. By one thread. */
    default void accept(Batch batch, int row) {}
}
