package io.baseload.chat.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolChoice;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.template.JsonData;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers as models write them, whole and split in any way. */
class AnswerReaderTest {
    private static final String THINK = "{{ '<think>' }}{{ '</think>' }}";
    private static final String NO_THOUGHTS = "";
    private static final String PARIS = "{\"city\": \"Paris\"}";

    /** A mark that is text may stand in a JSON string; one that is a token ends whatever it stands in. */
    static Stream<Arguments> marksInArguments() {
        String quoted = "<tool_call>{\"arguments\": {\"s\": \"a\\\"}{<tool_call>\\\\\"}, \"id\": [1, \"}\"], \"name\":"
                + " \"add\"}</tool_call>";
        String open = "<tool_call>{\"name\": \"add\", \"arguments\": {\"a\": \"1</tool_call>";
        return Stream.of(
                Arguments.of(false, quoted, new Reading("", "", List.of("add {\"s\": \"a\\\"}{<tool_call>\\\\\"}"))),
                Arguments.of(true, quoted, new Reading("", quoted, List.of())),
                Arguments.of(false, open, new Reading("", "", List.of("add {\"a\": \"1</tool_call>"))),
                Arguments.of(true, open, new Reading("", "", List.of("add {\"a\": \"1"))));
    }

    @ParameterizedTest
    @MethodSource
    void marksInArguments(boolean special, String written, Reading expected) {
        assertEquals(expected, read("hermes", NO_THOUGHTS, special, written, 1));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("io.baseload.chat.format.WrittenAnswers#answers")
    void readsAnAnswerHoweverItIsCut(String format, String template, String written, Reading expected) {
        var random = new Random(7);
        for (boolean special : List.of(false, true)) {
            assertEquals(expected, read(format, template, special, written, written.length()), "special: " + special);
            assertEquals(expected, read(format, template, special, written, 1), "char by char");
            for (int i = 0; i < 20; i++) {
                int[] cuts = random.ints(5, 1, 9).toArray();
                assertEquals(expected, read(format, template, special, written, cuts));
            }
        }
    }

    /** Any answer is read in the same way however it is split, nothing is lost if there is no call, and all chars are decided at the end. */
    @ParameterizedTest
    @MethodSource("formats")
    void readsAnything(String name) {
        var random = new Random(11);
        ToolFormat format = ToolFormats.named(name).orElseThrow();
        for (int i = 0; i < 1_000; i++) {
            boolean special = random.nextBoolean();
            String written = Scribble.of(format, random);
            Reading whole = read(name, THINK, special, written, Math.max(1, written.length()));
            assertEquals(whole, read(name, THINK, special, written, 1), written);
            assertEquals(
                    whole,
                    read(name, THINK, special, written, random.ints(3, 1, 7).toArray()),
                    written);
            if (whole.calls().isEmpty()
                    && whole.reasoning().isEmpty()
                    && !name.equals("harmony")
                    && !written.contains("<think>")) {
                assertEquals(written, whole.text());
            }
        }
    }

    /** Each of these objects looks like a call until its end, and so does the next one inside it. */
    @ParameterizedTest
    @CsvSource({"100, true", "4000, false", "100000, false"})
    void readsObjectsInOneAnotherThatAreNoCallsUpToALimit(int depth, boolean within) {
        String begin = "<tool_call>{\"a\":[".repeat(depth);
        String call = "<tool_call>{\"name\": \"ping\"}";
        String end = "]}".repeat(depth);
        String written = begin + call + end;
        assertEquals(
                within ? new Reading("", begin, List.of("ping {}")) : new Reading("", written, List.of()),
                read("hermes", NO_THOUGHTS, false, written, 1_000));
        assertEquals(new Reading("", begin + end, List.of()), read("hermes", NO_THOUGHTS, false, begin + end, 1_000));
    }

    @Test
    void aCallAfterThoseIsStillRead() {
        String text = "<tool_call>{\"a\":[".repeat(4_000) + "]}".repeat(4_000);
        String written = text + " Now: <tool_call>{\"name\": \"ping\"}</tool_call>";
        assertEquals(
                new Reading("", text + " Now:", List.of("ping {}")),
                read("hermes", NO_THOUGHTS, false, written, 1_000));
    }

    static Stream<String> formats() {
        return ToolFormats.names().stream();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void readsTheCallsThatAFormatWrites(String name) {
        ToolFormat format = ToolFormats.named(name).orElseThrow();
        String written = format.syntax().write(calls(format)).replace("<|call|>", "");
        assertEquals(new Reading("", "", expected(format)), read(name, NO_THOUGHTS, true, written, 1));
        assertEquals(new Reading("", "", expected(format)), read(name, NO_THOUGHTS, false, written, 1));
    }

    /** Two calls, or one where a format has only one. */
    private static List<ToolCall> calls(ToolFormat format) {
        var first = new ToolCall("1", "get_weather", PARIS);
        var second = new ToolCall("2", "ping", "{}");
        return format.syntax().several() ? List.of(first, second) : List.of(first);
    }

    private static List<String> expected(ToolFormat format) {
        return calls(format).stream()
                .map(call -> call.name() + " " + call.arguments())
                .toList();
    }

    /** Values of all types, some of which look like another. */
    @ParameterizedTest
    @MethodSource("formats")
    void valuesAreReadAsTheyWereWritten(String name) {
        ToolFormat format = ToolFormats.named(name).orElseThrow();
        String arguments =
                "{\"a\": -1.5, \"b\": [\"x\", [], {\"y\": null}], \"c\": false, \"d\": null, \"s\": \"[1, 2]\"}";
        String written = format.syntax()
                .write(List.of(new ToolCall("1", "add", arguments)))
                .replace("<|call|>", "");
        String read =
                read(name, NO_THOUGHTS, true, written, 1).calls().getFirst().substring("add ".length());
        assertEquals(JsonData.parse(arguments), JsonData.parse(read), written);
    }

    @Test
    void oneCallEndsTheAnswerWhereOnlyOneIsAllowed() {
        var one = new ToolSet(Reading.TOOLS.tools(), ToolChoice.Mode.AUTO, false);
        String written = "<tool_call>{\"name\": \"ping\"}</tool_call>";
        var reader = new AnswerFormat(ToolFormats.HERMES, NO_THOUGHTS, text -> false).reader(one, "");
        var pieces = reader.append(written + written);
        assertTrue(reader.over());
        assertEquals(List.of(new Piece.Call("ping"), new Piece.Arguments("{}")), pieces);
        assertEquals(List.of(), reader.append(written));
    }

    /** What isn't a call is read once more from its second char, so that several calls in it may come at once. */
    @Test
    void ofTheCallsInABrokenOneOnlyTheFirstIsReadWhereOnlyOneIsAllowed() {
        ToolFormat format = ToolFormats.named("nemotron").orElseThrow();
        String written = "<TOOLCALL>[{\"name\":<TOOLCALL>[{\"name\": \"ping\"}, {\"name\": \"add\"}]</TOOLCALL>";
        for (boolean parallel : List.of(true, false)) {
            var tools = new ToolSet(Reading.TOOLS.tools(), ToolChoice.Mode.AUTO, parallel);
            var reader = new AnswerFormat(format, NO_THOUGHTS, text -> false).reader(tools, "");
            var pieces = new ArrayList<>(reader.append(written));
            pieces.addAll(reader.finish(false));
            assertEquals(
                    parallel ? List.of("ping {}", "add {}") : List.of("ping {}"),
                    Reading.of(pieces).calls());
        }
    }

    /** Apertus' calls have the tool's name as their only key. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"add\": {\"a\": 1}, \"ping\": {}}", "{\"add\": {\"a\": 1}, \"name\": \"ping\"}"})
    void anObjectIsOneCall(String object) {
        String written = "<|tools_prefix|>[" + object + "]<|tools_suffix|>";
        assertEquals(
                List.of("add {\"a\": 1}"),
                read("apertus", NO_THOUGHTS, true, written, 1).calls());
    }

    /** The mark that ends the call is missing. */
    @ParameterizedTest
    @CsvSource({"harmony, ' to=functions.ping<|channel|>commentary json<|message|>'", "mistral, [TOOL_CALLS]ping[ARGS]"
    })
    void aCallThatIsCutOffHasNoArguments(String name, String written) {
        ToolFormat format = ToolFormats.named(name).orElseThrow();
        for (boolean cut : List.of(true, false)) {
            var reader = new AnswerFormat(format, NO_THOUGHTS, text -> false).reader(Reading.TOOLS, "");
            var pieces = new ArrayList<>(reader.append(written));
            pieces.addAll(reader.finish(cut));
            assertEquals(new Reading("", "", List.of(cut ? "ping " : "ping {}")), Reading.of(pieces));
        }
    }

    @Test
    void argumentsComeAsTheyAreWritten() {
        var reader = new AnswerFormat(ToolFormats.HERMES, NO_THOUGHTS, text -> false).reader(Reading.TOOLS, "");
        assertEquals(List.of(), reader.append("<tool_call>{\"name\": \"add\"".substring(0, 20)));
        assertEquals(List.of(new Piece.Call("add")), reader.append("\"add\", \"argu"));
        assertEquals(List.of(new Piece.Arguments("{\"a")), reader.append("ments\": {\"a"));
        assertEquals(List.of(new Piece.Arguments("\": 1}")), reader.append("\": 1}}"));
        assertTrue(reader.called());
    }

    /** Of a call, only a mark, the end of a number and text within its own quotation marks are held back. */
    @Test
    void argumentsThatAreNoJsonAreWrittenAsTheyCome() {
        var reader = new AnswerFormat(ToolFormats.QWEN_CODER, NO_THOUGHTS, text -> false).reader(Reading.TOOLS, "");
        assertEquals(List.of(), reader.append("<tool_call>\n<function=add"));
        assertEquals(List.of(new Piece.Call("add"), new Piece.Arguments("{")), reader.append(">\n"));
        assertEquals(List.of(new Piece.Arguments("\"s\": \"on")), reader.append("<parameter=s>\non"));
        assertEquals(List.of(new Piece.Arguments("e")), reader.append("e\n</para"));
        assertEquals(List.of(new Piece.Arguments("\"")), reader.append("meter>"));
        assertEquals(List.of(new Piece.Arguments("}")), reader.append("</function>"));
    }

    @Test
    void aTokenEndsAValueThatHasNoEnd() {
        String written = "<tool_call>\n<function=add>\n<parameter=s>\n1</tool_call>\n<tool_call>\n<function=ping>\n"
                + "</function>\n</tool_call>";
        assertEquals(
                new Reading("", "", List.of("add {\"s\": \"1\"}", "ping {}")),
                read("qwen-coder", NO_THOUGHTS, true, written, 3));
    }

    @Test
    void aCallInReasoningThatIsCutOffIsReasoning() {
        var format = new AnswerFormat(ToolFormats.HERMES, THINK, text -> false);
        var reader = format.reader(Reading.TOOLS, "");
        String call = "<tool_call>{\"name\": \"ping\"}</tool_call>";
        var pieces = new ArrayList<>(reader.append("<think>" + call));
        pieces.addAll(reader.finish(true));
        assertEquals(new Reading(call, "", List.of()), Reading.of(pieces));
    }

    @Test
    void onlyOneCallInReasoningIsReadIfOnlyOneIsAllowed() {
        var format = new AnswerFormat(ToolFormats.HERMES, THINK, text -> false);
        var one = new ToolSet(Reading.TOOLS.tools(), Reading.TOOLS.choice(), false);
        var reader = format.reader(one, "");
        String call = "<tool_call>{\"name\": \"ping\"}</tool_call>";
        var pieces = new ArrayList<>(reader.append("<think>" + call + call));
        pieces.addAll(reader.finish(false));
        assertEquals(new Reading(call + call, "", List.of("ping {}")), Reading.of(pieces));
    }

    /** Each format has its own marks between calls. */
    @ParameterizedTest
    @MethodSource("formatsWithMarks")
    void readsTheCallsAtTheEndOfReasoningThatHasNoEnd(String name) {
        ToolFormat format = ToolFormats.named(name).orElseThrow();
        String written = format.syntax().write(calls(format));
        for (boolean special : List.of(true, false)) {
            assertEquals(
                    new Reading("Hm. " + written.strip(), "", expected(format)),
                    read(name, THINK, special, "<think>Hm. " + written, 1));
        }
    }

    /** Harmony has no reasoning without an end, Llama's calls have no mark, and Functionary's mark {@code >} is in {@code <think>}. */
    static Stream<String> formatsWithMarks() {
        return formats()
                .filter(name -> !List.of("harmony", "llama", "functionary").contains(name));
    }

    @Test
    void theThoughtsMayBeginInThePrompt() {
        var format = new AnswerFormat(ToolFormats.HERMES, THINK, text -> false);
        var reader = format.reader(ToolSet.EMPTY, "<|im_start|>assistant\n<think>\n");
        var pieces = new ArrayList<>(reader.append("Hm.</think>Yes"));
        pieces.addAll(reader.finish(false));
        assertEquals(new Reading("Hm.", "Yes", List.of()), Reading.of(pieces));
    }

    @Test
    void withoutToolsNothingIsACall() {
        var format = new AnswerFormat(ToolFormats.LLAMA, NO_THOUGHTS, text -> true);
        String written = "{\"name\": \"ping\", \"parameters\": {}}";
        var reader = format.reader(ToolSet.EMPTY, "");
        assertEquals(List.of(new Piece.Text(written)), reader.append(written));
    }

    @Test
    void everyCharIsDecidedWhenItIsSent() {
        var reader = new AnswerFormat(ToolFormats.HERMES, NO_THOUGHTS, text -> false).reader(Reading.TOOLS, "");
        reader.append("a <to");
        assertEquals(1, reader.decided());
        reader.append("p>");
        assertEquals(7, reader.decided());
    }

    private static Reading read(String format, String template, boolean special, String written, int... cuts) {
        return Reading.of(ToolFormats.named(format).orElseThrow(), template, special, Reading.TOOLS, written, cuts);
    }
}
