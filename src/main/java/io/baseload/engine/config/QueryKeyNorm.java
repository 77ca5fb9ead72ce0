package io.baseload.engine.config;

/** The RMSNorm of queries and keys before they are rotated. */
public sealed interface QueryKeyNorm {
    QueryKeyNorm NONE = new None();
    QueryKeyNorm HEAD = new Head();

    record None() implements QueryKeyNorm {}

    /** Over each head, with the same weights (Qwen 3, Gemma 3). */
    record Head() implements QueryKeyNorm {}

    /**
     * Over all heads together (OLMo 2), including those of other shards.
     *
     * @param queryWidth width of the whole model's queries
     * @param keyWidth width of the whole model's keys
     * @param countedBefore number of elements at the beginning of this shard's keys that an earlier shard has too; that one adds up their squares
     */
    record Projection(int queryWidth, int keyWidth, int countedBefore) implements QueryKeyNorm {}
}
