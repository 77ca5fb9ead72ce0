package io.baseload.ai;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.content.Content;
import org.springframework.ai.content.MediaContent;

/** Converts Spring AI's messages to the model's. */
final class Messages {
    /** The metadata key under which Spring AI's own models put a message's reasoning. */
    static final String REASONING = "reasoningContent";

    private Messages() {}

    /** @throws InvalidRequestException if a message contains something that this model can't read */
    static Stream<Message> of(org.springframework.ai.chat.messages.Message message) {
        return switch (message) {
            case ToolResponseMessage tools ->
                tools.getResponses().stream()
                        .map(result -> new Message.Tool(
                                result.id(), result.responseData(), Optional.ofNullable(result.name())));
            case AssistantMessage said -> Stream.of(said(said));
            case SystemMessage system -> Stream.of(Message.system(text(system)));
            case UserMessage user -> Stream.of(Message.user(textOnly(user)));
            default -> throw unsupported("a message of type " + message.getMessageType());
        };
    }

    private static Message said(AssistantMessage said) {
        List<ToolCall> calls = said.getToolCalls().stream()
                .map(call -> new ToolCall(call.id(), call.name(), call.arguments()))
                .toList();
        String text = textOnly(said);
        boolean silent = text.isEmpty() && !calls.isEmpty();
        Optional<String> reasoning =
                Optional.ofNullable(said.getMetadata().get(REASONING)).map(Object::toString);
        return new Message.Assistant(
                silent ? Optional.empty() : Optional.of(text),
                reasoning.filter(thoughts -> !thoughts.isEmpty()),
                calls,
                Optional.empty());
    }

    private static String textOnly(MediaContent message) {
        if (!message.getMedia().isEmpty()) {
            throw unsupported("media");
        }
        return text(message);
    }

    private static String text(Content message) {
        return Objects.requireNonNullElse(message.getText(), "");
    }

    private static InvalidRequestException unsupported(String what) {
        return new InvalidRequestException(
                "messages", "unsupported_value", "messages: this version of Baseload can't read " + what);
    }
}
