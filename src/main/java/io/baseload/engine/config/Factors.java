package io.baseload.engine.config;

/**
 * Constants that a model's streams are multiplied with.
 *
 * @param embedding the embedding is multiplied with it
 * @param residual what attention and feed-forward layers add is multiplied with it
 * @param logits logits are divided by it
 * @param softCap if positive, logits become softCap · tanh(logit / softCap) in the end; 0 for none
 */
public record Factors(float embedding, float residual, float logits, float softCap) {
    /** All neutral. */
    public static final Factors NONE = new Factors(1, 1, 1, 0);
}
