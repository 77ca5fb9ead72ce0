package io.baseload.ai;

import io.baseload.chat.api.AnswerBuilder;
import io.baseload.chat.api.StopReason;
import io.baseload.engine.api.Usage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Spring AI's responses to one prompt, all with the same id. */
final class Responses {
    private static final JsonMapper JSON = new JsonMapper();

    private final String id = "chatcmpl-" + UUID.randomUUID();
    private final String model;
    private final List<String> unenforcedFormats;

    /** @param unenforcedFormats unknown formats in the prompt's schema */
    Responses(String model, List<String> unenforcedFormats) {
        this.model = model;
        this.unenforcedFormats = unenforcedFormats;
    }

    /** A piece of a stream's text; only the last response knows calls, reason and usage. */
    ChatResponse piece(String text) {
        return piece(new AssistantMessage(text));
    }

    /** A piece of a stream's reasoning: a message without text. */
    ChatResponse thought(String reasoning) {
        return piece(AssistantMessage.builder()
                .content("")
                .properties(Map.of(Messages.REASONING, reasoning))
                .build());
    }

    private ChatResponse piece(AssistantMessage message) {
        return new ChatResponse(
                List.of(new Generation(message)),
                ChatResponseMetadata.builder().id(id).model(model).build());
    }

    /** A whole answer. */
    ChatResponse whole(AnswerBuilder answer, Optional<StopReason> reason, Usage usage) {
        return whole(answer, answer.text(), reason, usage);
    }

    /**
     * The end of a stream whose text was sent before. Calls are sent complete, and so is the reasoning: Spring AI's aggregator keeps the last value of a message's metadata, not their sum.
     */
    ChatResponse end(AnswerBuilder answer, Optional<StopReason> reason, Usage usage) {
        return whole(answer, "", reason, usage);
    }

    private ChatResponse whole(AnswerBuilder answer, String text, Optional<StopReason> reason, Usage usage) {
        var generation = ChatGenerationMetadata.builder()
                .finishReason(reason.map(StopReason::label).orElse("cancelled"))
                .build();
        var metadata = ChatResponseMetadata.builder().id(id).model(model).usage(usage(usage));
        if (!unenforcedFormats.isEmpty()) {
            metadata.keyValue(BaseloadChatModel.UNENFORCED_FORMATS, unenforcedFormats);
        }
        boolean cut = reason.filter(r -> r != StopReason.LENGTH).isEmpty();
        return new ChatResponse(List.of(new Generation(message(answer, text, cut), generation)), metadata.build());
    }

    private static DefaultUsage usage(Usage usage) {
        return new DefaultUsage(usage.prompt(), usage.completion(), usage.total(), usage, (long) usage.cached(), null);
    }

    private static AssistantMessage message(AnswerBuilder answer, String text, boolean cut) {
        String reasoning = answer.reasoning();
        var calls = answer.calls().stream()
                .filter(call -> !cut || isObject(call.arguments()))
                .map(call -> new AssistantMessage.ToolCall(call.id(), "function", call.name(), call.arguments()))
                .toList();
        Map<String, Object> properties = reasoning.isEmpty() ? Map.of() : Map.of(Messages.REASONING, reasoning);
        return AssistantMessage.builder()
                .content(text)
                .properties(properties)
                .toolCalls(calls)
                .build();
    }

    /** The arguments of a call that was cut off aren't one. Spring AI would execute a call without arguments with an empty object, and fail on a broken one. */
    private static boolean isObject(String arguments) {
        try {
            return JSON.readTree(arguments).isObject();
        } catch (JacksonException e) {
            return false;
        }
    }
}
