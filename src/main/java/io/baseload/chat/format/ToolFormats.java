package io.baseload.chat.format;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The formats of tool calls, and the choice of a model's format. */
public final class ToolFormats {
    private static final String PYTHON_TAG = "<|python_tag|>";
    private static final String CALLS = "<\uFF5Ctool\u2581calls\u2581begin\uFF5C>";
    private static final String CALLS_END = "<\uFF5Ctool\u2581calls\u2581end\uFF5C>";
    private static final String CALL = "<\uFF5Ctool\u2581call\u2581begin\uFF5C>";
    private static final String CALL_END = "<\uFF5Ctool\u2581call\u2581end\uFF5C>";
    private static final String SEP = "<\uFF5Ctool\u2581sep\uFF5C>";
    private static final String KIMI_CALLS = "<|tool_calls_section_begin|>";
    private static final String KIMI_CALLS_END = "<|tool_calls_section_end|>";
    private static final String KIMI_CALL = "<|tool_call_begin|>";
    private static final String KIMI_ARGUMENTS = "<|tool_call_argument_begin|>";
    private static final String KIMI_CALL_END = "<|tool_call_end|>";

    /** Hermes 2 and 3, Qwen 2.5 and 3, Granite 4: {@code <tool_call>{"name": …, "arguments": …}</tool_call>}. */
    static final ToolFormat HERMES = marked("hermes", hermes(), List.of("<tool_call>"), List.of("</tool_call>"), false);
    /** Any model, also those whose template doesn't support tools: like hermes, and JSON without marks. */
    static final ToolFormat GENERIC =
            marked("generic", hermes(), List.of("<tool_call>"), List.of("</tool_call>"), true);
    /** Llama 3.x: {@code {"name": …, "parameters": …}}, also after {@code <|python_tag|>}. */
    static final ToolFormat LLAMA = marked(
            "llama",
            new CallSyntax("", "{\"name\": \"", "\", \"parameters\": ", "}", "; ", "", false),
            List.of(PYTHON_TAG),
            List.of(),
            true);
    /** Granite 3.x: {@code <|tool_call|>[{"name": …, "arguments": …}]}. */
    static final ToolFormat GRANITE =
            marked("granite", list("<|tool_call|>[", "]"), List.of("<|tool_call|>", "<tool_call>"), List.of(), false);
    /** Mistral up to 2024: {@code [TOOL_CALLS][{"name": …, "arguments": …}]}. */
    static final ToolFormat MISTRAL_LIST = mistral("mistral-list", list("[TOOL_CALLS][", "]"));
    /** Mistral since 2025: {@code [TOOL_CALLS]name[ARGS]{…}}. */
    static final ToolFormat MISTRAL =
            mistral("mistral", new CallSyntax("", "[TOOL_CALLS]", "[ARGS]", "", "", "", true));
    /** DeepSeek V3 and R1: a kind, the name, and the arguments in a block of JSON. */
    static final ToolFormat DEEPSEEK_V3 = deepSeek(
            "deepseek-v3",
            new CallSyntax(CALLS, CALL + "function" + SEP, "\n```json\n", "\n```" + CALL_END, "\n", CALLS_END, true));
    /** DeepSeek V3.1: the name and the arguments. */
    static final ToolFormat DEEPSEEK =
            deepSeek("deepseek", new CallSyntax(CALLS, CALL, SEP, CALL_END, "", CALLS_END, true));
    /** Nemotron Nano. */
    static final ToolFormat NEMOTRON = marked(
            "nemotron", list("<TOOLCALL>[", "]</TOOLCALL>"), List.of("<TOOLCALL>"), List.of("</TOOLCALL>"), false);
    /** Cohere's Command R7B and later. */
    static final ToolFormat COMMAND = marked(
            "command",
            new CallSyntax(
                    "<|START_ACTION|>[",
                    "{\"tool_name\": \"",
                    "\", \"parameters\": ",
                    "}",
                    ", ",
                    "]<|END_ACTION|>",
                    true),
            List.of("<|START_ACTION|>"),
            List.of("<|END_ACTION|>"),
            false);
    /** OpenAI's gpt-oss. */
    static final ToolFormat HARMONY = new HarmonyFormat();

