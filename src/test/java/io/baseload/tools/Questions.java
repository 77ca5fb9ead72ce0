package io.baseload.tools;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.schema.Example;
import io.baseload.engine.api.SamplingOptions;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Questions whose answers are to have the form of an example's schema. */
final class Questions {
    private Questions() {}

    /** The question with its answer held to the schema, at temperature 1. */
    static CompletionRequest held(Example example, long seed, int maxTokens) {
        return request(example, new OutputFormat.JsonSchema("schema", example.schema(), false, false), seed, maxTokens);
    }

    /** The same question; the model answers what it likes. */
    static CompletionRequest free(Example example, long seed, int maxTokens) {
        return request(example, OutputFormat.text(), seed, maxTokens);
    }

    private static CompletionRequest request(Example example, OutputFormat format, long seed, int maxTokens) {
        var question = new Input.Chat(List.of(Message.user(example.ask() + " Answer in JSON.")), Map.of());
        var sampling = new SamplingOptions(1f, 1f, 0, 0f, 0f, 0f, OptionalLong.of(seed), Map.of());
        return new CompletionRequest(
                question, ToolSet.EMPTY, 1, 1, OptionalInt.of(maxTokens), sampling, List.of(), -1, format, false);
    }
}
