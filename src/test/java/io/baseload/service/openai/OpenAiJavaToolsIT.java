package io.baseload.service.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletion.Choice.FinishReason;
import com.openai.models.chat.completions.ChatCompletionAllowedToolChoice;
import com.openai.models.chat.completions.ChatCompletionAllowedTools;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionNamedToolChoice;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionTokenLogprob;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tools with OpenAI's Java SDK. The bundled model hardly calls one by itself, so it is made to. */
@ExtendWith(WholeService.class)
class OpenAiJavaToolsIT {
    /** Arguments as a call has them. */
    record City(String city, String unit) {}

    private static OpenAIClient client;

    @BeforeAll
    static void connect(RunningService service) {
        client = OpenAIOkHttpClient.builder()
                .baseUrl(service.rest().url() + "/v1")
                .apiKey(RunningService.KEY)
                .maxRetries(0)
                .build();
    }

    @AfterAll
    static void disconnect() {
        client.close();
    }

    private static ChatCompletionCreateParams.Builder question() {
        return ChatCompletionCreateParams.builder()
                .model("default")
                .addUserMessage("What is the weather in Paris?")
                .temperature(0.0)
                .seed(7)
                .maxCompletionTokens(200)
                .parallelToolCalls(false)
                .addFunctionTool(function("get_time", Map.of()))
                .addFunctionTool(function(
                        "get_weather",
                        Map.of(
                                "city", Map.of("type", "string", "maxLength", 20),
                                "unit", Map.of("type", "string", "enum", List.of("C", "F")))));
    }

    private static FunctionDefinition function(String name, Map<String, Object> properties) {
        return FunctionDefinition.builder()
                .name(name)
                .description("For tests")
                .parameters(FunctionParameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty("properties", JsonValue.from(properties))
                        .putAdditionalProperty("required", JsonValue.from(List.copyOf(properties.keySet())))
                        .putAdditionalProperty("additionalProperties", JsonValue.from(false))
                        .build())
                .strict(true)
                .build();
    }

    private static ChatCompletionNamedToolChoice named(String name) {
        return ChatCompletionNamedToolChoice.builder()
                .function(ChatCompletionNamedToolChoice.Function.builder()
                        .name(name)
                        .build())
                .build();
    }

    @Test
    void aRequiredCallIsMadeAndAnswered() {
        var params = question().toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED);
        ChatCompletion called = client.chat().completions().create(params.build());
        called.validate();
        var choice = called.choices().getFirst();
        assertThat(choice.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(choice.message().content()).isEmpty();
        var call = call(called);
        assertThat(call.id()).startsWith("call_");
        assertThat(call.function().name()).isIn("get_time", "get_weather");

        ChatCompletion answered = client.chat()
                .completions()
                .create(question()
                        .addMessage(choice.message())
                        .addMessage(ChatCompletionToolMessageParam.builder()
                                .toolCallId(call.id())
                                .content("sunny, 21 degrees")
                                .build())
                        .build());
        assertThat(answered.choices().getFirst().message().content().orElseThrow())
                .isNotBlank();
    }

