package io.baseload.service.openai;

import io.baseload.service.inference.EncodingResult;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** The tokens computed by an encoder. */
@JsonNaming(SnakeCaseStrategy.class)
record EncodingUsage(int promptTokens, int totalTokens) {
    static EncodingUsage of(EncodingResult encoded) {
        return new EncodingUsage(encoded.tokens(), encoded.tokens());
    }
}
