package io.baseload.chat.format;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The formats of tool calls, one entry for each family of models, and the choice of a model's format. */
public final class ToolFormats {
    private static final String DEEPSEEK_CALLS = "<\uFF5Ctool\u2581calls\u2581begin\uFF5C>";
    private static final String DEEPSEEK_CALLS_END = "<\uFF5Ctool\u2581calls\u2581end\uFF5C>";
    private static final String DEEPSEEK_CALL = "<\uFF5Ctool\u2581call\u2581begin\uFF5C>";
    private static final String DEEPSEEK_CALL_END = "<\uFF5Ctool\u2581call\u2581end\uFF5C>";
    private static final String DEEPSEEK_SEPARATOR = "<\uFF5Ctool\u2581sep\uFF5C>";
    private static final String KIMI_CALLS = "<|tool_calls_section_begin|>";
    private static final String KIMI_CALLS_END = "<|tool_calls_section_end|>";
    private static final String KIMI_CALL = "<|tool_call_begin|>";
    private static final String KIMI_ARGUMENTS = "<|tool_call_argument_begin|>";
    private static final String KIMI_CALL_END = "<|tool_call_end|>";
    private static final String LFM_CALLS = "<|tool_call_start|>";
    private static final String LFM_CALLS_END = "<|tool_call_end|>";
    private static final String GEMMA_QUOTE = "<|\"|>";

    /** OpenAI's gpt-oss. */
    static final ToolFormat HARMONY = new HarmonyFormat();

    /** DeepSeek V3 and R1: a kind, the name, and the arguments in a block of JSON. */
    static final ToolFormat DEEPSEEK_V3 = deepSeek("deepseek-v3")
            .inTemplates(DEEPSEEK_CALLS, "```json")
            .syntax(CallSyntax.builder()
                    .open(DEEPSEEK_CALLS)
                    .beforeName(DEEPSEEK_CALL + "function" + DEEPSEEK_SEPARATOR)
                    .beforeArguments("\n```json\n")
                    .afterArguments("\n```" + DEEPSEEK_CALL_END)
                    .between("\n")
                    .close(DEEPSEEK_CALLS_END))
            .build();

    /** DeepSeek V3.1: the name and the arguments. */
    static final ToolFormat DEEPSEEK = deepSeek("deepseek")
            .inTemplates(DEEPSEEK_CALLS)
            .syntax(CallSyntax.builder()
                    .open(DEEPSEEK_CALLS)
                    .beforeName(DEEPSEEK_CALL)
                    .beforeArguments(DEEPSEEK_SEPARATOR)
                    .afterArguments(DEEPSEEK_CALL_END)
                    .close(DEEPSEEK_CALLS_END))
            .build();

    /** Mistral since 2025: {@code [TOOL_CALLS]name[ARGS]{…}}. */
    static final ToolFormat MISTRAL = mistral("mistral")
            .inTemplates("[TOOL_CALLS]", "[ARGS]")
            .syntax(CallSyntax.builder().beforeName("[TOOL_CALLS]").beforeArguments("[ARGS]"))
            .build();

    /** Mistral up to 2024: {@code [TOOL_CALLS][{"name": …, "arguments": …}]}. */
    static final ToolFormat MISTRAL_LIST = mistral("mistral-list")
            .inTemplates("[TOOL_CALLS]")
            .syntax(list("[TOOL_CALLS][", "]"))
            .build();

    /** Moonshot's Kimi K2: a name with a number, and the arguments. */
    static final ToolFormat KIMI = CallFormat.named("kimi")
            .inTemplates(KIMI_CALL)
            .syntax(CallSyntax.builder()
                    .open(KIMI_CALLS)
                    .beforeName(KIMI_CALL + "functions.")
                    .beforeArguments(":0" + KIMI_ARGUMENTS)
                    .afterArguments(KIMI_CALL_END)
                    .close(KIMI_CALLS_END)
                    .single())
            .startMarks(KIMI_CALLS, KIMI_CALL)
            .innerMarks("functions.", ":", KIMI_ARGUMENTS)
            .endMarks(KIMI_CALL_END, KIMI_CALLS_END)
            .build();

