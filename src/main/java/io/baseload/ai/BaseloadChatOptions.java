package io.baseload.ai;

import io.baseload.chat.api.ToolChoice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.tool.DefaultToolCallingChatOptions;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.ai.tool.ToolCallback;

/** Spring AI's portable options, {@code minP}, {@code seed}, {@code cacheSalt}, {@code templateVariables}, and the tool options. Null options use the model's defaults. Immutable. */
public class BaseloadChatOptions extends DefaultToolCallingChatOptions implements StructuredOutputChatOptions {
    private final @Nullable Double minP;
    private final @Nullable Long seed;
    private final @Nullable String cacheSalt;
    private final @Nullable Map<String, Object> templateVariables;
    private final @Nullable String outputSchema;
    private final @Nullable ToolChoice toolChoice;
    private final @Nullable Boolean parallelToolCalls;

    protected BaseloadChatOptions(
            List<ToolCallback> toolCallbacks,
            Map<String, Object> toolContext,
            @Nullable String model,
            @Nullable Double frequencyPenalty,
            @Nullable Integer maxTokens,
            @Nullable Double presencePenalty,
            @Nullable List<String> stopSequences,
            @Nullable Double temperature,
            @Nullable Integer topK,
            @Nullable Double topP,
            @Nullable Double minP,
            @Nullable Long seed,
            @Nullable String cacheSalt,
            @Nullable Map<String, Object> templateVariables,
            @Nullable String outputSchema,
            @Nullable ToolChoice toolChoice,
            @Nullable Boolean parallelToolCalls) {
        super(
                toolCallbacks,
                toolContext,
                model,
                frequencyPenalty,
                maxTokens,
                presencePenalty,
                stopSequences,
                temperature,
                topK,
                topP);
        this.minP = minP;
        this.seed = seed;
        this.cacheSalt = cacheSalt;
        this.templateVariables = templateVariables == null ? null : copied(templateVariables);
        this.outputSchema = outputSchema;
        this.toolChoice = toolChoice;
        this.parallelToolCalls = parallelToolCalls;
    }

    private static Map<String, Object> copied(Map<String, Object> variables) {
        variables.forEach((name, value) -> {
            if (value == null) {
                throw new IllegalArgumentException("templateVariables: " + name + " is null; omit it instead");
            }
        });
        return Map.copyOf(variables);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Tokens less likely than this fraction of the likeliest are never chosen. */
    public @Nullable Double getMinP() {
        return minP;
    }

    /** The same prompt, options and seed give the same text. */
    public @Nullable Long getSeed() {
        return seed;
    }

    /**
     * Prompts reuse the computed beginning of earlier ones only if these had the same salt: give each of your users a different one, so that none can infer from timing what others
     * ask.
     */
    public @Nullable String getCacheSalt() {
        return cacheSalt;
    }

    /**
     * Variables of the model's chat template besides the messages and tools, such as {@code enable_thinking}; none is null. Those of a prompt are added to the configured ones, and take
     * precedence over those of the same name.
     */
    public @Nullable Map<String, Object> getTemplateVariables() {
        return templateVariables;
    }

    /** Whether a tool is called; null = the model decides. A call is forced only once: after the result of a tool the model is free. */
    public @Nullable ToolChoice getToolChoice() {
        return toolChoice;
    }

    /** Whether an answer may have several calls; null = yes. */
    public @Nullable Boolean getParallelToolCalls() {
        return parallelToolCalls;
    }

    @Override
    public @Nullable String getOutputSchema() {
        return outputSchema;
    }

    @Override
    public Builder mutate() {
        return new Builder()
                .model(getModel())
                .frequencyPenalty(getFrequencyPenalty())
                .maxTokens(getMaxTokens())
                .presencePenalty(getPresencePenalty())
                .stopSequences(getStopSequences())
                .temperature(getTemperature())
                .topK(getTopK())
                .topP(getTopP())
                .toolCallbacks(getToolCallbacks())
                .toolContext(getToolContext())
                .minP(minP)
                .seed(seed)
                .cacheSalt(cacheSalt)
                .templateVariables(templateVariables)
                .outputSchema(outputSchema)
                .toolChoice(toolChoice)
                .parallelToolCalls(parallelToolCalls);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BaseloadChatOptions o
                && super.equals(o)
                && Objects.equals(minP, o.minP)
                && Objects.equals(seed, o.seed)
                && Objects.equals(cacheSalt, o.cacheSalt)
                && Objects.equals(templateVariables, o.templateVariables)
                && Objects.equals(outputSchema, o.outputSchema)
                && Objects.equals(toolChoice, o.toolChoice)
                && Objects.equals(parallelToolCalls, o.parallelToolCalls);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                super.hashCode(),
                minP,
                seed,
                cacheSalt,
                templateVariables,
                outputSchema,
                toolChoice,
                parallelToolCalls);
    }

