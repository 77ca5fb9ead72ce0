package io.baseload.engine.config;

/**
 * The sizes that all families have, under the keys of {@link Key}.
 *
 * @param feedForward inner width of the feed-forward layer
 */
public record ModelShape(
        int contextLength, int hidden, int layers, int heads, int kvHeads, int headDim, int feedForward) {
    private static final long MAX_WIDTH = 1 << 24;

    /**
     * Reads and checks them.
     *
     * @param defaultHeadDim width of a head if the files don't specify it; 0 for hidden / heads
     * @throws io.baseload.engine.api.ModelFileException if one is missing or contradicts another
     */
    public static ModelShape read(Keys keys, int defaultHeadDim) {
        var numbers = new ConfigNumbers(keys);
        int hidden = numbers.size(Key.HIDDEN);
        int heads = numbers.size(Key.HEADS);
        int kvHeads = numbers.size(Key.KV_HEADS, heads);
        if (heads % kvHeads != 0) {
            throw keys.refuse(Key.KV_HEADS, "is " + kvHeads + "; it must divide the " + heads + " heads");
        }
        return new ModelShape(
                numbers.size(Key.CONTEXT),
                hidden,
                numbers.layers(Key.LAYERS),
                heads,
                kvHeads,
                headDim(keys, numbers, heads, defaultHeadDim == 0 ? quotient(hidden, heads) : defaultHeadDim),
                numbers.size(Key.FEED_FORWARD));
    }

    /**
     * The same of a family with keys of its own, in which each head has its own keys and values.
     *
     * @throws io.baseload.engine.api.ModelFileException if one is missing or contradicts another
     */
    public static ModelShape read(Keys keys, Key context, Key hidden, Key layers, Key heads, Key feedForward) {
        var numbers = new ConfigNumbers(keys);
        int width = numbers.size(hidden);
        int count = numbers.size(heads);
        if (width % count != 0) {
            throw keys.refuse(heads, "is " + count + "; it must divide the model's width");
        }
        return new ModelShape(
                numbers.size(context),
                width,
                numbers.layers(layers),
                count,
                count,
                width / count,
                numbers.size(feedForward));
    }

    /** The same with a shorter context. */
    public ModelShape within(int length) {
        return new ModelShape(length, hidden, layers, heads, kvHeads, headDim, feedForward);
    }

    private static int quotient(int hidden, int heads) {
        return hidden % heads == 0 ? hidden / heads : 0;
    }

    private static int headDim(Keys keys, ConfigNumbers numbers, int heads, int otherwise) {
        int headDim = numbers.size(Key.HEAD_DIM, otherwise);
        if (headDim == 0) {
            throw keys.refuse(Key.HEADS, "is " + heads + "; it must divide the model's width");
        }
        int valueDim = numbers.size(Key.VALUE_DIM, headDim);
        if (valueDim != headDim) {
            throw keys.refuse(Key.VALUE_DIM, "is " + valueDim + "; it must equal the key length " + headDim);
        }
        if ((long) headDim * heads > MAX_WIDTH) {
            throw keys.refuse(Key.HEADS, "is " + heads + ", too many heads of width " + headDim);
        }
        return headDim;
    }
}
