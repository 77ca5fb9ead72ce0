package io.baseload.engine.config;

import io.baseload.engine.tensor.KvLayout;
import io.baseload.engine.tensor.KvPrecision;

/**
 * The hyperparameters of a decoder-only transformer.
 *
 * @param architecture the family, as in {@code general.architecture}
 * @param name what the file calls itself, "" if it doesn't
 * @param contextLength tokens that the model was made for
 * @param vocabulary number of tokens, and of logits
 * @param hidden width of the residual stream
 * @param heads query heads
 * @param kvHeads key and value heads; each serves heads / kvHeads query heads (Ainslie et al., 2023)
 * @param headDim width of a head; heads · headDim may differ from hidden
 * @param feedForward width of the feed-forward layer's inside
 * @param rmsEpsilon what RMSNorm adds to the mean square
 */
public record ModelConfig(
        String architecture,
        String name,
        int contextLength,
        int vocabulary,
        int layers,
        int hidden,
        int heads,
        int kvHeads,
        int headDim,
        int feedForward,
        float rmsEpsilon,
        RopeConfig rope) {

    /** Width of all queries together. */
    public int queryWidth() {
        return heads * headDim;
    }

    /** Width of all keys, or all values, together. */
    public int kvWidth() {
        return kvHeads * headDim;
    }

    /** What the KV cache holds of a token. */
    public KvLayout kvLayout(KvPrecision precision) {
        return new KvLayout(layers, kvHeads, headDim, headDim, 0, precision);
    }
}
