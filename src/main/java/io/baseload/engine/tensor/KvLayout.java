package io.baseload.engine.tensor;

/**
 * What a page of the KV cache holds for {@link KvPages#TOKENS} tokens, layer after layer: for each KV head {@code keys[keyDim][TOKENS]} (lane = token) and then
 * {@code values[TOKENS][valueDim]}, and after the heads {@code state[stateWidth]}.
 *
 * @param layers layers of the model
 * @param kvHeads heads of keys and values
 * @param keyDim width of a head's key, and of a query
 * @param valueDim width of a head's value
 * @param stateWidth floats that a layer passes on from token to token besides, as a causal convolution does: those of the page's last token; mostly 0
 */
public record KvLayout(int layers, int kvHeads, int keyDim, int valueDim, int stateWidth, KvPrecision precision) {
    /** A cache line: where everything begins. */
    private static final int ALIGNMENT = 64;

    public KvLayout {
        if (layers < 1 || kvHeads < 1 || keyDim < 1 || valueDim < 1 || stateWidth < 0) {
            throw new IllegalArgumentException("no KV cache has " + layers + " layers of " + kvHeads
                    + " heads, keys of " + keyDim + ", values of " + valueDim + " and a state of " + stateWidth);
        }
    }

    /** Bytes of a head's keys in a page. */
    public long keyBytes() {
        return (long) Float.BYTES * KvPages.TOKENS * keyDim;
    }

    /** Bytes of a head's values in a page. */
    public long valueBytes() {
        return (long) Float.BYTES * KvPages.TOKENS * valueDim;
    }

    long headBytes() {
        return keyBytes() + valueBytes();
    }

    long layerBytes() {
        return kvHeads * headBytes() + Math.ceilDivExact((long) Float.BYTES * stateWidth, ALIGNMENT) * ALIGNMENT;
    }

    /** Bytes of a page. */
    public long pageBytes() {
        return layers * layerBytes();
    }
}
