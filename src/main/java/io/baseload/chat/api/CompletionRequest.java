package io.baseload.chat.api;

import io.baseload.engine.api.SamplingOptions;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A request. Each of the input's prompts gets {@code choices} answers; choice index = prompt × choices + i.
 *
 * @param tools the tools that the model may call; only in a conversation
 * @param bestOf answers generated for each prompt, of which the {@code choices} likeliest are returned; equal to choices in most requests
 * @param maxTokens maximum tokens of each answer; empty = up to the end of the context
 * @param stop texts that end an answer; no part of them is sent
 * @param topLogprobs likeliest tokens to report at each position; −1 = no log-probabilities
 * @param format the format of each answer's text
 * @param echo whether the prompt comes before the answer, with its log-probabilities if requested
 */
public record CompletionRequest(
        Input input,
        ToolSet tools,
        int choices,
        int bestOf,
        OptionalInt maxTokens,
        SamplingOptions sampling,
        List<String> stop,
        int topLogprobs,
        OutputFormat format,
        boolean echo) {

    /** One answer to a conversation, with default sampling. */
    public static CompletionRequest chat(List<Message> messages) {
        return new CompletionRequest(
                new Input.Chat(messages, Map.of()),
                ToolSet.EMPTY,
                1,
                1,
                OptionalInt.empty(),
                SamplingOptions.defaults(),
                List.of(),
                -1,
                OutputFormat.text(),
                false);
    }

    public int prompts() {
        return switch (input) {
            case Input.Chat chat -> 1;
            case Input.Texts texts -> texts.prompts().size();
            case Input.Tokens tokens -> tokens.prompts().size();
        };
    }

    /** Answers that will be generated, over all prompts (including best-of). */
    public int answers() {
        return prompts() * bestOf;
    }

    public CompletionRequest withInput(Input other) {
        return new CompletionRequest(
                other, tools, choices, bestOf, maxTokens, sampling, stop, topLogprobs, format, echo);
    }

    public CompletionRequest withTools(ToolSet other) {
        return new CompletionRequest(
                input, other, choices, bestOf, maxTokens, sampling, stop, topLogprobs, format, echo);
    }

    public CompletionRequest withFormat(OutputFormat other) {
        return new CompletionRequest(
                input, tools, choices, bestOf, maxTokens, sampling, stop, topLogprobs, other, echo);
    }
}
