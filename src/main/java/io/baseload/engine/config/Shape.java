package io.baseload.engine.config;

/**
 * The sizes that every family has, under the keys of {@link Key}.
 *
 * @param feedForward width of the feed-forward layer's inside
 */
public record Shape(int contextLength, int hidden, int layers, int heads, int kvHeads, int headDim, int feedForward) {
    private static final long WIDEST = 1 << 24;

    /**
     * Reads and checks them.
     *
     * @throws io.baseload.engine.api.ModelFileException if one is missing or contradicts another
     */
    public static Shape read(Keys keys) {
        var numbers = new Numbers(keys);
        int hidden = numbers.size(Key.HIDDEN);
        int heads = numbers.size(Key.HEADS);
        int kvHeads = numbers.size(Key.KV_HEADS, heads);
        if (heads % kvHeads != 0) {
            throw keys.refuse(Key.KV_HEADS, "is " + kvHeads + ", it must divide the " + heads + " heads");
        }
        return new Shape(
                numbers.size(Key.CONTEXT),
                hidden,
                numbers.size(Key.LAYERS),
                heads,
                kvHeads,
                headDim(keys, numbers, hidden, heads),
                numbers.size(Key.FEED_FORWARD));
    }

    private static int headDim(Keys keys, Numbers numbers, int hidden, int heads) {
        int headDim = numbers.size(Key.HEAD_DIM, hidden % heads == 0 ? hidden / heads : 0);
        if (headDim == 0) {
            throw keys.refuse(Key.HEADS, "is " + heads + ", it must divide the width " + hidden);
        }
        int valueDim = numbers.size(Key.VALUE_DIM, headDim);
        if (valueDim != headDim) {
            throw keys.refuse(Key.VALUE_DIM, "is " + valueDim + ", it must equal the key length " + headDim);
        }
        if ((long) headDim * heads > WIDEST) {
            throw keys.refuse(Key.HEADS, "is " + heads + ", too many heads of width " + headDim);
        }
        return headDim;
    }
}
