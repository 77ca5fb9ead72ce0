package io.baseload.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolChoice;
import io.baseload.chat.api.ToolSet;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.content.Media;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.function.FunctionToolCallback;
import org.springframework.util.MimeTypeUtils;

/** Calls, results and tools of Spring AI as the model's. */
class MessagesTest {
    private static final BaseloadChatOptions FORCED = BaseloadChatOptions.builder()
            .toolCallbacks(now("The time"))
            .toolChoice(ToolChoice.Mode.REQUIRED)
            .build();

    private static ToolCallback now(String description) {
        return FunctionToolCallback.builder("now", (String zone) -> "12:00")
                .description(description)
                .inputType(String.class)
                .build();
    }

    @Test
    void callsHaveNoContentAndKeepTheirReasoning() {
        var said = AssistantMessage.builder()
                .content("")
                .properties(Map.of("reasoningContent", "Hm."))
                .toolCalls(List.of(new AssistantMessage.ToolCall("call_1", "function", "now", "{}")))
                .build();
        assertThat(Messages.of(said))
                .containsExactly(new Message.Assistant(
                        Optional.empty(),
                        Optional.of("Hm."),
                        List.of(new ToolCall("call_1", "now", "{}")),
                        Optional.empty()));
    }

    @Test
    void aCallThatNoToolCanAnswerIsRefused() {
        var question = List.of(Message.user("x"));
        for (ToolChoice demanded : List.of(
                ToolChoice.Mode.REQUIRED, new ToolChoice.Named("now"), new ToolChoice.Allowed(Set.of("now"), true))) {
            var options = BaseloadChatOptions.builder().toolChoice(demanded).build();
            assertThatThrownBy(() -> Tools.of(options, question))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("toolChoice demands a call");
        }
        var free = BaseloadChatOptions.builder()
                .toolChoice(new ToolChoice.Allowed(Set.of("now"), false))
                .build();
        assertThat(Tools.of(free, question)).isEqualTo(ToolSet.EMPTY);
    }

    @Test
    void toolsOfTheSameNameAreRefused() {
        var twice = FORCED.mutate()
                .toolCallbacks(FORCED.getToolCallbacks().getFirst(), now("Another time"))
                .build();
        assertThatThrownBy(() -> Tools.of(twice, List.of(Message.user("x"))))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo("toolCallbacks"))
                .hasMessageContaining("\"now\"");
    }

    @Test
    void mediaIsRefusedWhoeverSaidIt() {
        Media image = Media.builder()
                .mimeType(MimeTypeUtils.IMAGE_PNG)
                .data(URI.create("https://example.com/x.png"))
                .build();
        var user = UserMessage.builder().text("x").media(image).build();
        var said = AssistantMessage.builder().content("x").media(List.of(image)).build();
        assertThatThrownBy(() -> Messages.of(user))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("media");
        assertThatThrownBy(() -> Messages.of(said))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("media");
    }

    @Test
    void eachResultIsAMessage() {
        var results = ToolResponseMessage.builder()
                .responses(List.of(
                        new ToolResponseMessage.ToolResponse("call_1", "now", "12:00"),
                        new ToolResponseMessage.ToolResponse("call_2", "now", "13:00")))
                .build();
        assertThat(Messages.of(results))
                .containsExactly(
                        new Message.Tool("call_1", "12:00", Optional.of("now")),
                        new Message.Tool("call_2", "13:00", Optional.of("now")));
    }

    @Test
    void aForcedCallIsForcedOnce() {
        ToolSet asked = Tools.of(FORCED, List.of(Message.user("x")));
        assertThat(asked.choice()).isEqualTo(ToolChoice.Mode.REQUIRED);
        assertThat(asked.parallel()).isTrue();
        assertThat(asked.tools()).singleElement().satisfies(tool -> {
            assertThat(tool.name()).isEqualTo("now");
            assertThat(tool.description()).isEqualTo("The time");
        });
        ToolSet answered = Tools.of(FORCED, List.of(Message.user("x"), Message.tool("call_1", "12:00")));
        assertThat(answered.choice()).isEqualTo(ToolChoice.Mode.AUTO);
    }
}
