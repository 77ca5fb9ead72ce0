package io.baseload.service.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonObject;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.DocumentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.TextBlockParam;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolChoiceNone;
import com.anthropic.models.messages.ToolChoiceTool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Anthropic's Java SDK, unchanged, against the whole service with the bundled model. */
@ExtendWith(WholeService.class)
class AnthropicJavaIT {
    private static RunningService service;
    private static AnthropicClient client;

    @BeforeAll
    static void connect(RunningService running) {
        service = running;
        client = client(RunningService.KEY);
    }

    @AfterAll
    static void disconnect() {
        client.close();
    }

    private static AnthropicClient client(String key) {
        return AnthropicOkHttpClient.builder()
                .baseUrl(service.rest().url())
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    private static MessageCreateParams.Builder greeting() {
        return MessageCreateParams.builder()
                .model("default")
                .maxTokens(20)
                .system("You are brief.")
                .temperature(0.0)
                .addUserMessage("Say hello.");
    }

    @Test
    void aStreamAddsUpToTheWholeAnswer() {
        Message whole = client.messages().create(greeting().build());
        whole.validate();
        assertThat(text(whole)).isNotBlank();
        assertThat(whole.usage().outputTokens()).isBetween(1L, 20L);
        Message streamed = streamed(greeting().build());
        assertThat(text(streamed)).isEqualTo(text(whole));
        assertThat(streamed.stopReason()).isEqualTo(whole.stopReason());
        assertThat(streamed.usage().outputTokens()).isEqualTo(whole.usage().outputTokens());
    }

    @Test
    void aStopSequenceIsNamed() {
        Message whole = client.messages().create(greeting().build());
        String last = text(whole).substring(text(whole).lastIndexOf(' ') + 1);
        Message stopped = client.messages()
                .create(greeting()
                        .addStopSequence("nowhere")
                        .addStopSequence(last)
                        .build());
        assertThat(stopped.stopReason()).contains(StopReason.STOP_SEQUENCE);
        assertThat(stopped.stopSequence()).contains(last);
        assertThat(text(whole)).startsWith(text(stopped) + last);
    }

    @Test
    void aCallIsMadeAndAnswered() {
        var question = MessageCreateParams.builder()
                .model("default")
                .maxTokens(80)
                .temperature(0.0)
                .addUserMessage("What is the weather in Paris?")
                .toolChoice(ToolChoiceTool.builder()
                        .name("get_weather")
                        .disableParallelToolUse(true)
                        .build())
                .addTool(Tool.builder()
                        .name("get_weather")
                        .inputSchema(Tool.InputSchema.builder()
                                .properties(JsonValue.from(Map.of("city", Map.of("type", "string", "maxLength", 20))))
                                .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                                .build())
                        .build());
        Message called = client.messages().create(question.build());
        assertThat(called.stopReason()).contains(StopReason.TOOL_USE);
        ToolUseBlock call = called.content().getFirst().asToolUse();
        assertThat(call.name()).isEqualTo("get_weather");
        Message streamed = streamed(question.build());
        assertThat(streamed.content().getFirst().asToolUse()._input()).isEqualTo(call._input());

        Message answered = client.messages()
                .create(question.addMessage(called)
                        .addUserMessageOfBlockParams(
                                List.of(ContentBlockParam.ofToolResult(ToolResultBlockParam.builder()
                                        .toolUseId(call.id())
                                        .content("sunny, 21 degrees")
                                        .build())))
                        .toolChoice(ToolChoiceNone.builder().build())
                        .build());
        assertThat(text(answered)).isNotBlank();
    }

    @Test
    void countedTokensAreThoseOfTheAnswersUsage() {
        long counted = client.messages()
                .countTokens(MessageCountTokensParams.builder()
                        .model("default")
                        .system("You are brief.")
                        .addUserMessage("Say hello.")
                        .build())
                .inputTokens();
        var usage = client.messages().create(greeting().build()).usage();
        assertThat(usage.inputTokens() + usage.cacheReadInputTokens().orElse(0L))
                .isEqualTo(counted);
    }

    @Test
    void theTextOfADocumentIsRead() {
        var document = DocumentBlockParam.builder().title("Menu");
        var question = TextBlockParam.builder().text("What is there?").build();
        Message whole = client.messages()
                .create(about(document.textSource("Soup and bread").build(), question));
        whole.validate();
        assertThat(text(whole)).isNotBlank();
        var refused = catchThrowableOfType(
                BadRequestException.class,
                () -> client.messages()
                        .create(about(
                                document.urlSource("https://example.com/menu.pdf")
                                        .build(),
                                question)));
        assertThat(refused).hasMessageContaining("source.type").hasMessageContaining("'text/plain'");
    }

    private static MessageCreateParams about(DocumentBlockParam document, TextBlockParam question) {
        return MessageCreateParams.builder()
                .model("default")
                .maxTokens(5)
                .addUserMessageOfBlockParams(
                        List.of(ContentBlockParam.ofDocument(document), ContentBlockParam.ofText(question)))
                .build();
    }

    @Test
    void modelsAreListed() {
        var models = client.models().list().data();
        assertThat(models).isNotEmpty().allSatisfy(model -> model.validate());
        assertThat(models).extracting(model -> model.displayName()).contains("default");
        assertThat(client.models().retrieve("default").id()).isEqualTo("default");
        var unknown = catchThrowableOfType(
                NotFoundException.class, () -> client.models().retrieve("nobody"));
        var body = ((JsonObject) unknown.body()).values();
        assertThat(body).containsEntry("type", JsonValue.from("error"));
        assertThat(((JsonObject) body.get("error")).values()).containsEntry("type", JsonValue.from("not_found_error"));
        assertThat(unknown).hasMessageContaining("nobody");
    }

    @Test
    void refusalsArriveAsTheSdksExceptions() {
        var unknown = catchThrowableOfType(
                NotFoundException.class,
                () -> client.messages().create(greeting().model("nobody").build()));
        assertThat(unknown).hasMessageContaining("nobody");
        var tooLong = catchThrowableOfType(
                BadRequestException.class,
                () -> client.messages()
                        .createStreaming(
                                greeting().addUserMessage("word ".repeat(9000)).build()));
        assertThat(tooLong).hasMessageContaining("8192");
        AnthropicClient stranger = client("bl_nobody");
        var denied = catchThrowableOfType(
                UnauthorizedException.class,
                () -> stranger.messages().create(greeting().build()));
        assertThat(denied).hasMessageContaining("API key");
        stranger.close();
    }

    private static Message streamed(MessageCreateParams params) {
        var sum = MessageAccumulator.create();
        try (StreamResponse<RawMessageStreamEvent> stream = client.messages().createStreaming(params)) {
            stream.stream().peek(RawMessageStreamEvent::validate).forEach(sum::accumulate);
        }
        return sum.message();
    }

    private static String text(Message message) {
        return message.content().getLast().asText().text();
    }
}