    /** Cohere's Command R7B and later. */
    static final ToolFormat COMMAND = CallFormat.named("command")
            .inTemplates("<|START_ACTION|>")
            .syntax(CallSyntax.builder()
                    .open("<|START_ACTION|>[")
                    .beforeName("{\"tool_name\": \"")
                    .beforeArguments("\", \"parameters\": ")
                    .afterArguments("}")
                    .between(", ")
                    .close("]<|END_ACTION|>"))
            .startMarks("<|START_ACTION|>")
            .endMarks("<|END_ACTION|>")
            .build();

    /** Cohere's Command R and R+: a list in a block of JSON after "Action:". */
    static final ToolFormat ACTION = CallFormat.named("action")
            .inTemplates("Action:", "```json", "tool_name")
            .syntax(CallSyntax.builder()
                    .open("Action:\n```json\n[\n")
                    .beforeName("    {\n        \"tool_name\": \"")
                    .beforeArguments("\",\n        \"parameters\": ")
                    .afterArguments("\n    }")
                    .between(",\n")
                    .close("\n]```"))
            .startMarks("Action:\n```json", "Action: ```json", "Action:```json")
            .build();

    /** Swiss AI's Apertus: {@code <|tools_prefix|>[{"NAME": {…}}]<|tools_suffix|>}. */
    static final ToolFormat APERTUS = CallFormat.named("apertus")
            .inTemplates("<|tools_prefix|>")
            .syntax(CallSyntax.builder()
                    .open("<|tools_prefix|>[")
                    .beforeName("{\"")
                    .beforeArguments("\": ")
                    .afterArguments("}")
                    .between(", ")
                    .close("]<|tools_suffix|>"))
            .startMarks("<|tools_prefix|>")
            .endMarks("<|tools_suffix|>")
            .keyed()
            .build();

    /** Firefunction v2: {@code functools[{"name": …, "arguments": …}]}. */
    static final ToolFormat FUNCTOOLS = CallFormat.named("functools")
            .inTemplates("functools[")
            .syntax(list("functools[", "]"))
            .startMarks("functools")
            .build();

    /** Nemotron Nano. */
    static final ToolFormat NEMOTRON = CallFormat.named("nemotron")
            .inTemplates("<TOOLCALL>")
            .syntax(list("<TOOLCALL>[", "]</TOOLCALL>"))
            .startMarks("<TOOLCALL>")
            .endMarks("</TOOLCALL>")
            .build();

    /** Granite 3.x: {@code <|tool_call|>[{"name": …, "arguments": …}]}. */
    static final ToolFormat GRANITE = CallFormat.named("granite")
            .inTemplates("<|tool_call|>")
            .syntax(list("<|tool_call|>[", "]"))
            .startMarks("<|tool_call|>", "<tool_call>")
            .build();

    /** Google's Gemma 4: names without quotation marks, texts with special ones. */
    static final ToolFormat GEMMA = CallFormat.named("gemma")
            .inTemplates("<|tool_call>call:")
            .syntax(CallSyntax.builder()
                    .beforeName("<|tool_call>call:")
                    .beforeArguments("{")
                    .parameters(ParameterSyntax.literals()
                            .beforeValue(":")
                            .between(",")
                            .textMarks(GEMMA_QUOTE, GEMMA_QUOTE))
                    .afterArguments("}<tool_call|>"))
            .startMarks("<|tool_call>")
            .innerMarks(GEMMA_QUOTE)
            .endMarks("<tool_call|>")
            .build();

    /** ByteDance's Seed-OSS. */
    static final ToolFormat SEED = function(
                    "seed",
                    "<seed:tool_call>",
                    "</seed:tool_call>",
                    ParameterSyntax.texts()
                            .beforeName("<parameter=")
                            .beforeValue(">")
                            .afterValue("</parameter>\n"))
            .inTemplates("<seed:tool_call>", "<parameter=")
            .build();

