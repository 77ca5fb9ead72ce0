package io.baseload.service.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonField;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.ResponseFormatJsonObject;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Structured output by OpenAI's Java SDK, and vLLM's fields, against the whole service with the bundled model. */
@ExtendWith(WholeService.class)
class StructuredOutputIT {
    private static final Map<String, Object> CITY = Map.of(
            "type",
            "object",
            "properties",
            Map.of(
                    "founded",
                    Map.of("type", "integer", "minimum", 1, "maximum", 2000),
                    "harbour",
                    Map.of("type", "boolean")),
            "required",
            List.of("founded", "harbour"),
            "additionalProperties",
            false);

    private static OpenAIClient client;
    private static Rest rest;

    @BeforeAll
    static void connect(RunningService service) {
        rest = service.rest();
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
                .addUserMessage("Tell me about Hamburg.")
                .temperature(1.0)
                .seed(5)
                .maxCompletionTokens(80);
    }

    private static ResponseFormatJsonSchema format(Map<String, Object> schema) {
        return format(schema, Optional.of(true));
    }

    private static ResponseFormatJsonSchema format(Map<String, Object> schema, Optional<Boolean> strict) {
        var body = ResponseFormatJsonSchema.JsonSchema.Schema.builder();
        schema.forEach((name, value) -> body.putAdditionalProperty(name, JsonValue.from(value)));
        return ResponseFormatJsonSchema.builder()
                .jsonSchema(ResponseFormatJsonSchema.JsonSchema.builder()
                        .name("city")
                        .strict(JsonField.ofNullable(strict.orElse(null)))
                        .schema(body.build())
                        .build())
                .build();
    }

    private static String content(ChatCompletion answer) {
        return answer.choices().getFirst().message().content().orElseThrow();
    }

    private static void assertIsCity(String text) {
        JsonNode json = JsonMapper.shared().readTree(text);
        assertThat(json.get("founded").asInt()).isBetween(1, 2000);
        assertThat(json.get("harbour").isBoolean()).isTrue();
        assertThat(json.size()).isEqualTo(2);
    }

