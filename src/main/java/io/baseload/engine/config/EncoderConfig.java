package io.baseload.engine.config;

/**
 * The part of an encoder's configuration that a generating model doesn't have. An encoder computes whole texts, each in one step, and returns one vector or one number for each.
 *
 * @param positions number of learned vectors that are added to the embedding, one for each position; 0 for none
 * @param firstPosition index of the vector of a text's first token
 * @param segments number of learned vectors that are added to the embedding, one for each part of a text (query, document); 0 for none
 * @param inputNorm whether a norm follows the embedding; if blocks have norms before them, it takes the place of the first one
 */
public record EncoderConfig(int positions, int firstPosition, int segments, boolean inputNorm, EncoderOutput output) {

    /** A generating model's layers, with an embedding instead of the head. */
    public static EncoderConfig ofDecoder(EncoderOutput output) {
        return new EncoderConfig(0, 0, 0, false, output);
    }

    public EncoderConfig with(EncoderOutput other) {
        return new EncoderConfig(positions, firstPosition, segments, inputNorm, other);
    }
}
