package io.baseload.ai;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.api.ToolChoice;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.testing.TestModels;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.support.ToolCallbacks;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.ai.tool.annotation.ToolParam;

/** Tools with a model that rarely calls one by itself, so calls are forced. */
class SmolLm2ToolsTest {
    private static final String QUESTION = "What is the weather in Paris?";
    private static Engine engine;
    private static BaseloadChatModel model;

    /** A tool that records its calls. */
    static final class Weather {
        private final List<String> asked = new CopyOnWriteArrayList<>();

        @Tool(description = "Current weather in a city")
        String weather(@ToolParam(description = "Name of the city") String city) {
            asked.add(city);
            return "sunny, 21 degrees";
        }
    }

    @BeforeAll
    static void load() {
        engine = Engine.open(new EngineOptions(2, false));
        model = new BaseloadChatModel(
                engine.load(TestModels.smolLm2(), LoadOptions.named("smollm2")),
                BaseloadChatOptions.builder()
                        .temperature(0.0)
                        .maxTokens(96)
                        .toolChoice(ToolChoice.Mode.REQUIRED)
                        .parallelToolCalls(false)
                        .build(),
                ObservationRegistry.NOOP,
                new DefaultChatModelObservationConvention());
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void aChatClientRunsTheLoopToTheEnd() {
        var weather = new Weather();
        String answer =
                ChatClient.create(model).prompt(QUESTION).tools(weather).call().content();
        assertThat(weather.asked).hasSize(1);
        assertThat(answer).isNotBlank();
    }

    @Test
    void aStreamRunsTheLoopToTheEnd() {
        var weather = new Weather();
        String answer = ChatClient.create(model).prompt(QUESTION).tools(weather).stream()
                .content()
                .collect(Collectors.joining())
                .block();
        assertThat(weather.asked).hasSize(1);
        assertThat(answer).isNotBlank();
    }

    /** Spring AI executes each call of a message, and one without arguments with an empty object. */
    @Test
    void aCallThatIsCutOffIsOmitted() {
        var options = model.getOptions()
                .mutate()
                .toolCallbacks(ToolCallbacks.from(new Weather()))
                .toolChoice(new ToolChoice.Named("weather"))
                .build();
        int tokens = model.call(new Prompt(QUESTION, options))
                .getMetadata()
                .getUsage()
                .getCompletionTokens();
        for (int limit = 4; limit < tokens; limit += 4) {
            var limited = options.mutate().maxTokens(limit).build();
            ChatResponse response = model.call(new Prompt(QUESTION, limited));
            var result = Objects.requireNonNull(response.getResult());
            assertThat(result.getMetadata().getFinishReason()).isEqualTo("length");
            assertThat(result.getOutput().getToolCalls())
                    .allSatisfy(call -> assertThat(call.arguments())
                            .startsWith("{\"city\":")
                            .endsWith("}"));
        }
    }

    @Test
    void callsAreCompleteInAnAnswerAndAtTheEndOfAStream() {
        var options = model.getOptions()
                .mutate()
                .toolCallbacks(ToolCallbacks.from(new Weather()))
                .build();
        Prompt prompt = new Prompt(QUESTION, options);
        ChatResponse whole = model.call(prompt);
        List<ChatResponse> pieces =
                Objects.requireNonNull(model.stream(prompt).collectList().block());
        for (ChatResponse response : List.of(whole, pieces.getLast())) {
            var result = Objects.requireNonNull(response.getResult());
            assertThat(result.getMetadata().getFinishReason()).isEqualTo("tool_calls");
            AssistantMessage.ToolCall call = result.getOutput().getToolCalls().getFirst();
            assertThat(call.id()).startsWith("call_");
            assertThat(call.name()).isEqualTo("weather");
            assertThat(call.arguments()).startsWith("{\"city\":").endsWith("}");
        }
    }
}
