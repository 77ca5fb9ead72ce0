package io.baseload.service.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseItem;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.ToolChoiceOptions;
import com.openai.models.responses.inputtokens.InputTokenCountParams;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Responses with OpenAI's Java SDK against the whole service with the bundled model. */
@ExtendWith(WholeService.class)
class OpenAiJavaResponsesIT {
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

    private static ResponseCreateParams.Builder greeting() {
        return ResponseCreateParams.builder()
                .model("default")
                .instructions("You are brief.")
                .input("Say hello.")
                .temperature(0.0)
                .maxOutputTokens(20);
    }

    @Test
    void aStreamAddsUpToTheWholeAnswer() {
        Response whole = client.responses().create(greeting().build());
        whole.validate();
        assertThat(text(whole)).isNotBlank();
        assertThat(whole.usage().orElseThrow().outputTokens()).isBetween(1L, 20L);
        Response streamed = streamed(greeting().build());
        assertThat(text(streamed)).isEqualTo(text(whole));
        assertThat(streamed.status()).isEqualTo(whole.status());
        assertThat(streamed.usage().orElseThrow().totalTokens())
                .isEqualTo(whole.usage().orElseThrow().totalTokens());
    }

    @Test
    void countedTokensAreThoseOfTheResponsesUsage() {
        var counted = client.responses()
                .inputTokens()
                .count(InputTokenCountParams.builder()
                        .model("default")
                        .instructions("You are brief.")
                        .input("Say hello.")
                        .build());
        counted.validate();
        var usage = client.responses().create(greeting().build()).usage().orElseThrow();
        assertThat(counted.inputTokens()).isEqualTo(usage.inputTokens());
    }

    @Test
    void aCallIsMadeAndAnswered() {
        var question = greeting()
                .input("What is the weather in Paris?")
                .maxOutputTokens(80)
                .toolChoice(ToolChoiceOptions.REQUIRED)
                .parallelToolCalls(false)
                .addTool(FunctionTool.builder()
                        .name("get_weather")
                        .strict(true)
                        .parameters(FunctionTool.Parameters.builder()
                                .putAdditionalProperty("type", JsonValue.from("object"))
                                .putAdditionalProperty(
                                        "properties",
                                        JsonValue.from(Map.of("city", Map.of("type", "string", "maxLength", 20))))
                                .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                                .putAdditionalProperty("additionalProperties", JsonValue.from(false))
                                .build())
                        .build());
        ResponseFunctionToolCall call = call(client.responses().create(question.build()));
        assertThat(call.name()).isEqualTo("get_weather");
        assertThat(call.arguments()).contains("\"city\"");
        ResponseFunctionToolCall alsoCall = call(streamed(question.build()));
        assertThat(alsoCall.arguments()).isEqualTo(call.arguments());

        Response answered = client.responses()
                .create(question.inputOfResponse(List.of(
                                ResponseInputItem.ofEasyInputMessage(EasyInputMessage.builder()
                                        .role(EasyInputMessage.Role.USER)
                                        .content("What is the weather in Paris?")
                                        .build()),
                                ResponseInputItem.ofFunctionCall(call),
                                ResponseInputItem.ofFunctionCallOutput(ResponseInputItem.FunctionCallOutput.builder()
                                        .callId(call.callId())
                                        .output("sunny, 21 degrees")
                                        .build())))
                        .toolChoice(ToolChoiceOptions.NONE)
                        .build());
        assertThat(text(answered)).isNotBlank();
    }

    @Test
    void anAnswerThatIsCutIsIncomplete() {
        Response cut = client.responses()
                .create(greeting()
                        .input("Count to a hundred.")
                        .maxOutputTokens(5)
                        .build());
        assertThat(cut.status()).contains(ResponseStatus.INCOMPLETE);
        assertThat(cut.incompleteDetails().orElseThrow().reason())
                .contains(Response.IncompleteDetails.Reason.MAX_OUTPUT_TOKENS);
    }

    @Test
    void aStoredConversationGoesOnAndIsDeleted() {
        Response first = client.responses().create(greeting().store(true).build());
        Response found = client.responses().retrieve(first.id());
        found.validate();
        assertThat(found).isEqualTo(first);
        Response second = streamed(greeting()
                .input("And again?")
                .previousResponseId(first.id())
                .store(true)
                .build());
        assertThat(second.previousResponseId()).contains(first.id());
        assertThat(second.usage().orElseThrow().inputTokens())
                .isGreaterThan(first.usage().orElseThrow().inputTokens()
                        + first.usage().orElseThrow().outputTokens());
        assertThat(text(client.responses().retrieve(second.id()))).isEqualTo(text(second));
        var items = client.responses().inputItems().list(second.id());
        items.items().forEach(ResponseItem::validate);
        assertThat(items.items())
                .singleElement()
                .satisfies(item -> assertThat(item.asResponseInputMessageItem()
                                .content()
                                .getFirst()
                                .asInputText()
                                .text())
                        .isEqualTo("And again?"));
        client.responses().delete(first.id());
        assertThat(catchThrowableOfType(
                        NotFoundException.class, () -> client.responses().retrieve(first.id())))
                .isNotNull();
        var gone = catchThrowableOfType(
                NotFoundException.class,
                () -> client.responses()
                        .createStreaming(
                                greeting().previousResponseId(second.id()).build()));
        assertThat(gone.param()).contains("previous_response_id");
        assertThat(gone.code()).contains("previous_response_not_found");
    }

    @Test
    void refusalsArriveAsTheSdksExceptions() {
        var hot = catchThrowableOfType(
                BadRequestException.class,
                () -> client.responses().create(greeting().temperature(3.0).build()));
        assertThat(hot.param()).contains("temperature");
        var tooLong = catchThrowableOfType(
                BadRequestException.class,
                () -> client.responses()
                        .createStreaming(greeting().input("word ".repeat(9000)).build()));
        assertThat(tooLong.code()).contains("context_length_exceeded");
        assertThat(tooLong.param()).contains("input");
    }

    private static Response streamed(ResponseCreateParams params) {
        var sum = ResponseAccumulator.create();
        try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(params)) {
            stream.stream().peek(ResponseStreamEvent::validate).forEach(sum::accumulate);
        }
        return sum.response();
    }

    private static String text(Response response) {
        return response.output()
                .getLast()
                .asMessage()
                .content()
                .getFirst()
                .asOutputText()
                .text();
    }

    private static ResponseFunctionToolCall call(Response response) {
        assertThat(response.output()).hasSize(1);
        return response.output().getFirst().asFunctionCall();
    }
}
