package io.baseload.engine.model;

import io.baseload.engine.tensor.PackedMatrix;

/**
 * The weights of a Llama model.
 *
 * @param embedding one row for each token
 * @param norm the final norm
 * @param head the matrix that makes logits; the embedding itself where the file has none
 */
record LlamaWeights(PackedMatrix embedding, Layer[] layers, float[] norm, PackedMatrix head) {

    /** One layer's weights; the linear ones are bound to the activations that they fill. */
    record Layer(
            float[] attentionNorm,
            Linear qkv,
            Linear output,
            float[] feedForwardNorm,
            Linear gate,
            Linear up,
            Linear down) {}
}