    /** MiniMax M2: names in attributes. */
    static final ToolFormat MINIMAX = CallFormat.named("minimax")
            .inTemplates("<minimax:tool_call>", "<parameter name=")
            .syntax(CallSyntax.builder()
                    .open("<minimax:tool_call>\n")
                    .beforeName("<invoke name=\"")
                    .beforeArguments("\">\n")
                    .parameters(ParameterSyntax.texts()
                            .beforeName("<parameter name=\"")
                            .beforeValue("\">")
                            .afterValue("</parameter>\n"))
                    .afterArguments("</invoke>\n")
                    .close("</minimax:tool_call>"))
            .startMarks("<minimax:tool_call>", "<invoke name=\"")
            .endMarks("</minimax:tool_call>")
            .build();

    /** Qwen3-Coder, Nemotron 3: each value on separate lines. */
    static final ToolFormat QWEN_CODER = function(
                    "qwen-coder",
                    "<tool_call>",
                    "</tool_call>",
                    ParameterSyntax.texts()
                            .beforeName("<parameter=")
                            .beforeValue(">\n")
                            .afterValue("\n</parameter>\n"))
            .inTemplates("<tool_call>", "<function=", "<parameter=")
            .build();

    /** GLM 4.5 to 4.7, Poolside's Laguna: names and values in separate marks. */
    static final ToolFormat GLM = CallFormat.named("glm")
            .inTemplates("<tool_call>", "<arg_key>")
            .syntax(CallSyntax.builder()
                    .beforeName("<tool_call>")
                    .beforeArguments("\n")
                    .parameters(ParameterSyntax.texts()
                            .beforeName("<arg_key>")
                            .beforeValue("</arg_key>\n<arg_value>")
                            .afterValue("</arg_value>\n"))
                    .afterArguments("</tool_call>")
                    .between("\n"))
            .startMarks("<tool_call>")
            .innerMarks("<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>")
            .endMarks("</tool_call>")
            .build();

    /** MiniCPM 5: texts that would be read as XML are in CDATA. */
    static final ToolFormat MINICPM = CallFormat.named("minicpm")
            .inTemplates("<function name=", "<param name=")
            .syntax(CallSyntax.builder()
                    .beforeName("<function name=\"")
                    .beforeArguments("\">")
                    .parameters(ParameterSyntax.texts()
                            .beforeName("<param name=\"")
                            .beforeValue("\">")
                            .afterValue("</param>")
                            .textMarks("<![CDATA[", "]]>"))
                    .afterArguments("</function>")
                    .between("\n"))
            .startMarks("<function name=\"")
            .build();

    /** Liquid's LFM2: calls in Python's syntax. */
    static final ToolFormat LFM = CallFormat.named("lfm")
            .inTemplates(LFM_CALLS)
            .withToken(LFM_CALLS)
            .syntax(CallSyntax.builder()
                    .open(LFM_CALLS + "[")
                    .beforeArguments("(")
                    .parameters(ParameterSyntax.literals().beforeValue("=").between(", "))
                    .afterArguments(")")
                    .between(", ")
                    .close("]" + LFM_CALLS_END))
            .startMarks(LFM_CALLS)
            .endMarks(LFM_CALLS_END)
            .build();

    /** Functionary 3.1: {@code <function=NAME>{…}</function>}. */
    static final ToolFormat FUNCTIONARY = CallFormat.named("functionary")
            .inTemplates("<function=", "</function>")
            .syntax(CallSyntax.builder()
                    .beforeName("<function=")
                    .beforeArguments(">")
                    .afterArguments("</function>")
                    .single())
            .startMarks("<function=")
            .innerMarks(">")
            .endMarks("</function>")
            .build();

    /** Hermes 2 and 3, Qwen 2.5 and 3, Granite 4: {@code <tool_call>{"name": …, "arguments": …}</tool_call>}. */
    static final ToolFormat HERMES = hermes("hermes").inTemplates("<tool_call>").build();

