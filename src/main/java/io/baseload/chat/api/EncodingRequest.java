package io.baseload.chat.api;

import java.util.OptionalInt;

/**
 * A request to an encoder.
 *
 * @param dimensions length of each vector; empty = the model's own
 * @param truncation of texts that are too long
 */
public record EncodingRequest(EncodingInput input, OptionalInt dimensions, Truncation truncation) {
    /** A request whose texts are not cut. */
    public EncodingRequest(EncodingInput input, OptionalInt dimensions) {
        this(input, dimensions, Truncation.NONE);
    }

    /** The same with another input. */
    public EncodingRequest with(EncodingInput other) {
        return new EncodingRequest(other, dimensions, truncation);
    }
}
