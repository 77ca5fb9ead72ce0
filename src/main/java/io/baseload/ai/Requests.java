package io.baseload.ai;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.OutputFormat;
import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.SamplingOptions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.prompt.Prompt;

/** Converts Spring AI's prompts to requests; unsupported features are refused by name, never omitted. */
final class Requests {
    /** Variables of chat templates that no option sets. */
    private static final List<String> RESERVED = List.of("messages", "tools", "bos_token", "eos_token");

    private final String model;

    Requests(String model) {
        this.model = model;
    }

    /** @throws InvalidRequestException if the prompt or its options need something that this model doesn't support */
    CompletionRequest of(Prompt prompt, BaseloadChatOptions options) {
        refuse(options);
        List<Message> messages =
                prompt.getInstructions().stream().flatMap(Messages::of).toList();
        return new CompletionRequest(
                new Input.Chat(messages, variables(options)),
                Tools.of(options, messages),
                1,
                1,
                maxTokens(options.getMaxTokens()),
                sampling(options),
                Objects.requireNonNullElse(options.getStopSequences(), List.of()),
                -1,
                format(options.getOutputSchema()),
                false);
    }

    /** All prompts belong to the application; those with different salts share nothing. */
    static CacheScope scope(BaseloadChatOptions options) {
        return new CacheScope("application", Objects.requireNonNullElse(options.getCacheSalt(), ""));
    }

    private void refuse(BaseloadChatOptions options) {
        String asked = options.getModel();
        if (asked != null && !asked.equals(model)) {
            throw unsupported("model", "this chat model runs " + model + ", not " + asked);
        }
    }

    private static Map<String, Object> variables(BaseloadChatOptions options) {
        Map<String, Object> variables = Objects.requireNonNullElse(options.getTemplateVariables(), Map.of());
        for (String name : RESERVED) {
            if (variables.containsKey(name)) {
                throw new InvalidRequestException(
                        "templateVariables",
                        "invalid_value",
                        "templateVariables can't have \"" + name + "\": it comes from the prompt or the model");
            }
        }
        return variables;
    }

    private static OutputFormat format(@Nullable String schema) {
        return schema == null ? OutputFormat.text() : new OutputFormat.JsonSchema("outputSchema", schema, false, false);
    }

    private static OptionalInt maxTokens(@Nullable Integer maxTokens) {
        return maxTokens == null
                ? OptionalInt.empty()
                : OptionalInt.of((int) within("maxTokens", maxTokens.doubleValue(), 1, Integer.MAX_VALUE, 1));
    }

    private static SamplingOptions sampling(BaseloadChatOptions options) {
        Long seed = options.getSeed();
        return new SamplingOptions(
                within("temperature", options.getTemperature(), 0, 2, 1),
                within("topP", options.getTopP(), 0, 1, 1),
                (int) within("topK", number(options.getTopK()), 0, Integer.MAX_VALUE, 0),
                within("minP", options.getMinP(), 0, 1, 0),
                within("presencePenalty", options.getPresencePenalty(), -2, 2, 0),
                within("frequencyPenalty", options.getFrequencyPenalty(), -2, 2, 0),
                seed == null ? OptionalLong.empty() : OptionalLong.of(seed),
                Map.of());
    }

    private static @Nullable Double number(@Nullable Integer value) {
        return value == null ? null : value.doubleValue();
    }

    private static float within(String field, @Nullable Double value, double least, double most, double absent) {
        double number = value == null ? absent : value;
        if (!(number >= least && number <= most)) {
            throw new InvalidRequestException(
                    field, "invalid_value", field + " must be from " + least + " to " + most + ", not " + number);
        }
        return (float) number;
    }

    private static InvalidRequestException unsupported(String field, String problem) {
        return new InvalidRequestException(field, "unsupported_value", field + ": " + problem);
    }
}