    /** Llama 3.x: {@code {"name": …, "parameters": …}}, also after {@code <|python_tag|>}. */
    static final ToolFormat LLAMA = CallFormat.named("llama")
            .inTemplates("{\"name\": function name, \"parameters\": ")
            .withToken("<|python_tag|>")
            .syntax(CallSyntax.builder()
                    .beforeName("{\"name\": \"")
                    .beforeArguments("\", \"parameters\": ")
                    .afterArguments("}")
                    .between("; ")
                    .single())
            .startMarks("<|python_tag|>")
            .bare()
            .build();

    /** Any model, also those whose template doesn't support tools: like hermes, and JSON without marks. */
    static final ToolFormat GENERIC = hermes("generic").bare().build();

    /** In the order in which they are looked for: signs of the later ones may occur in templates of the earlier ones. */
    private static final List<ToolFormat> ALL = List.of(
            HARMONY,
            DEEPSEEK_V3,
            DEEPSEEK,
            MISTRAL,
            MISTRAL_LIST,
            KIMI,
            COMMAND,
            ACTION,
            APERTUS,
            FUNCTOOLS,
            NEMOTRON,
            GRANITE,
            GEMMA,
            SEED,
            MINIMAX,
            QWEN_CODER,
            GLM,
            MINICPM,
            LFM,
            FUNCTIONARY,
            HERMES,
            LLAMA,
            GENERIC);

    private ToolFormats() {}

    /** A format by its name, such as "hermes". */
    public static Optional<ToolFormat> named(String name) {
        return first(format -> format.name().equals(name));
    }

    /** The names of all formats. */
    public static List<String> names() {
        return ALL.stream().map(ToolFormat::name).toList();
    }

    /**
     * The format of a model.
     *
     * @param template the source of its chat template
     * @param special whether a text is a special token of its vocabulary
     */
    public static ToolFormat of(String template, Predicate<String> special) {
        return first(format -> format.recognition().isIn(template))
                .or(() -> first(
                        format -> format.recognition().token().filter(special).isPresent()))
                .orElse(GENERIC);
    }

    private static Optional<ToolFormat> first(Predicate<ToolFormat> condition) {
        return ALL.stream().filter(condition).findFirst();
    }

    private static CallFormat.Builder deepSeek(String name) {
        return CallFormat.named(name)
                .startMarks(DEEPSEEK_CALLS, DEEPSEEK_CALL)
                .innerMarks(DEEPSEEK_SEPARATOR)
                .endMarks(DEEPSEEK_CALL_END, DEEPSEEK_CALLS_END);
    }

    private static CallFormat.Builder mistral(String name) {
        return CallFormat.named(name).startMarks("[TOOL_CALLS]").innerMarks("[CALL_ID]", "[ARGS]");
    }

    private static CallFormat.Builder hermes(String name) {
        return CallFormat.named(name)
                .syntax(CallSyntax.builder()
                        .beforeName("<tool_call>\n{\"name\": \"")
                        .beforeArguments("\", \"arguments\": ")
                        .afterArguments("}\n</tool_call>")
                        .between("\n"))
                .startMarks("<tool_call>")
                .endMarks("</tool_call>");
    }

    /** Functions and parameters as elements of XML whose tags have values. */
    private static CallFormat.Builder function(
            String name, String open, String close, ParameterSyntax.Builder parameters) {
        return CallFormat.named(name)
                .syntax(CallSyntax.builder()
                        .beforeName(open + "\n<function=")
                        .beforeArguments(">\n")
                        .parameters(parameters)
                        .afterArguments("</function>\n" + close)
                        .between("\n"))
                .startMarks(open, "<function=")
                .endMarks(close);
    }

    /** Calls as objects in a list. */
    private static CallSyntax.Builder list(String open, String close) {
        return CallSyntax.builder()
                .open(open)
                .beforeName("{\"name\": \"")
                .beforeArguments("\", \"arguments\": ")
                .afterArguments("}")
                .between(", ")
                .close(close);
    }
}
