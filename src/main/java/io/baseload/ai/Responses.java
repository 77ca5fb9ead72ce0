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

/** Spring AI's responses to one prompt, all with the same id. */
final class Responses {
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
        return whole(answer, answer.text(), answer.reasoning(), reason, usage);
    }

    /** The end of a stream whose text and reasoning were sent before: calls are sent complete. */
    ChatResponse end(AnswerBuilder answer, Optional<StopReason> reason, Usage usage) {
        return whole(answer, "", "", reason, usage);
    }

    private ChatResponse whole(
            AnswerBuilder answer, String text, String reasoning, Optional<StopReason> reason, Usage usage) {
        var generation = ChatGenerationMetadata.builder()
                .finishReason(reason.map(StopReason::label).orElse("cancelled"))
                .build();
        var metadata = ChatResponseMetadata.builder().id(id).model(model).usage(usage(usage));
        if (!unenforcedFormats.isEmpty()) {
            metadata.keyValue(BaseloadChatModel.UNENFORCED_FORMATS, unenforcedFormats);
        }
        return new ChatResponse(
                List.of(new Generation(message(answer, text, reasoning), generation)), metadata.build());
    }

    private static DefaultUsage usage(Usage usage) {
        return new DefaultUsage(usage.prompt(), usage.completion(), usage.total(), usage, (long) usage.cached(), null);
    }

    private static AssistantMessage message(AnswerBuilder answer, String text, String reasoning) {
        var calls = answer.calls().stream()
                .map(call -> new AssistantMessage.ToolCall(call.id(), "function", call.name(), call.arguments()))
                .toList();
        Map<String, Object> properties = reasoning.isEmpty() ? Map.of() : Map.of(Messages.REASONING, reasoning);
        return AssistantMessage.builder()
                .content(text)
                .properties(properties)
                .toolCalls(calls)
                .build();
    }
}
