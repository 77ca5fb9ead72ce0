package io.baseload.service.openai;

import io.baseload.engine.api.Usage;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** Tokens: each prompt counted once, all answers, with stop tokens. */
@JsonNaming(SnakeCaseStrategy.class)
record UsageBody(
        int promptTokens,
        int completionTokens,
        int totalTokens,
        Prompt promptTokensDetails,
        Completion completionTokensDetails) {

    static UsageBody of(Usage usage) {
        return new UsageBody(usage.prompt(), usage.completion(), usage.total(), new Prompt(0), new Completion(0));
    }

    @JsonNaming(SnakeCaseStrategy.class)
    record Prompt(int cachedTokens) {}

    @JsonNaming(SnakeCaseStrategy.class)
    record Completion(int reasoningTokens) {}
}
