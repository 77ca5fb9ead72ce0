package io.baseload.chat.api;

import java.util.OptionalInt;

/**
 * What is asked of an encoder.
 *
 * @param dimensions numbers that each vector shall have; empty = as many as the model makes
 */
public record EncodingRequest(EncodingInput input, OptionalInt dimensions) {}
