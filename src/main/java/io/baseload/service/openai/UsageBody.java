package io.baseload.service.openai;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.engine.api.Usage;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** The tokens of a request: each prompt is counted once, and all answers with their stop tokens. */
@JsonNaming(SnakeCaseStrategy.class)
record UsageBody(
        int promptTokens,
        int completionTokens,
        int totalTokens,
        Prompt promptTokensDetails,
        Completion completionTokensDetails) {

    static UsageBody of(CompletionEvent.Finished end) {
        Usage usage = end.usage();
        var completion = new Completion(end.reasoningTokens());
        return new UsageBody(usage.prompt(), usage.completion(), usage.total(), new Prompt(usage.cached()), completion);
    }

    @JsonNaming(SnakeCaseStrategy.class)
    record Prompt(int cachedTokens) {}

    @JsonNaming(SnakeCaseStrategy.class)
    record Completion(int reasoningTokens) {}
}