    @Test
    void aNamedCallHasValidArgumentsPlainAndStreamed() {
        var params = question().toolChoice(named("get_weather"));
        var plain = call(client.chat().completions().create(params.build()));
        assertThat(plain.function().name()).isEqualTo("get_weather");
        City city = plain.function().arguments(City.class);
        assertThat(city.unit()).isIn("C", "F");
        var sum = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params.build())) {
            stream.stream().peek(ChatCompletionChunk::validate).forEach(sum::accumulate);
        }
        ChatCompletion streamed = sum.chatCompletion();
        assertThat(streamed.choices().getFirst().finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(call(streamed).function()).isEqualTo(plain.function());
    }

    private static ChatCompletionAllowedToolChoice allowed(ChatCompletionAllowedTools.Mode mode, String name) {
        return ChatCompletionAllowedToolChoice.builder()
                .allowedTools(ChatCompletionAllowedTools.builder()
                        .mode(mode)
                        .addTool(ChatCompletionAllowedTools.Tool.builder()
                                .putAdditionalProperty("type", JsonValue.from("function"))
                                .putAdditionalProperty("function", JsonValue.from(Map.of("name", name)))
                                .build())
                        .build())
                .build();
    }

    @Test
    void ofTheAllowedToolsOneIsCalled() {
        ChatCompletion called = client.chat()
                .completions()
                .create(question()
                        .toolChoice(allowed(ChatCompletionAllowedTools.Mode.REQUIRED, "get_weather"))
                        .build());
        assertThat(call(called).function().name()).isEqualTo("get_weather");
    }

    @Test
    void aToolIsRefusedByItsPlaceInTheRequestHoweverFewAreAllowed() {
        var refused = catchThrowableOfType(
                BadRequestException.class,
                () -> client.chat()
                        .completions()
                        .create(question()
                                .addFunctionTool(FunctionDefinition.builder()
                                        .name("broken")
                                        .parameters(FunctionParameters.builder()
                                                .putAdditionalProperty("unevaluatedItems", JsonValue.from(false))
                                                .build())
                                        .build())
                                .toolChoice(allowed(ChatCompletionAllowedTools.Mode.REQUIRED, "broken"))
                                .build()));
        assertThat(refused.param()).contains("tools[2].function.parameters");
        assertThat(refused).hasMessageContaining("#/unevaluatedItems: unevaluatedItems is not supported");
    }

    @Test
    void argumentsAreAnObjectWhateverTheSchema() {
        List<Map<String, JsonValue>> schemas =
                List.of(Map.of(), Map.of("type", JsonValue.from("object")), Map.of("maxLength", JsonValue.from(3)));
        for (Map<String, JsonValue> schema : schemas) {
            ChatCompletion called = client.chat()
                    .completions()
                    .create(question()
                            .addFunctionTool(FunctionDefinition.builder()
                                    .name("free")
                                    .parameters(FunctionParameters.builder()
                                            .additionalProperties(schema)
                                            .build())
                                    .build())
                            .toolChoice(named("free"))
                            .temperature(1.0)
                            .maxCompletionTokens(30)
                            .build());
            assertThat(call(called).function().arguments())
                    .as(schema.toString())
                    .startsWith("{");
        }
    }

    @Test
    void aCallThatIsCutSaysLength() {
        ChatCompletion cut = client.chat()
                .completions()
                .create(question()
                        .toolChoice(named("get_weather"))
                        .maxCompletionTokens(16)
                        .build());
        assertThat(cut.choices().getFirst().finishReason()).isEqualTo(FinishReason.LENGTH);
        ChatCompletion cutInTheMark = client.chat()
                .completions()
                .create(question()
                        .toolChoice(named("get_weather"))
                        .maxCompletionTokens(3)
                        .build());
        var choice = cutInTheMark.choices().getFirst();
        assertThat(choice.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(choice.message().content().orElse("")).isEmpty();
    }

    @Test
    void withoutToolsToChooseNothingIsCalled() {
        ChatCompletion answer = client.chat()
                .completions()
                .create(question()
                        .toolChoice(ChatCompletionToolChoiceOption.Auto.NONE)
                        .maxCompletionTokens(12)
                        .build());
        var message = answer.choices().getFirst().message();
        assertThat(message.toolCalls()).isEmpty();
        assertThat(message.content().orElseThrow()).isNotBlank();
    }

    /** Each answer has its own calls with ids of their own, each token a log-probability, streamed as plain. */
    @Test
    void severalAnswersWithCallsPlainAndStreamed() {
        var params = question()
                .toolChoice(named("get_weather"))
                .temperature(1.0)
                .n(3)
                .logprobs(true)
                .topLogprobs(1);
        ChatCompletion plain = client.chat().completions().create(params.build());
        var sum = ChatCompletionAccumulator.create();
        var usage = ChatCompletionStreamOptions.builder().includeUsage(true).build();
        try (StreamResponse<ChatCompletionChunk> stream = client.chat()
                .completions()
                .createStreaming(params.streamOptions(usage).build())) {
            stream.stream().peek(ChatCompletionChunk::validate).forEach(sum::accumulate);
        }
        ChatCompletion streamed = sum.chatCompletion();
        Set<String> ids = new HashSet<>();
        long tokens = 0;
        for (int i = 0; i < 3; i++) {
            assertThat(plain.choices().get(i).finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
            assertThat(call(streamed, i).function()).isEqualTo(call(plain, i).function());
            assertThat(tokens(streamed, i)).isEqualTo(tokens(plain, i));
            ids.add(call(plain, i).id());
            ids.add(call(streamed, i).id());
            tokens += tokens(plain, i).size();
        }
        assertThat(ids).hasSize(6);
        assertThat(plain.usage().orElseThrow().completionTokens()).isEqualTo(tokens);
        assertThat(streamed.usage().orElseThrow().completionTokens()).isEqualTo(tokens);
    }

    private static List<String> tokens(ChatCompletion answer, int choice) {
        var logprobs = answer.choices().get(choice).logprobs().orElseThrow();
        return logprobs.content().orElseThrow().stream()
                .map(ChatCompletionTokenLogprob::token)
                .toList();
    }

    private static ChatCompletionMessageFunctionToolCall call(ChatCompletion answer) {
        return call(answer, 0);
    }

    private static ChatCompletionMessageFunctionToolCall call(ChatCompletion answer, int choice) {
        var calls = answer.choices().get(choice).message().toolCalls().orElseThrow();
        assertThat(calls).hasSize(1);
        return calls.getFirst().asFunction();
    }
}