    @Test
    void anAnswerMatchesItsSchemaWholeAndStreamed() {
        ChatCompletionCreateParams asked =
                question().responseFormat(format(CITY)).build();
        ChatCompletion answer = client.chat().completions().create(asked);
        assertThat(answer.choices().getFirst().finishReason().value())
                .isEqualTo(ChatCompletion.Choice.FinishReason.Value.STOP);
        assertIsCity(content(answer));
        var whole = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(asked)) {
            stream.stream().forEach(whole::accumulate);
        }
        assertThat(content(whole.chatCompletion())).isEqualTo(content(answer));
    }

    @Test
    void anAnswerThatRunsOutOfTokensSaysSo() {
        ChatCompletion answer = client.chat()
                .completions()
                .create(question()
                        .responseFormat(format(CITY))
                        .maxCompletionTokens(3)
                        .build());
        assertThat(answer.choices().getFirst().finishReason().value())
                .isEqualTo(ChatCompletion.Choice.FinishReason.Value.LENGTH);
    }

    /** A stop text means in JSON what it means elsewhere. */
    @Test
    void aStopTextEndsAnObjectToo() {
        ChatCompletion answer = client.chat()
                .completions()
                .create(question().responseFormat(format(CITY)).stop("\": ").build());
        assertThat(answer.choices().getFirst().finishReason().value())
                .isEqualTo(ChatCompletion.Choice.FinishReason.Value.STOP);
        assertThat(content(answer)).startsWith("{\"").doesNotContain(":");
    }

    @Test
    void anyObjectIsAnObject() {
        ChatCompletion answer = client.chat()
                .completions()
                .create(question()
                        .responseFormat(ResponseFormatJsonObject.builder().build())
                        .build());
        assertThat(content(answer)).startsWith("{");
    }

    @Test
    void vllmsFieldsAreUnderstood() {
        assertThat(content(asked("guided_choice", List.of("yes", "no")))).isIn("yes", "no");
        assertThat(content(asked("guided_regex", "[0-9]{3}-[a-z]{2}"))).matches("[0-9]{3}-[a-z]{2}");
        assertThat(content(asked("guided_grammar", "root ::= \"a\" | \"b\" root")))
                .matches("b*a?");
        assertIsCity(content(asked("guided_json", CITY)));
        assertThat(content(asked("structured_outputs", Map.of("choice", List.of("left", "right")))))
                .isIn("left", "right");
    }

    private static ChatCompletion asked(String field, Object value) {
        return client.chat()
                .completions()
                .create(question()
                        .putAdditionalBodyProperty(field, JsonValue.from(value))
                        .build());
    }

    @Test
    void aSchemaThatCannotBeEnforcedIsRefusedByPlaceAndName() {
        Map<String, Object> schema = Map.of("properties", Map.of("a", Map.of("unevaluatedItems", false)));
        assertRefused(
                format(schema, Optional.empty()), "#/properties/a/unevaluatedItems: unevaluatedItems is not supported");
    }

    static Stream<Arguments> schemasThatAreNotStrict() {
        Map<String, Object> text = Map.of("type", "string", "maxLength", 10);
        Map<String, Object> open = Map.of("type", "object", "properties", Map.of("a", text), "required", List.of("a"));
        Map<String, Object> optional =
                Map.of("type", "object", "properties", Map.of("a", text), "additionalProperties", false);
        return Stream.of(
                Arguments.of(
                        Map.of("type", "array", "items", text, "maxItems", 2),
                        "#/type: type must be \"object\" where strict is true"),
                Arguments.of(open, "#/additionalProperties: additionalProperties must be false where strict is true"),
                Arguments.of(
                        optional,
                        "#/required: required must be all of the properties where strict is true; \"a\" is missing"),
                Arguments.of(
                        Map.of(
                                "type",
                                "object",
                                "properties",
                                Map.of("list", Map.of("type", "array", "items", open, "maxItems", 1)),
                                "required",
                                List.of("list"),
                                "additionalProperties",
                                false),
                        "#/properties/list/items/additionalProperties: additionalProperties must be false"));
    }

    @ParameterizedTest
    @MethodSource("schemasThatAreNotStrict")
    void aStrictSchemaMustBeStrictAnotherNeedNot(Map<String, Object> schema, String problem) {
        assertRefused(format(schema), problem);
        for (Optional<Boolean> strict : List.of(Optional.<Boolean>empty(), Optional.of(false))) {
            ChatCompletion answer = client.chat()
                    .completions()
                    .create(question().responseFormat(format(schema, strict)).build());
            JsonNode json = JsonMapper.shared().readTree(content(answer));
            assertThat(json.isArray()).isEqualTo("array".equals(schema.get("type")));
        }
        assertThat(content(asked("guided_json", schema))).isNotBlank();
    }

    @Test
    void ofASchemaWithoutAnyAnswerThePlaceIsNamed() {
        Map<String, Object> none = Map.of("type", "string", "enum", List.of(1, 2));
        Map<String, Object> schema =
                Map.of("type", "object", "properties", Map.of("a", none), "required", List.of("a"));
        assertRefused(format(schema, Optional.empty()), "#/properties/a: no text that the model can write");
    }

    /** An unknown format is an annotation, and the answer says so. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void formatsThatAreNotEnforcedAreInAHeader(boolean streaming) throws Exception {
        Map<String, Object> schema = Map.of(
                "type",
                "object",
                "properties",
                Map.of(
                        "code", Map.of("type", "string", "format", "postal-code", "maxLength", 5),
                        "day", Map.of("type", "string", "format", "date")),
                "required",
                List.of("code", "day"),
                "additionalProperties",
                false);
        var chat = Map.of(
                "response_format",
                Map.of("type", "json_schema", "json_schema", Map.of("name", "place", "schema", schema)));
        var messages = Map.of("output_config", Map.of("format", Map.of("type", "json_schema", "schema", schema)));
        var responses =
                Map.of("text", Map.of("format", Map.of("type", "json_schema", "name", "place", "schema", schema)));
        assertThat(unenforced("/v1/chat/completions", chat, streaming)).hasValue("postal-code");
        assertThat(unenforced("/v1/completions", Map.of("guided_json", schema), streaming))
                .hasValue("postal-code");
        assertThat(unenforced("/v1/messages", messages, streaming)).hasValue("postal-code");
        assertThat(unenforced("/v1/responses", responses, streaming)).hasValue("postal-code");
        assertThat(unenforced("/v1/chat/completions", Map.of("guided_json", CITY), streaming))
                .isEmpty();
    }

    private static Optional<String> unenforced(String route, Map<String, ?> format, boolean streaming)
            throws Exception {
        Map<String, Object> body = new HashMap<>(format);
        body.put("model", "default");
        body.put("stream", streaming);
        body.put(route.endsWith("responses") ? "max_output_tokens" : "max_tokens", 20);
        body.putAll(
                switch (route) {
                    case "/v1/completions" -> Map.of("prompt", "A city:");
                    case "/v1/responses" -> Map.of("input", "A city?");
                    default -> Map.of("messages", List.of(Map.of("role", "user", "content", "A city?")));
                });
        HttpResponse<String> answer = rest.send("POST", route, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.headers().firstValue("x-unenforced-formats");
    }

    private static void assertRefused(ResponseFormatJsonSchema format, String problem) {
        BadRequestException refused = catchThrowableOfType(
                BadRequestException.class,
                () -> client.chat()
                        .completions()
                        .create(question().responseFormat(format).build()));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.param()).contains("response_format.json_schema.schema");
        assertThat(refused.code()).contains("invalid_value");
        assertThat(refused).hasMessageContaining(problem);
    }
}
