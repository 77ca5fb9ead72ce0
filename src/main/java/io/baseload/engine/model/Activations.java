package io.baseload.engine.model;

import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.tensor.Rows;
import java.util.stream.IntStream;

/**
 * What a step computes with, allocated once for a loaded model. All have a row for each row of the batch, except {@code selected} and {@code logits}.
 *
 * @param x the residual stream
 * @param normed x after a norm
 * @param own the same for few rows, one for each worker
 * @param qkv queries, keys and values, side by side; q, k and v are its columns
 * @param attended what attention returns
 * @param branch what a block adds to the residual stream
 * @param selected the rows that logits are computed for
 */
record Activations(
        Rows x,
        Rows normed,
        Rows[] own,
        Rows qkv,
        Rows q,
        Rows k,
        Rows v,
        Rows attended,
        Rows branch,
        Rows gate,
        Rows up,
        Rows selected,
        Rows logits) {

    /** Up to so many rows each worker computes a norm by itself: that is less than a barrier. */
    static final int FEW = 8;

    static Activations allocate(ModelConfig config, int rows, int logits, int workers) {
        Rows qkv = Rows.allocate(rows, config.queryWidth() + 2 * config.kvWidth());
        return new Activations(
                Rows.allocate(rows, config.hidden()),
                Rows.allocate(rows, config.hidden()),
                IntStream.range(0, workers)
                        .mapToObj(w -> Rows.allocate(FEW, config.hidden()))
                        .toArray(Rows[]::new),
                qkv,
                qkv.columns(0, config.queryWidth()),
                qkv.columns(config.queryWidth(), config.kvWidth()),
                qkv.columns(config.queryWidth() + config.kvWidth(), config.kvWidth()),
                Rows.allocate(rows, config.queryWidth()),
                Rows.allocate(rows, config.hidden()),
                Rows.allocate(rows, config.feedForward()),
                Rows.allocate(rows, config.feedForward()),
                Rows.allocate(logits, config.hidden()),
                Rows.allocate(logits, config.vocabulary()));
    }
}
