package io.baseload.chat.completion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Completions;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.api.StopReason;
import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolChoice;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.testing.TestModels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Formats and forced calls, with a model of random weights, whose answers keep them all the same. */
class ConstraintsTest {
    private static final Input HELLO = new Input.Texts(List.of("hello world"));
    private static Engine engine;
    private static Completions completions;
    private static Completions smolLm2;

    @BeforeAll
    static void load() {
        engine = Engine.open(new EngineOptions(1, false));
        LoadedModel model = engine.load(TestModels.tiny(), LoadOptions.named("tiny"));
        completions = Completions.of(model);
        smolLm2 = Completions.of(
                engine.load(TestModels.smolLm2(), LoadOptions.named("smollm2").withContextLength(1024)));
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private record Answered(String text, List<ToolCall> calls, StopReason reason) {}

    private static CompletionRequest request(Input input, ToolSet tools, OutputFormat format, long seed) {
        SamplingOptions sampling = new SamplingOptions(1f, 1f, 0, 0f, 0f, 0f, OptionalLong.of(seed), Map.of());
        return new CompletionRequest(input, tools, 1, 1, OptionalInt.of(120), sampling, List.of(), -1, format, false);
    }

    private static Answered ask(Completions of, CompletionRequest request) throws Exception {
        var heard = new Heard();
        Completion unused = of.prepare(request).start(index -> Lease.unlimited(), heard::hear);
        heard.end.get(5, TimeUnit.MINUTES);
        return new Answered(heard.text.toString(), heard.calls(), heard.reason);
    }

    private static Answered ask(OutputFormat format, long seed) throws Exception {
        return ask(completions, request(HELLO, ToolSet.EMPTY, format, seed));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void answersAreOfTheirFormat(long seed) throws Exception {
        Answered regex = ask(new OutputFormat.Regex("guided_regex", "[a-f]{2,5}-\\d+"), seed);
        assertThat(regex.reason == StopReason.LENGTH || Pattern.matches("[a-f]{2,5}-\\d+", regex.text))
                .as(regex.text)
                .isTrue();
        Answered choice = ask(new OutputFormat.Choice("guided_choice", List.of("yes", "no", "don't know")), seed);
        assertThat(choice.text).isIn("yes", "no", "don't know");
        assertThat(choice.reason).isEqualTo(StopReason.STOP);
        Answered gbnf = ask(new OutputFormat.Grammar("guided_grammar", "root ::= \"x\"{2,4} | [ab] \"!\""), seed);
        assertThat(gbnf.text).matches("x{2,4}|[ab]!");
        assertThat(gbnf.reason).isEqualTo(StopReason.STOP);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void jsonAnswersParse(long seed) throws Exception {
        String schema =
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\",\"minimum\":3,\"maximum\":30},"
                        + "\"b\":{\"enum\":[\"x\",\"y\"]}},\"required\":[\"a\",\"b\"]}";
        Answered answer = ask(new OutputFormat.JsonSchema("response_format", schema, false, false), seed);
        assertThat(answer.reason).isEqualTo(StopReason.STOP);
        JsonNode json = JsonMapper.shared().readTree(answer.text);
        assertThat(json.get("a").asInt()).isBetween(3, 30);
        assertThat(json.get("b").asString()).isIn("x", "y");
        Answered object = ask(new OutputFormat.JsonObject(), seed);
        assertThat(object.text).startsWith("{");
        if (object.reason == StopReason.STOP) {
            assertThat(JsonMapper.shared().readTree(object.text).isObject()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void requiredAndNamedCallsAreMadeWithValidArguments(long seed) throws Exception {
        ToolSpec weather = new ToolSpec(
                "weather",
                "",
                "{\"type\":\"object\",\"properties\":{\"days\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9}},\"required\":[\"days\"],\"additionalProperties\":false}",
                true);
        ToolSpec time = new ToolSpec("time", "", ToolSpec.NO_PARAMETERS, false);
        Input chat = new Input.Chat(List.of(Message.user("hello")), Map.of());
        var required = new ToolSet(List.of(weather, time), ToolChoice.Mode.REQUIRED, false);
        Answered any = ask(smolLm2, request(chat, required, OutputFormat.text(), seed));
        assertThat(any.text).isEmpty();
        assertThat(any.calls).hasSize(1);
        assertThat(any.reason).isEqualTo(StopReason.TOOL_CALLS);
        var named = new ToolSet(List.of(weather, time), new ToolChoice.Named("weather"), false);
        ToolCall call = ask(smolLm2, request(chat, named, OutputFormat.text(), seed))
                .calls
                .getFirst();
        assertThat(call.name()).isEqualTo("weather");
        assertThat(JsonMapper.shared().readTree(call.arguments()).get("days").asInt())
                .isBetween(1, 9);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\",\"uniqueItems\":true}}} |"
                        + " #/properties/a/uniqueItems: uniqueItems is not supported",
                "{\"type\":\"array\",\"uniqueItems\":true} | #/uniqueItems: uniqueItems is not supported",
                "{\"$ref\":\"https://example.org/x\"} | #/$ref: $ref is not supported",
                "{\"$ref\":\"#\"} | refers to itself",
                "{\"pattern\":\"(?<=a)\"} | #/pattern: column 1: look-behind",
                "{\"type\":\"strin\"} | #/type: type must be",
                "{\"enum\":[]} | #/enum: enum must be",
                "{ | can't be read",
                "{\"type\":\"integer\",\"minimum\":5,\"maximum\":4} | #/maximum: maximum must be minimum or more,"
                        + " which is 5",
                "{\"oneOf\":[{\"type\":\"string\",\"format\":\"email\"},{\"type\":\"string\",\"format\":\"hostname\"}]}"
                        + " | #/oneOf: oneOf is not supported where",
                "{\"minLength\":-1} | #/minLength: minLength must be",
            })
    void schemasThatCannotBeEnforcedAreRefusedByPlaceAndName(String schema, String problem) {
        CompletionRequest request =
                request(HELLO, ToolSet.EMPTY, new OutputFormat.JsonSchema("guided_json", schema, false, false), 1);
        assertThatThrownBy(() -> completions.prepare(request))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo("guided_json"))
                .hasMessageContaining(problem);
    }

    @Test
    void formatsThatAreNotEnforcedAreNamed() {
        String place = "{\"type\":\"object\",\"properties\":{\"day\":{\"type\":\"string\",\"format\":\"date\"},"
            + "\"code\":{\"$ref\":\"#/$defs/code\"},\"price\":{\"type\":\"number\",\"format\":\"double\"},"
            + "\"level\":{\"type\":\"integer\",\"format\":\"int8\"},\"format\":{\"const\":{\"format\":\"x\"}}},"
            + "\"required\":[\"day\",\"code\",\"format\"],\"$defs\":{\"code\":{\"type\":\"string\",\"format\":\"postal-code\"},"
            + "\"unused\":{\"format\":\"y\"}}}";
        var format = new OutputFormat.JsonSchema("guided_json", place, false, false);
        assertThat(unenforced(request(HELLO, ToolSet.EMPTY, format, 1))).containsExactly("double", "postal-code");
        assertThat(unenforced(request(HELLO, ToolSet.EMPTY, OutputFormat.text(), 1)))
                .isEmpty();
    }

    /** The parameters of a tool are enforced only where it must be called, or is strict. */
    @ParameterizedTest
    @CsvSource({"REQUIRED, color-name", "AUTO, ''"})
    void formatsOfAToolThatAreNotEnforcedAreNamed(ToolChoice.Mode choice, String named) {
        String parameters =
                "{\"type\":\"object\",\"properties\":{\"c\":{\"type\":\"string\",\"format\":\"color-name\"}}}";
        var tools = new ToolSet(List.of(new ToolSpec("f", "", parameters, false)), choice, true);
        Input chat = new Input.Chat(List.of(Message.user("hello")), Map.of());
        assertThat(String.join(
                        ",",
                        smolLm2.prepare(request(chat, tools, OutputFormat.text(), 1))
                                .unenforcedFormats()))
                .isEqualTo(named);
    }

    private static List<String> unenforced(CompletionRequest request) {
        return completions.prepare(request).unenforcedFormats();
    }

    /** Of forced calls, and of strict tools also where the model decides; others are only shown to it. */
    @ParameterizedTest
    @CsvSource({"REQUIRED, false", "REQUIRED, true", "AUTO, true"})
    void aToolsParametersAreRefusedByTheirPlace(ToolChoice.Mode choice, boolean strict) {
        ToolSpec tool =
                new ToolSpec("f", "", "{\"type\":\"object\",\"not\":{},\"additionalProperties\":false}", strict);
        Input chat = new Input.Chat(List.of(Message.user("hello")), Map.of());
        var tools = new ToolSet(List.of(tool), choice, true);
        assertThatThrownBy(() -> smolLm2.prepare(request(chat, tools, OutputFormat.text(), 1)))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo("tools[0].function.parameters"));
    }

    @Test
    void aStrictToolLeavesTextFree() throws Exception {
        var tools = ToolSet.auto(List.of(new ToolSpec("f", "", ToolSpec.NO_PARAMETERS, true)));
        Input chat = new Input.Chat(List.of(Message.user("hello")), Map.of());
        Answered answer = ask(smolLm2, request(chat, tools, OutputFormat.text(), 1));
        assertThat(answer.text.isBlank() && answer.calls.isEmpty())
                .as("%s %s", answer.text, answer.calls)
                .isFalse();
        ToolSpec loose = new ToolSpec("f", "", "{\"not\":{}}", false);
        assertThat(smolLm2.prepare(request(chat, ToolSet.auto(List.of(loose)), OutputFormat.text(), 1))
                        .answers())
                .isEqualTo(1);
    }

    @Test
    void anAnswerInWhichAGrammarTurnsOutTooAmbiguousFailsAsTheAskersError() throws Exception {
        var format = new OutputFormat.Regex("guided_regex", "(([a-z ]{1,100}){1,100}){1,100}");
        var end = new CompletableFuture<CompletionEvent.Failed>();
        smolLm2.prepare(request(HELLO, ToolSet.EMPTY, format, 1)).start(index -> Lease.unlimited(), event -> {
            if (event instanceof CompletionEvent.Failed failed) {
                end.complete(failed);
            }
        });
        CompletionEvent.Failed failed = end.get(5, TimeUnit.MINUTES);
        assertThat(failed.cause())
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo("guided_regex"))
                .hasMessageContaining("too ambiguous");
        assertThat(failed.usage().completion()).isPositive();
    }

    /** Definitions that would take a compiler of grammars hours, or overflow its stack. */
    @ParameterizedTest
    @ValueSource(strings = {"nested", "branches", "large", "digits", "product"})
    void schemasThatExplodeAreRefused(String kind) {
        String schema = switch (kind) {
            case "nested" -> "{\"items\":".repeat(100_000) + "true" + "}".repeat(100_000);
            case "branches" ->
                "{\"allOf\":[" + "{\"anyOf\":[{\"minLength\":1},{\"maxLength\":9},{\"type\":\"null\"}]},".repeat(12)
                        + "{}]}";
            case "large" -> "{\"enum\":[\"" + "x".repeat(900_000) + "\"]}";
            case "digits" -> "{\"type\":\"integer\",\"multipleOf\":999999999989}";
            default -> "{\"allOf\":[{\"pattern\":\"a.{400}b\"},{\"pattern\":\"c.{400}d\"}]}";
        };
        CompletionRequest request =
                request(HELLO, ToolSet.EMPTY, new OutputFormat.JsonSchema("guided_json", schema, false, false), 1);
        assertThatThrownBy(() -> completions.prepare(request)).isInstanceOf(InvalidRequestException.class);
    }

    private static final class Heard {
        private final StringBuilder text = new StringBuilder();
        private final List<String> names = new ArrayList<>();
        private final List<StringBuilder> arguments = new ArrayList<>();
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private StopReason reason = StopReason.LENGTH;

        void hear(CompletionEvent event) {
            switch (event) {
                case CompletionEvent.Text piece -> text.append(piece.text());
                case CompletionEvent.ChoiceFinished finished -> reason = finished.reason();
                case CompletionEvent.Finished finished -> end.complete(null);
                case CompletionEvent.Failed failed -> end.completeExceptionally(failed.cause());
                default -> other(event);
            }
        }

        private void other(CompletionEvent event) {
            if (event instanceof CompletionEvent.ToolCallStarted started) {
                names.add(started.name());
                arguments.add(new StringBuilder());
            } else if (event instanceof CompletionEvent.ToolCallArguments piece) {
                arguments.get(piece.index()).append(piece.fragment());
            }
        }

        List<ToolCall> calls() {
            return IntStream.range(0, names.size())
                    .mapToObj(
                            i -> new ToolCall("", names.get(i), arguments.get(i).toString()))
                    .toList();
        }
    }
}