    /** Builds {@link BaseloadChatOptions}. */
    public static class Builder extends DefaultToolCallingChatOptions.Builder<Builder>
            implements StructuredOutputChatOptions.Builder<Builder> {
        private @Nullable Double minP;
        private @Nullable Long seed;
        private @Nullable String cacheSalt;
        private @Nullable Map<String, Object> templateVariables;
        private @Nullable String outputSchema;
        private @Nullable ToolChoice toolChoice;
        private @Nullable Boolean parallelToolCalls;

        public Builder minP(@Nullable Double fraction) {
            this.minP = fraction;
            return this;
        }

        public Builder seed(@Nullable Long number) {
            this.seed = number;
            return this;
        }

        public Builder cacheSalt(@Nullable String salt) {
            this.cacheSalt = salt;
            return this;
        }

        public Builder templateVariables(@Nullable Map<String, Object> variables) {
            this.templateVariables = variables;
            return this;
        }

        public Builder toolChoice(@Nullable ToolChoice choice) {
            this.toolChoice = choice;
            return this;
        }

        public Builder parallelToolCalls(@Nullable Boolean allowed) {
            this.parallelToolCalls = allowed;
            return this;
        }

        @Override
        public Builder outputSchema(@Nullable String schema) {
            this.outputSchema = schema;
            return this;
        }

        @Override
        public Builder combineWith(ChatOptions.Builder<?> other) {
            super.combineWith(other);
            if (toolCallbacks != null) {
                // a chat client's options were made from the model's, and have its callbacks too
                toolCallbacks = toolCallbacks.stream().distinct().toList();
            }
            if (other instanceof Builder b) {
                minP = b.minP != null ? b.minP : minP;
                seed = b.seed != null ? b.seed : seed;
                cacheSalt = b.cacheSalt != null ? b.cacheSalt : cacheSalt;
                templateVariables = merged(templateVariables, b.templateVariables);
                outputSchema = b.outputSchema != null ? b.outputSchema : outputSchema;
                toolChoice = b.toolChoice != null ? b.toolChoice : toolChoice;
                parallelToolCalls = b.parallelToolCalls != null ? b.parallelToolCalls : parallelToolCalls;
            }
            return this;
        }

        private static @Nullable Map<String, Object> merged(
                @Nullable Map<String, Object> variables, @Nullable Map<String, Object> others) {
            if (variables == null || others == null) {
                return others == null ? variables : others;
            }
            Map<String, Object> all = new HashMap<>(variables);
            all.putAll(others);
            return all;
        }

        @Override
        public BaseloadChatOptions build() {
            return new BaseloadChatOptions(
                    Objects.requireNonNullElse(toolCallbacks, List.of()),
                    Objects.requireNonNullElse(toolContext, Map.of()),
                    model,
                    frequencyPenalty,
                    maxTokens,
                    presencePenalty,
                    stopSequences,
                    temperature,
                    topK,
                    topP,
                    minP,
                    seed,
                    cacheSalt,
                    templateVariables,
                    outputSchema,
                    toolChoice,
                    parallelToolCalls);
        }
    }
}
