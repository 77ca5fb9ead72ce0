package io.baseload.service.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RequestTextsTest {
    @Test
    void namesOfAllMessagesAndOfCallsAreTexts() {
        var request = CompletionRequest.chat(List.of(
                new Message.Instructions("a", Optional.of("b")),
                new Message.User("c", Optional.of("d")),
                new Message.Assistant(
                        Optional.of("e"),
                        Optional.of("f"),
                        List.of(new ToolCall("id", "g", "\"h\"")),
                        Optional.of("i")),
                new Message.Tool("id", "\"j\"", Optional.of("k"))));
        var rewritten = (Input.Chat) new RequestTexts(text -> text.toUpperCase(Locale.ROOT))
                .rewrite(request)
                .input();
        assertThat(rewritten.messages())
                .containsExactly(
                        new Message.Instructions("A", Optional.of("B")),
                        new Message.User("C", Optional.of("D")),
                        new Message.Assistant(
                                Optional.of("E"),
                                Optional.of("F"),
                                List.of(new ToolCall("id", "G", "\"H\"")),
                                Optional.of("I")),
                        new Message.Tool("id", "\"J\"", Optional.of("K")));
    }
}
