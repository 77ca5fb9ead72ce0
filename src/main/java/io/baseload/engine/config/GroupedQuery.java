package io.baseload.engine.config;

import java.util.Optional;

/**
 * Attention whose query heads share key and value heads (Ainslie et al., 2023): head h uses those of {@code h / (heads / kvHeads)}.
 *
 * @param headDim width of a head; heads · headDim may differ from the residual stream's width
 * @param rope how queries and keys are rotated; empty for a layer without positions
 * @param bias whether queries, keys and values have one
 * @param outputBias whether the output has one
 */
public record GroupedQuery(
        int heads,
        int kvHeads,
        int headDim,
        Optional<Rope> rope,
        Scores scores,
        QueryKeyNorm norm,
        boolean bias,
        boolean outputBias)
        implements AttentionConfig {

    @Override
    public int keyDim() {
        return headDim;
    }

    @Override
    public int valueDim() {
        return headDim;
    }

    /** Width of all queries together. */
    public int queryWidth() {
        return heads * headDim;
    }

    /** Width of all keys, or all values, together. */
    public int kvWidth() {
        return kvHeads * headDim;
    }

    @Override
    public Optional<Rope> rotation() {
        return rope;
    }
}
