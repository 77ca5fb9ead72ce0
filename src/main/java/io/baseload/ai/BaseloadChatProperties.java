package io.baseload.ai;

import io.baseload.chat.api.ChatSettings;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The in-process chat model, without the path of {@link BaseloadModelProperties}.
 *
 * @param threads Worker threads; 0 = as many as the machine's CPU quota allows.
 * @param pinned Whether each worker thread is pinned to one CPU.
 * @param contextLength Maximum tokens of prompt and answer together; 0 = the model's own context length.
 * @param kvPrecision Number format of the KV cache: f32, f16 or q8. When not set: f16, or f32 with {@code exact} or without machine code.
 * @param precision Precision of linear layers: exact or fast.
 * @param prefixCache Whether computed prompts are kept for later ones that begin with the same tokens.
 * @param speculation Whether an answer that runs alone may get several tokens in one step if its text repeats.
 * @param toolFormat The model's tool-call format, if its template doesn't show it.
 * @param chatTemplate File with a chat template to use instead of the model's own.
 * @param templateVariables Variables of the chat template, such as enable_thinking; true and false are booleans, whole numbers of up to 18 digits are numbers.
 * @param maxSequences Answers generated at the same time.
 * @param maxQueued Further requests that may wait; more are refused.
 * @param temperature Randomness of the choice, 0 to 2; 0 = always the likeliest token.
 * @param topP Choose among the likeliest tokens whose probabilities sum to this, 0 to 1.
 * @param topK Choose among this many of the likeliest tokens; 0 = all.
 * @param minP Choose among tokens at least this fraction as likely as the likeliest, 0 to 1.
 * @param maxTokens Maximum tokens of an answer; up to the end of the context when not set.
 * @param stop Texts that end an answer; they are not part of it.
 * @param seed The same prompt, options and seed give the same text; another seed each time when not set.
 * @param presencePenalty Lowers the chance of tokens that the answer already has, -2 to 2.
 * @param frequencyPenalty Lowers the chance of tokens by how often the answer has them, -2 to 2.
 */
@ConfigurationProperties(BaseloadChatProperties.PREFIX)
public record BaseloadChatProperties(
        @DefaultValue("0") int threads,
        @DefaultValue("true") boolean pinned,
        @DefaultValue("0") int contextLength,
        @Nullable KvPrecision kvPrecision,
        @DefaultValue("fast") Precision precision,
        @DefaultValue("true") boolean prefixCache,
        @DefaultValue("true") boolean speculation,
        @Nullable String toolFormat,
        @Nullable Path chatTemplate,
        @Nullable Map<String, String> templateVariables,
        @DefaultValue("8") int maxSequences,
        @DefaultValue("64") int maxQueued,
        @Nullable Double temperature,
        @Nullable Double topP,
        @Nullable Integer topK,
        @Nullable Double minP,
        @Nullable Integer maxTokens,
        @Nullable List<String> stop,
        @Nullable Long seed,
        @Nullable Double presencePenalty,
        @Nullable Double frequencyPenalty) {

    static final String PREFIX = "spring.ai.baseload.chat";

    BaseloadChatOptions options() {
        return BaseloadChatOptions.builder()
                .temperature(temperature)
                .topP(topP)
                .topK(topK)
                .minP(minP)
                .maxTokens(maxTokens)
                .stopSequences(stop)
                .seed(seed)
                .presencePenalty(presencePenalty)
                .frequencyPenalty(frequencyPenalty)
                .templateVariables(variables())
                .build();
    }

    /** Properties are texts, but to a template the text "false" is true, and "512" isn't a number. */
    private @Nullable Map<String, Object> variables() {
        return templateVariables == null
                ? null
                : templateVariables.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, entry -> typed(entry.getValue())));
    }

    private static Object typed(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            case String number when number.matches("-?\\d{1,18}") -> Long.valueOf(number);
            default -> value;
        };
    }

    /** The settings that replace those of the model's files. */
    ChatSettings settings() {
        return new ChatSettings(
                Optional.ofNullable(chatTemplate).map(BaseloadChatProperties::text), Optional.ofNullable(toolFormat));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalArgumentException(PREFIX + ".chat-template: can't read " + file + ": " + e, e);
        }
    }
}
