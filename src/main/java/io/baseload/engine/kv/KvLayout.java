package io.baseload.engine.kv;

import io.baseload.engine.api.KvPrecision;

/**
 * The layout of a page of the KV cache for {@link KvPages#TOKENS} tokens, layer after layer: for each KV head {@code keys[keyDim][TOKENS]} (lane = token) and then
 * {@code values[TOKENS][valueDim]}, and after the heads {@code state[stateWidth]}. Keys of 8 bits are followed by their scales {@code [blocks][TOKENS]}, values by
 * {@code [TOKENS][blocks]}. Each begins at a cache line. Where values lie in the keys, a head has nothing but keys.
 *
 * @param layers number of layers
 * @param kvHeads heads of keys and values; 0 for a shard that has none
 * @param keyDim width of a head's key, and of a query
 * @param valueDim width of a head's value
 * @param stateWidth number of additional floats that a layer passes on from token to token, for a causal convolution for example: those of the page's last token; usually 0
 * @param precision of keys and values; a state is F32
 * @param valuesInKeys whether a head's value is the last {@code valueDim} elements of its key, as in latent attention, and isn't stored again
 */
public record KvLayout(
        int layers,
        int kvHeads,
        int keyDim,
        int valueDim,
        int stateWidth,
        KvPrecision precision,
        boolean valuesInKeys) {
    /** Number of elements of a key or value that share a scale; the last block of a head may have fewer. */
    public static final int BLOCK = 32;

    private static final int ALIGNMENT = 64;

    public KvLayout {
        if (layers < 1 || kvHeads < 0 || keyDim < 1 || valueDim < 1 || stateWidth < 0) {
            throw new IllegalArgumentException("no KV cache has " + layers + " layers of " + kvHeads
                    + " heads, keys of " + keyDim + ", values of " + valueDim + " and a state of " + stateWidth);
        }
        if (valuesInKeys && valueDim > keyDim) {
            throw new IllegalArgumentException("values of " + valueDim + " don't lie in keys of " + keyDim);
        }
    }

    /** A layout with values beside the keys. */
    public KvLayout(int layers, int kvHeads, int keyDim, int valueDim, int stateWidth, KvPrecision precision) {
        this(layers, kvHeads, keyDim, valueDim, stateWidth, precision, false);
    }

    /** Number of blocks of a key or value of this width. */
    public static int blocks(int dim) {
        return Math.ceilDiv(dim, BLOCK);
    }

    /** Size of a head's keys in a page in bytes. */
    public long keyBytes() {
        return bytes(keyDim);
    }

    /** Size of a head's values in a page in bytes; 0 if they are stored in the keys. */
    public long valueBytes() {
        return valuesInKeys ? 0 : bytes(valueDim);
    }

    private long bytes(int dim) {
        long elements = (long) KvPages.TOKENS * dim;
        return aligned(
                switch (precision) {
                    case F32 -> Float.BYTES * elements;
                    case F16 -> Short.BYTES * elements;
                    case Q8 -> elements + (long) Float.BYTES * KvPages.TOKENS * blocks(dim);
                });
    }

    private static long aligned(long bytes) {
        return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    }

    long headBytes() {
        return keyBytes() + valueBytes();
    }

    long layerBytes() {
        return kvHeads * headBytes() + aligned((long) Float.BYTES * stateWidth);
    }

    /** Size of a page's keys and values in bytes, which attention reads for each row; states are read once for a sequence. */
    public long attendedBytes() {
        return layers * (kvHeads * headBytes());
    }

    /** Size of a page in bytes. */
    public long pageBytes() {
        return layers * layerBytes();
    }
}
