package io.baseload.chat.api;

import java.util.OptionalInt;

/**
 * A request to an encoder.
 *
 * @param dimensions length of each vector; empty = the model's own
 */
public record EncodingRequest(EncodingInput input, OptionalInt dimensions) {}
