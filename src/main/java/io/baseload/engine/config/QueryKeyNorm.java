package io.baseload.engine.config;

/** Which RMSNorm queries and keys go through before they are rotated. */
public sealed interface QueryKeyNorm {
    QueryKeyNorm NONE = new None();
    QueryKeyNorm HEAD = new Head();

    record None() implements QueryKeyNorm {}

    /** Over each head, with the same weights (Qwen 3, Gemma 3). */
    record Head() implements QueryKeyNorm {}

    /**
     * Over all heads together (OLMo 2), also over those that other shards have.
     *
     * @param queryWidth of the whole model's queries
     * @param keyWidth of the whole model's keys
     * @param countedBefore elements at the beginning of this shard's keys that an earlier shard has too, which adds up their squares
     */
    record Projection(int queryWidth, int keyWidth, int countedBefore) implements QueryKeyNorm {}
}