    /** Moonshot's Kimi K2: a name with a number, and the arguments. */
    static final ToolFormat KIMI = new MarkedFormat(
            "kimi",
            new CallSyntax(
                    KIMI_CALLS,
                    KIMI_CALL + "functions.",
                    ":0" + KIMI_ARGUMENTS,
                    KIMI_CALL_END,
                    "",
                    KIMI_CALLS_END,
                    false),
            List.of(KIMI_CALLS, KIMI_CALL),
            List.of("functions.", ":", KIMI_ARGUMENTS),
            List.of(KIMI_CALL_END, KIMI_CALLS_END),
            false,
            false);
    /** Swiss AI's Apertus: {@code <|tools_prefix|>[{"NAME": {…}}]<|tools_suffix|>}. */
    static final ToolFormat APERTUS = new MarkedFormat(
            "apertus",
            new CallSyntax("<|tools_prefix|>[", "{\"", "\": ", "}", ", ", "]<|tools_suffix|>", true),
            List.of("<|tools_prefix|>"),
            List.of(),
            List.of("<|tools_suffix|>"),
            false,
            true);
    /** Cohere's Command R and R+: a list in a block of JSON after "Action:". */
    static final ToolFormat ACTION = marked(
            "action",
            new CallSyntax(
                    "Action:\n```json\n[\n",
                    "    {\n        \"tool_name\": \"",
                    "\",\n        \"parameters\": ",
                    "\n    }",
                    ",\n",
                    "\n]```",
                    true),
            List.of("Action:\n```json", "Action: ```json", "Action:```json"),
            List.of(),
            false);
    /** Firefunction v2: {@code functools[{"name": …, "arguments": …}]}. */
    static final ToolFormat FUNCTOOLS =
            marked("functools", list("functools[", "]"), List.of("functools"), List.of(), false);
    /** Functionary 3.1: {@code <function=NAME>{…}</function>}. */
    static final ToolFormat FUNCTIONARY = new MarkedFormat(
            "functionary",
            new CallSyntax("", "<function=", ">", "</function>", "", "", false),
            List.of("<function="),
            List.of(">"),
            List.of("</function>"),
            false,
            false);

    private static final List<Rule> RULES = List.of(
            new Rule(HARMONY, List.of("<|channel|>", "<|message|>")),
            new Rule(DEEPSEEK_V3, List.of(CALLS, "```json")),
            new Rule(DEEPSEEK, List.of(CALLS)),
            new Rule(MISTRAL, List.of("[TOOL_CALLS]", "[ARGS]")),
            new Rule(MISTRAL_LIST, List.of("[TOOL_CALLS]")),
            new Rule(KIMI, List.of(KIMI_CALL)),
            new Rule(COMMAND, List.of("<|START_ACTION|>")),
            new Rule(ACTION, List.of("Action:", "```json", "tool_name")),
            new Rule(APERTUS, List.of("<|tools_prefix|>")),
            new Rule(FUNCTOOLS, List.of("functools[")),
            new Rule(NEMOTRON, List.of("<TOOLCALL>")),
            new Rule(GRANITE, List.of("<|tool_call|>")),
            new Rule(NamedFormats.GEMMA, List.of("<|tool_call>call:")),
            new Rule(NamedFormats.SEED, List.of("<seed:tool_call>", "<parameter=")),
            new Rule(NamedFormats.MINIMAX, List.of("<minimax:tool_call>", "<parameter name=")),
            new Rule(NamedFormats.QWEN_CODER, List.of("<tool_call>", "<function=", "<parameter=")),
            new Rule(NamedFormats.GLM, List.of("<tool_call>", "<arg_key>")),
            new Rule(NamedFormats.MINICPM, List.of("<function name=", "<param name=")),
            new Rule(NamedFormats.LFM, List.of(NamedFormats.LFM_CALLS)),
            new Rule(FUNCTIONARY, List.of("<function=", "</function>")),
            new Rule(HERMES, List.of("<tool_call>")),
            new Rule(LLAMA, List.of("{\"name\": function name, \"parameters\": ")));

    private ToolFormats() {}

    /** A format by its name, such as "hermes". */
    public static Optional<ToolFormat> named(String name) {
        return all().filter(format -> format.name().equals(name)).findFirst();
    }

    /** The names of all formats. */
    public static List<String> names() {
        return all().map(ToolFormat::name).toList();
    }

    /**
     * The format of a model.
     *
     * @param template the source of its chat template
     * @param special whether a text is a special token of its vocabulary
     */
    public static ToolFormat of(String template, Predicate<String> special) {
        return RULES.stream()
                .filter(rule -> rule.texts().stream().allMatch(template::contains))
                .map(Rule::format)
                .findFirst()
                .orElseGet(() -> special.test(NamedFormats.LFM_CALLS)
                        ? NamedFormats.LFM
                        : special.test(PYTHON_TAG) ? LLAMA : GENERIC);
    }

    private static Stream<ToolFormat> all() {
        return Stream.concat(RULES.stream().map(Rule::format), Stream.of(GENERIC));
    }

    private static MarkedFormat marked(
            String name, CallSyntax syntax, List<String> opens, List<String> closes, boolean bare) {
        return new MarkedFormat(name, syntax, opens, List.of(), closes, bare, false);
    }

    private static MarkedFormat mistral(String name, CallSyntax syntax) {
        return new MarkedFormat(
                name, syntax, List.of("[TOOL_CALLS]"), List.of("[CALL_ID]", "[ARGS]"), List.of(), false, false);
    }

    private static MarkedFormat deepSeek(String name, CallSyntax syntax) {
        return new MarkedFormat(
                name, syntax, List.of(CALLS, CALL), List.of(SEP), List.of(CALL_END, CALLS_END), false, false);
    }

    private static CallSyntax hermes() {
        return new CallSyntax(
                "", "<tool_call>\n{\"name\": \"", "\", \"arguments\": ", "}\n</tool_call>", "\n", "", true);
    }

    private static CallSyntax list(String open, String close) {
        return new CallSyntax(open, "{\"name\": \"", "\", \"arguments\": ", "}", ", ", close, true);
    }

    /** A template that contains all these texts belongs to a model with this format. */
    private record Rule(ToolFormat format, List<String> texts) {}
}
