package io.baseload.engine.kernel;

/** The contribution of a span of tokens to the results of some queries. */
final class AttentionPart {
    /** Each query's largest score. */
    final float[] maxima = new float[Attention.MAX_QUERIES];

    /** Each query's sum of e^(score − largest). */
    final float[] sums = new float[Attention.MAX_QUERIES];

    /** The sum of values, each times its e^(score − largest): {@code [query][valueDim]}. */
    final float[] mixed;

    AttentionPart(int valueDim) {
        mixed = new float[Attention.MAX_QUERIES * valueDim];
    }
}
