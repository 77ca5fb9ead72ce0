package io.baseload.engine.config;

/**
 * What an encoder has that a generating model doesn't: it computes whole texts, each at once, and gives out one vector or one number for each.
 *
 * @param positions learned vectors that are added to the embedding, one for each position; 0 for none
 * @param firstPosition which of them belongs to a text's first token
 * @param segments learned vectors that are added to the embedding, one for each of the texts that a text may consist of; 0 for none
 * @param inputNorm whether a norm follows
 * @param causal whether a token sees only those before it, as in generating models
 */
public record EncoderConfig(
        int positions, int firstPosition, int segments, boolean inputNorm, boolean causal, EncoderOutput output) {

    /** A generating model's layers, and in place of its head an embedding. */
    public static EncoderConfig ofDecoder(EncoderOutput.Embedding output) {
        return new EncoderConfig(0, 0, 0, false, true, output);
    }

    public EncoderConfig with(EncoderOutput other) {
        return new EncoderConfig(positions, firstPosition, segments, inputNorm, causal, other);
    }
}
