package io.baseload.chat.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.Grammar;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.grammar.TextReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The grammar of answers with calls, if all marks are text. */
class CallGrammarTest {
    private static final String THINK = "<think> </think>";
    private static final String NUMBER = "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}},"
            + "\"required\":[\"a\"],\"additionalProperties\":false}";
    private static final ToolSpec ADD = new ToolSpec("add", "", NUMBER, true);
    private static final ToolSpec PING = new ToolSpec("ping", "", "{\"type\":\"object\",\"not\":{}}", false);
    private static final ToolSet TOOLS = ToolSet.auto(List.of(ADD, PING));

    private static TextReader reader(
            String format, String template, String prompt, BiFunction<CallGrammar, Grammar.Builder, Expr> answer) {
        var grammar = new Grammar.Builder();
        Expr.Rule root = grammar.declare("root");
        var answers = new AnswerFormat(ToolFormats.named(format).orElseThrow(), template, text -> false);
        var calls = new CallGrammar(answers, text -> OptionalInt.empty(), CodePoints.ALL, grammar);
        grammar.define(root, Expr.sequence(calls.reasoning(prompt), answer.apply(calls, grammar)));
        return new TextReader(grammar.build());
    }

    private static TextReader auto(String format, String template, ToolSet tools) {
        return reader(format, template, "", (calls, grammar) -> calls.textAndCalls(tools));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "hermes ~ Hello <tool_cal {\"name\": \"add\"} ~ true",
                "hermes ~ So: <tool_call>%n{\"name\": \"add\", \"arguments\": {\"a\": 1}}%n</tool_call> ~ true",
                "hermes ~ <tool_call>%n{\"name\": \"add\", \"arguments\": {\"a\": \"1\"}}%n</tool_call> ~ false",
                "hermes ~ <tool_call>%n{\"name\": \"add\", \"arguments\": {}}%n</tool_call> ~ false",
                "hermes ~ <tool_call>%n{\"name\": \"sub\", \"arguments\": {}}%n</tool_call> ~ false",
                "hermes ~ <tool_call>%n{\"name\": \"ping\", \"arguments\": {\"x\": [1]}}%n</tool_call> ~ true",
                "hermes ~ <tool_call>{\"arguments\": {}, \"name\": \"add\"}</tool_call> ~ false",
                "hermes ~ <think>Hm <tool_call></think>%n%nHi ~ true",
                "hermes ~ <think>Hm <tool_call> ~ false",
                "generic ~ {\"name\": \"add\", \"arguments\": {\"a\": 1}} ~ true",
                "generic ~ {%n  \"name\": \"add\",%n  \"parameters\": {\"a\": 1}%n} ~ true",
                "generic ~ {\"name\": \"add\", \"arguments\": {}} ~ false",
                "generic ~ {\"arguments\": {}, \"name\": \"add\"} ~ false",
                "generic ~ [{\"arguments\": {}, \"name\": \"\\u0061dd\"}] ~ false",
                "generic ~ {\"arguments\": {}, \"name\": \"ping\"} ~ true",
                "generic ~ {\"sum\": \"3\\n\"} ~ true",
                "generic ~ Call \"add\" with {\"a\": 1} ~ true",
                "llama ~ {\"name\": \"add\", \"parameters\": {\"a\": 1}} ~ true",
                "llama ~ <|python_tag|>{\"name\": \"add\", \"parameters\": {\"a\": 1}} ~ true",
                "llama ~ <|python_tag|>{\"name\": \"add\", \"parameters\": {}} ~ false",
                "llama ~ {\"name\": \"add\", \"parameters\": {}} ~ false",
                "mistral ~ Well[TOOL_CALLS]add[ARGS]{\"a\": 1} ~ true",
                "mistral ~ [TOOL_CALLS]add[ARGS]{\"b\": 1} ~ false",
                "harmony ~ <|channel|>final<|message|>Hi ~ true",
                "harmony ~ <|channel|>commentary to=functions.add <|constrain|>json<|message|>{\"a\": 1}<|call|> ~"
                        + " true",
                "harmony ~ <|channel|>commentary to=functions.add <|constrain|>json<|message|>{}<|call|> ~ false",
                "harmony ~ <|channel|>analysis<|message|>Hm<|end|><|start|>assistant<|channel|>final<|message|>Hi ~"
                        + " true",
            })
    void callsOfStrictToolsAreValidAndAllElseIsFree(String format, String answer, boolean belongs) {
        TextReader reader = auto(format, THINK, TOOLS);
        assertThat(reader.departure(answer.replace("%n", "\n")).isEmpty()).isEqualTo(belongs);
    }

    static List<String> names() {
        return ToolFormats.names();
    }

    /** Whatever belongs to the language, the reader finds no call of the strict tool in it that isn't valid. */
    @ParameterizedTest
    @MethodSource("names")
    void noReadingHasAnInvalidCallOfAStrictTool(String name) {
        ToolFormat format = ToolFormats.named(name).orElseThrow();
        TextReader reader = auto(name, THINK, TOOLS);
        Random random = new Random(7);
        int calls = 0;
        for (int i = 0; i < 200; i++) {
            String answer = answer(format, reader, random);
            if (reader.departure(answer).isEmpty()) {
                String read = answer.replace("<|call|>", ""); // a token that ends the answer
                for (String call :
                        Reading.of(format, THINK, false, TOOLS, read, 3).calls()) {
                    assertThat(call).as(answer).matches("(?s)add \\{\"a\": ?-?\\d+}|ping .*");
                    calls += call.startsWith("add") ? 1 : 0;
                }
            }
        }
        assertThat(calls).isPositive();
    }

    /** Pieces of calls and of noise, each such that the language isn't left. */
    private static String answer(ToolFormat format, TextReader reader, Random random) {
        CallSyntax syntax = format.syntax();
        List<String> pieces = new ArrayList<>(List.of("add", "add\"", "\"add\"", "\"name\": ", "{\"a\": ", "1", "}"));
        pieces.addAll(Scribble.texts(format));
        String value = syntax.parameters()
                .map(p -> p.beforeName() + "a" + p.beforeValue())
                .orElse("{\"a\": ");
        pieces.add(syntax.open() + syntax.beforeName() + "add" + syntax.beforeArguments() + value);
        pieces.add(syntax.parameters().map(ParameterSyntax::afterValue).orElse("")
                + syntax.afterArguments()
                + syntax.close());
        pieces.add(syntax.afterArguments() + syntax.close());
        pieces.addAll(List.of("{\"arguments\": {}", ", \"x\": ", "\"function\": {"));
        var answer = new StringBuilder();
        for (int i = random.nextInt(60); i > 0; i--) {
            String piece =
                    random.nextInt(4) > 0 ? pieces.get(random.nextInt(pieces.size())) : Scribble.of(format, random);
            String longer = answer + piece;
            boolean inside = reader.departure(longer)
                    .map(left -> left.offset() == longer.getBytes(StandardCharsets.UTF_8).length)
                    .orElse(true);
            answer.append(inside ? piece : "");
        }
        return answer.toString();
    }

    /** Arguments are an object, even if the schema allows other types. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"type\":\"object\"}",
                "{\"type\":[\"object\",\"string\",\"null\"]}",
                "{\"minLength\":2,\"minimum\":3}",
                "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"object\"}]}",
                "{\"$ref\":\"#/$defs/any\",\"$defs\":{\"any\":true}}",
                "{\"enum\":[5,{}]}"
            })
    void argumentsOfForcedCallsAreAnObject(String schema) {
        var tools = ToolSet.auto(List.of(new ToolSpec("f", "", schema, false)));
        TextReader calls = reader("llama", "", "", (grammar, rules) -> grammar.calls(tools));
        assertThat(calls.departure("{\"name\": \"f\", \"parameters\": {}}")).isEmpty();
        for (String other : List.of("5", "\"text\"", "null", "[]", "true", "{1}")) {
            assertThat(calls.departure("{\"name\": \"f\", \"parameters\": " + other + "}"))
                    .as(other)
                    .isPresent();
        }
    }

    @Test
    void manyStrictToolsHaveALanguage() {
        List<ToolSpec> tools = IntStream.range(0, 128)
                .mapToObj(i -> new ToolSpec("tool_" + Integer.toString(i * 7919, 36) + "_of_many", "", NUMBER, true))
                .toList();
        TextReader reader = auto("generic", THINK, ToolSet.auto(tools));
        assertThat(reader.departure("{\"name\": \"" + tools.get(99).name() + "\", \"arguments\": {\"a\": 1}}"))
                .isEmpty();
        assertThat(reader.departure("{\"name\": \"" + tools.get(99).name() + "\", \"arguments\": {}}"))
                .isPresent();
    }

    /** Reasoning is unconstrained; the text after it is not. */
    @ParameterizedTest
    @ValueSource(strings = {"", "<think>\n"})
    void formsAndForcedCallsBeginAfterTheThoughts(String prompt) {
        String thoughts = (prompt.isEmpty() ? "<think>" : "") + "{\"a\"? </thin\n</think>\n\n";
        TextReader form = reader("hermes", THINK, prompt, (calls, grammar) -> calls.text(Expr.text("yes")));
        assertThat(form.departure(thoughts + "yes")).isEmpty();
        assertThat(form.departure(thoughts + "Yes")).isPresent();
        assertThat(form.departure("yes").isEmpty()).isEqualTo(prompt.isEmpty());
        TextReader call = reader("hermes", THINK, prompt, (calls, grammar) -> calls.calls(ToolSet.auto(List.of(ADD))));
        assertThat(call.departure(
                        thoughts + "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n</tool_call>"))
                .isEmpty();
        assertThat(call.departure(thoughts + "No.")).isPresent();
    }

    @Test
    void theMarksAroundAnAnswerMayStandAroundItsForm() {
        TextReader form = reader(
                "granite",
                "<think></think><response></response>",
                "",
                (calls, grammar) -> calls.text(Expr.text("yes")));
        assertThat(form.departure("<think>Hm</think><response>yes</response>")).isEmpty();
        assertThat(form.departure("yes")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\":\"object\",\"properties\":{}} | #/additionalProperties: additionalProperties must be false",
                "{\"properties\":{}} | #/type: type must be \"object\"",
                "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"b\":{}}} | #/required: required"
                        + " must be all",
                "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"b\"],\"properties\":{\"b\":{\"anyOf\":[{\"type\":[\"object\",\"null\"]}]}}}"
                    + " | #/properties/b/anyOf/0/additionalProperties",
                "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"b\"],\"properties\":{\"b\":{\"type\":\"array\",\"uniqueItems\":true}}}"
                    + " | #/properties/b/uniqueItems: uniqueItems is not supported",
            })
    void schemasThatAreNotStrictAreRefusedByPlace(String schema, String problem) {
        var tools = ToolSet.auto(List.of(PING, new ToolSpec("f", "", schema, true)));
        assertThatThrownBy(() -> auto("hermes", "", tools))
                .isInstanceOfSatisfying(
                        GrammarException.class,
                        e -> assertThat(Optional.of(e.place())).hasValue("tools[1].function.parameters"))
                .hasMessageContaining(problem);
    }
}
