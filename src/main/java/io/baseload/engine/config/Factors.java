package io.baseload.engine.config;

/**
 * A model's constant factors.
 *
 * @param embedding multiplies the embedding
 * @param residual multiplies the outputs of attention and feed-forward layers
 * @param logits divides the logits
 * @param softCap if positive, the final logits are softCap · tanh(logit / softCap); 0 for none
 */
public record Factors(float embedding, float residual, float logits, float softCap) {
    /** All neutral. */
    public static final Factors NONE = new Factors(1, 1, 1, 0);
}
