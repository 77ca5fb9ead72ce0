package io.baseload.ai;

import io.baseload.chat.api.StopReason;
import io.baseload.engine.api.Usage;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
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

    Responses(String model) {
        this.model = model;
    }

    /** A piece of a stream; only the last response knows reason and usage. */
    ChatResponse piece(String text) {
        return new ChatResponse(
                List.of(new Generation(new AssistantMessage(text))),
                ChatResponseMetadata.builder().id(id).model(model).build());
    }

    /** A whole answer. */
    ChatResponse whole(String text, Optional<StopReason> reason, Usage usage) {
        var generation = ChatGenerationMetadata.builder()
                .finishReason(reason.map(r -> r.name().toLowerCase(Locale.ROOT)).orElse("cancelled"))
                .build();
        return new ChatResponse(
                List.of(new Generation(new AssistantMessage(text), generation)),
                ChatResponseMetadata.builder()
                        .id(id)
                        .model(model)
                        .usage(new DefaultUsage(usage.prompt(), usage.completion()))
                        .build());
    }

    /** The end of a stream whose text was sent before. */
    static ChatResponse withoutText(ChatResponse whole) {
        ChatGenerationMetadata generation =
                Objects.requireNonNull(whole.getResult()).getMetadata();
        return new ChatResponse(List.of(new Generation(new AssistantMessage(""), generation)), whole.getMetadata());
    }
}
