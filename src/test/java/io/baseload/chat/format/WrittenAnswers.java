package io.baseload.chat.format;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Correct and incorrect answers of models of each family, with the format, the template and the expected reading. */
final class WrittenAnswers {
    private static final String THINK = "{{ '<think>' }}{{ '</think>' }}";
    private static final String NO_THOUGHTS = "";
    private static final String PARIS = "{\"city\": \"Paris\"}";
    private static final String ADD = "{\"name\": \"add\", \"arguments\": {\"a\": 1}}";

    private WrittenAnswers() {}

    static Stream<Arguments> answers() {
        return Stream.of(
                // Hermes
                call(
                        "hermes",
                        "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": " + PARIS + "}\n</tool_call>",
                        "get_weather " + PARIS),
                mixed(
                        "hermes",
                        "Let me look.\n\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\": " + PARIS
                                + "}\n</tool_call>\nDone.",
                        "Let me look.",
                        "get_weather " + PARIS),
                call(
                        "hermes",
                        "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": " + PARIS
                                + "}\n"
                                + "</tool_call>\n"
                                + "<tool_call>\n"
                                + "{\"name\": \"add\", \"arguments\": {\"a\": 1, \"b\": [2, {}]}}\n"
                                + "</tool_call>",
                        "get_weather " + PARIS,
                        "add {\"a\": 1, \"b\": [2, {}]}"),
                call(
                        "hermes",
                        "<tool_call>{\"name\": \"add\", \"arguments\": \"{\\\"a\\\":"
                                + " \\\"\\ud83d\\ude00\\\"}\"}</tool_call>",
                        "add {\"a\": \"\ud83d\ude00\"}"),
                call("hermes", "<tool_call>{\"name\": \"ping\"}</tool_call>", "ping {}"),
                call("hermes", "<tool_call>{\"name\": \"ping\", \"arguments\": null}", "ping {}"),
                call(
                        "hermes",
                        "<tool_call>[{\"name\": \"ping\", \"arguments\": {}}, {\"name\": \"add\", \"arguments\":"
                                + " {}}]</tool_call>",
                        "ping {}",
                        "add {}"),
                // a name was read: the call stays one, with what the model wrote
                call(
                        "hermes",
                        "<tool_call>{\"name\": \"add\", \"arguments\": {\"a\": 1}</tool_call>\n"
                                + "<tool_call>{\"name\": \"ping\"}</tool_call>",
                        "add {\"a\": 1}",
                        "ping {}"),
                call("hermes", "<tool_call>{\"name\": \"add\" \"arguments\": {}}</tool_call>", "add {}"),
                call("hermes", "<tool_call>{\"name\": \"ping\", \"arguments\": \"\"}</tool_call>", "ping {}"),
                call("hermes", "<tool_call>{\"arguments\": \"\", \"name\": \"ping\"}</tool_call>", "ping {}"),
                // no call: all of it is text
                text("hermes", "<tool_call>{\"name\": \"rm\", \"arguments\": {}}</tool_call>"),
                text("hermes", "<tool_call>\n{\"arguments\": {\"a\": 1}}\n</tool_call> "),
                text("hermes", "In Qwen a <tool_call> is { \"name\": <name> }"),
                text("hermes", "<tool_call>"),
                text("hermes", "<tool_call>{\"name\": \"ad"),
                text("hermes", "a < b, <tool, <tool_ca"),
                text("hermes", " \n text\n "),
                mixed("hermes", "<tool_call> <tool_call>{\"name\": \"ping\"}</tool_call>", "", "ping {}"),
                // Llama
                call("llama", "{\"name\": \"get_weather\", \"parameters\": " + PARIS + "}", "get_weather " + PARIS),
                call(
                        "llama",
                        "<|python_tag|>{\"type\": \"function\", \"name\": \"get_weather\", \"parameters\": " + PARIS
                                + "}",
                        "get_weather " + PARIS),
                call(
                        "llama",
                        "{\"type\": \"function\", \"function\": {\"name\": \"add\", \"parameters\": {}}}",
                        "add {}"),
                call(
                        "llama",
                        "{\"name\": \"ping\", \"parameters\": {}}; {\"name\": \"add\", \"parameters\": {\"a\": 1}}",
                        "ping {}",
                        "add {\"a\": 1}"),
                text("llama", "{\"name\": \"Paris\", \"population\": 2102650}"),
                text("llama", "The call is {\"name\": \"ping\", \"parameters\": {}}"),
                text("llama", "<|python_tag|>print(\"hi\")"),
                text("llama", "{"),
                // Mistral
                call(
                        "mistral-list",
                        "[TOOL_CALLS][{\"name\": \"get_weather\", \"arguments\": " + PARIS
                                + ", \"id\": \"VvvODy9mT\"}]",
                        "get_weather " + PARIS),
                call(
                        "mistral-list",
                        "[TOOL_CALLS] [{\"name\": \"ping\", \"arguments\": {}}, {\"arguments\": {\"a\": 1}, \"name\":"
                                + " \"add\"}]",
                        "ping {}",
                        "add {\"a\": 1}"),
                call("mistral", "[TOOL_CALLS]get_weather[ARGS]" + PARIS, "get_weather " + PARIS),
                call(
                        "mistral",
                        "[TOOL_CALLS]get_weather[CALL_ID]VvvODy9mT[ARGS]" + PARIS + "[TOOL_CALLS]add[ARGS]{\"a\": 1}",
                        "get_weather " + PARIS,
                        "add {\"a\": 1}"),
                call("mistral", "[TOOL_CALLS]ping[ARGS]", "ping {}"),
                mixed("mistral", "Sure. [TOOL_CALLS]ping[ARGS]{}", "Sure.", "ping {}"),
                text("mistral", "[TOOL_CALLS]rm[ARGS]{\"a\": 1}"),
                text("mistral", "[1] and [TOOL"),
                // Granite
                call(
                        "granite",
                        "<|tool_call|>[{\"name\": \"get_weather\", \"arguments\": " + PARIS
                                + "}, {\"name\": \"ping\", \"arguments\": {}}]",
                        "get_weather " + PARIS,
                        "ping {}"),
                call("granite", "<|tool_call|> [{\"arguments\": {}, \"name\": \"ping\"}]", "ping {}"),
                text("granite", "<|tool_call|>[]"),
                // DeepSeek
                call(
                        "deepseek-v3",
                        "<\uFF5Ctool\u2581calls\u2581begin\uFF5C><\uFF5Ctool\u2581call\u2581begin\uFF5C>function<\uFF5Ctool\u2581sep\uFF5C>get_weather\n"
                            + "```json\n"
                                + PARIS
                                + "\n"
                                + "```<\uFF5Ctool\u2581call\u2581end\uFF5C>\n"
                                + "<\uFF5Ctool\u2581call\u2581begin\uFF5C>function<\uFF5Ctool\u2581sep\uFF5C>ping\n"
                                + "```json\n"
                                + "{}\n"
                                + "```<\uFF5Ctool\u2581call\u2581end\uFF5C><\uFF5Ctool\u2581calls\u2581end\uFF5C>",
                        "get_weather " + PARIS,
                        "ping {}"),
                mixed(
                        "deepseek",
                        "Right.\n\n"
                            + "<\uFF5Ctool\u2581calls\u2581begin\uFF5C><\uFF5Ctool\u2581call\u2581begin\uFF5C>get_weather<\uFF5Ctool\u2581sep\uFF5C>"
                                + PARIS
                                + "<\uFF5Ctool\u2581call\u2581end\uFF5C><\uFF5Ctool\u2581call\u2581begin\uFF5C>ping<\uFF5Ctool\u2581sep\uFF5C><\uFF5Ctool\u2581call\u2581end\uFF5C><\uFF5Ctool\u2581calls\u2581end\uFF5C>",
                        "Right.",
                        "get_weather " + PARIS,
                        "ping {}"),
                text(
                        "deepseek",
                        "<\uFF5Ctool\u2581calls\u2581begin\uFF5C><\uFF5Ctool\u2581call\u2581begin\uFF5C>rm<\uFF5Ctool\u2581sep\uFF5C>{}<\uFF5Ctool\u2581call\u2581end\uFF5C>"),
                // harmony
                Arguments.of(
                        "harmony",
                        NO_THOUGHTS,
                        "<|channel|>analysis<|message|>\n"
                                + "Hm.<|end|><|start|>assistant<|channel|>final<|message|>It is <b>sunny</b>.",
                        new Reading("Hm.", "It is <b>sunny</b>.", List.of())),
                Arguments.of(
                        "harmony",
                        NO_THOUGHTS,
                        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary"
                                + " to=functions.get_weather <|constrain|>json<|message|>"
                                + PARIS,
                        new Reading("Hm.", "", List.of("get_weather " + PARIS))),
                Arguments.of(
                        "harmony",
                        NO_THOUGHTS,
                        " to=functions.ping<|channel|>commentary json<|message|>",
                        new Reading("", "", List.of("ping {}"))),
                Arguments.of(
                        "harmony",
                        NO_THOUGHTS,
                        "<|channel|>commentary<|message|>First I look.<|end|><|start|>assistant<|channel|>commentary"
                                + " to=functions.ping<|message|>{}",
                        new Reading("", "First I look.", List.of("ping {}"))),
                Arguments.of(
                        "harmony",
                        NO_THOUGHTS,
                        "<|channel|>commentary to=python<|message|>1 + 1",
                        new Reading("", "1 + 1", List.of())),
                Arguments.of(
                        "harmony",
                        NO_THOUGHTS,
                        "<|channel|>analysis<|message|>One.\n<|end|><|start|>assistant<|channel|>commentary<|message|>"
                                + "I look.<|end|><|start|>assistant<|channel|>analysis<|message|>\nTwo.<|end|>"
                                + "<|start|>assistant<|channel|>final<|message|>Sunny.",
                        new Reading("One.\n\nTwo.", "I look.\n\nSunny.", List.of())),
                text("harmony", "Today is a plain answer."),
                text("harmony", "to"),
                // others
                call("nemotron", "<TOOLCALL>[{\"name\": \"ping\", \"arguments\": {}}]</TOOLCALL>", "ping {}"),
                call(
                        "kimi",
                        "<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>"
                                + PARIS
                                + "<|tool_call_end|><|tool_call_begin|>functions.add:1<|tool_call_argument_begin|>{\"a\":"
                                + " 1}<|tool_call_end|><|tool_calls_section_end|>",
                        "get_weather " + PARIS,
                        "add {\"a\": 1}"),
                call(
                        "command",
                        "<|START_ACTION|>[\n {\"tool_call_id\": \"0\", \"tool_name\": \"get_weather\", \"parameters\": "
                                + PARIS + "}\n]<|END_ACTION|>",
                        "get_weather " + PARIS),
                call("generic", "{\"name\": \"ping\", \"arguments\": {}}", "ping {}"),
                call(
                        "generic",
                        "[{\"name\": \"ping\", \"arguments\": {}}, {\"name\": \"ping\", \"arguments\": {}}]",
                        "ping {}",
                        "ping {}"),
                text("generic", "[1, 2, 3]"),
                text("generic", "[{\"name\": \"Ann\"}, {\"name\": \"Bob\"}]"),
                // arguments one by one
                call("qwen-coder", """
                    <tool_call>
                    <function=get_weather>
                    <parameter=city>
                    Paris
                    </parameter>
                    <parameter=days>
                    3
                    </parameter>
                    </function>
                    </tool_call>\
                    """, "get_weather {\"city\": \"Paris\", \"days\": 3}"),
                mixed(
                        "qwen-coder",
                        "Let me add.\n<tool_call><function=add><parameter=s>\n\n <b>\"1\"\\ </parameter\n\n</parameter>"
                                + "</function></tool_call>\n<function=ping>\n</function>",
                        "Let me add.",
                        "add {\"s\": \"\\n <b>\\\"1\\\"\\\\ </parameter\\n\"}",
                        "ping {}"),
                call(
                        "qwen-coder",
                        """
                        <tool_call>
                        <function=add>
                        <parameter=a>
                        -1.5
                        </parameter>
                        <parameter=b>
                        ["</parameter>", {'x': None}]
                        </parameter>
                        <parameter=c>
                        True
                        </parameter>
                        <parameter=d>
                        null
                        </parameter>
                        <parameter=s>
                        null
                        </parameter>
                        </function>
                        </tool_call>\
                        """,
                        "add {\"a\": -1.5, \"b\": [\"</parameter>\", {\"x\": null}], \"c\": true, \"d\": null, \"s\":"
                                + " \"null\"}"),
                call("qwen-coder", """
                    <tool_call>
                    <function=add>
                    <parameter=d>
                    42
                    </parameter>
                    <parameter=a>
                    4 or 5
                    </parameter>
                    <parameter=x>
                    {"y": 1}
                    </parameter>
                    </function>
                    </tool_call>\
                    """, "add {\"d\": \"42\", \"a\": \"4 or 5\", \"x\": {\"y\": 1}}"),
                // of an incorrect call as much as possible is read, and the JSON is complete
                call("qwen-coder", """
                    <tool_call>
                    <function=add>
                    <parameter=b>
                    ["1]
                    </parameter>
                    <parameter=s>
                    1
                    </parameter>
                    <parameter=s>
                    2
                    </parameter>
                    </tool_call>
                    <tool_call>
                    <function=ping>
                    </tool_call>\
                    """, "add {\"b\": \"[\\\"1]\", \"s\": \"1\"}", "ping {}"),
                call("qwen-coder", """
                    <tool_call>
                    <function=add>
                    <parameter=s>
                    1
                    </parameter>
                    and <tool_call>
                    <function=ping>
                    </function>
                    </tool_call>\
                    """, "add {\"s\": \"1\"}", "ping {}"),
                // a value without an end ends before the line of another parameter, or of the call's end
                call("qwen-coder", """
                    <tool_call>
                    <function=get_weather>
                    <parameter=city>
                    Paris
                    <parameter=days>
                    3
                    </function>
                    </tool_call>\
                    """, "get_weather {\"city\": \"Paris\", \"days\": 3}"),
                call(
                        "qwen-coder",
                        """
                        <tool_call>
                        <function=add>
                        <parameter=b>
                        [1, 2]
                        <parameter=s>
                        a <parameter=d>
                        <parameter=s>
                        <parameter=e>
                        </function>
                        </tool_call>
                        <tool_call>
                        <function=ping>
                        </function>
                        </tool_call>\
                        """,
                        "add {\"b\": [1, 2], \"s\": \"a <parameter=d>\\n<parameter=s>\\n<parameter=e>\"}",
                        "ping {}"),
                // if the answer ends too early, the JSON is incomplete too
                call("qwen-coder", "<tool_call>\n<function=add>\n<parameter=s>\n1\n2", "add {\"s\": \"1\\n2"),
                call("qwen-coder", "<tool_call>\n<function=add>\n<parameter=a>\n12", "add {\"a\": "),
                call("qwen-coder", "<tool_call>\n<function=add>\n<parame", "add {"),
                text(
                        "qwen-coder",
                        "<tool_call>\n<function=rm>\n<parameter=s>\n1\n</parameter>\n</function>\n</tool_call>"),
                text("qwen-coder", "<tool_call>\n{\"name\": \"ping\", \"arguments\": {}}\n</tool_call>"),
                text("qwen-coder", "In XML a <function=ping is <function= ping2 >"),
                text("qwen-coder", "<tool_call>\n<function=pi"),
                call(
                        "seed",
                        "<seed:tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n"
                                + "<parameter=days>3</parameter>\n</function>\n</seed:tool_call>",
                        "get_weather {\"city\": \"\\nParis\\n\", \"days\": 3}"),
                call("glm", """

                    <tool_call>get_weather
                    <arg_key>city</arg_key>
                    <arg_value>Paris</arg_value>
                    <arg_key>days</arg_key><arg_value>3</arg_value></tool_call>
                    <tool_call>ping</tool_call>\
                    """, "get_weather {\"city\": \"Paris\", \"days\": 3}", "ping {}"),
                text("glm", "<tool_call>pingpong\n</tool_call>"),
                text("glm", "<tool_call>ping"),
                call("minimax", """

                    <minimax:tool_call>
                    <invoke name="get_weather">
                    <parameter name="city">Paris</parameter>
                    </invoke>
                    <invoke name="add">
                    <parameter name="a">1</parameter>
                    <parameter name="s">a</invoke></parameter></invoke>
                    </minimax:tool_call>\
                    """, "get_weather {\"city\": \"Paris\"}", "add {\"a\": 1, \"s\": \"a</invoke>\"}"),
                call(
                        "minicpm",
                        "<function name=\"add\"><param name=\"s\"><![CDATA[<param name=\"a\">1</param>\n]]]></param>"
                                + "<param name=\"d\"><!</param><param name=\"b\">['x']</param></function>"
                                + "<function name=\"ping\"></function>",
                        "add {\"s\": \"<param name=\\\"a\\\">1</param>\\n]\", \"d\": \"<!\", \"b\": [\"x\"]}",
                        "ping {}"),
                mixed(
                        "lfm",
                        "Sure. <|tool_call_start|>[get_weather(city=\"Paris\", days=3), add(a=-1.5, b=('x', [None],),"
                                + " c=True, s='it\\'s \\x41 \\d'), ping()]<|tool_call_end|>Done.",
                        "Sure.",
                        "get_weather {\"city\": \"Paris\", \"days\": 3}",
                        "add {\"a\": -1.5, \"b\": [\"x\", [null]], \"c\": true, \"s\": \"it's A \\\\d\"}",
                        "ping {}"),
                call(
                        "lfm",
                        "<|tool_call_start|>[add(b={'x': 1, \"y\": {}}, s=Paris, a=)]<|tool_call_end|>",
                        "add {\"b\": {\"x\": 1, \"y\": {}}, \"s\": \"Paris\", \"a\": null}"),
                call(
                        "lfm",
                        "<|tool_call_start|>[add(b=[1, {'x' 2}], a=1)]<|tool_call_end|>",
                        "add {\"b\": [1, {\"x\": null}]}"),
                call("lfm", "<|tool_call_start|>[add(s=\"1\" 2)", "add {\"s\": \"1\"}"),
                call("lfm", "<|tool_call_start|>[add(\"1\")", "add {}"),
                call("lfm", "<|tool_call_start|>[add(s=\"1", "add {\"s\": \"1"),
                text("lfm", "<|tool_call_start|>[rm(s=1)]<|tool_call_end|>"),
                text("lfm", "<|tool_call_start|>ping"),
                call(
                        "gemma",
                        "<|tool_call>call:add{a:1,b:[<|\"|>x, y<|\"|>,{k:<|\"|>v<|\"|>}],s:<|\"|>a \"b\"\n"
                                + "<|\"|>}<tool_call|><|tool_call>call:ping{}<tool_call|>",
                        "add {\"a\": 1, \"b\": [\"x, y\", {\"k\": \"v\"}], \"s\": \"a \\\"b\\\"\\n\"}",
                        "ping {}"),
                text("gemma", "<|tool_call>call:pong{}<tool_call|>"),
                // JSON in other marks
                call(
                        "apertus",
                        "<|tools_prefix|>[{\"get_weather\": " + PARIS + "}, {\"ping\": {}}]<|tools_suffix|>",
                        "get_weather " + PARIS,
                        "ping {}"),
                text("apertus", "<|tools_prefix|>[{\"rm\": {}}]<|tools_suffix|>"),
                mixed(
                        "action",
                        "I look.\n"
                                + "Action:\n"
                                + "```json\n"
                                + "[\n"
                                + "    {\n"
                                + "        \"tool_name\": \"get_weather\",\n"
                                + "        \"parameters\": "
                                + PARIS + "\n    }\n]```",
                        "I look.",
                        "get_weather " + PARIS),
                text("action", "Action: ```json\n[1]```"),
                call("functools", "functools[{\"name\": \"ping\", \"arguments\": {}}]", "ping {}"),
                call("functionary", "<function=get_weather>" + PARIS + "</function>", "get_weather " + PARIS),
                // reasoning
                thought("<think>\nHm.\n\nYes.\n</think>\n\nIt is sunny.\n", "Hm.\n\nYes.", "It is sunny.\n"),
                thought("\n<think></think>It is sunny.", "", "It is sunny."),
                thought("It is <think>sunny</think>.", "", "It is <think>sunny</think>."),
                thought("<thin", "", "<thin"),
                thought("<think>Hm", "Hm", ""),
                thought("<think>a < b, </thin", "a < b, </thin", ""),
                thought(
                        "<think>Hm.\n<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n</tool_call>",
                        "Hm.\n<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n</tool_call>",
                        "",
                        "add {\"a\": 1}"),
                thought(
                        "<think>Both.\n<tool_call>" + ADD + "</tool_call>\n<tool_call>{\"name\": \"ping\"}</tool_call>",
                        "Both.\n<tool_call>" + ADD + "</tool_call>\n<tool_call>{\"name\": \"ping\"}</tool_call>",
                        "",
                        "add {\"a\": 1}",
                        "ping {}"),
                thought(
                        "<think><tool_call>[" + ADD + ", {\"name\": \"ping\"}]</tool_call>",
                        "<tool_call>[" + ADD + ", {\"name\": \"ping\"}]</tool_call>",
                        "",
                        "add {\"a\": 1}",
                        "ping {}"),
                thought(
                        "<think><tool_call>" + ADD + "</tool_call> No: <tool_call>{\"name\": \"ping\"}</tool_call>",
                        "<tool_call>" + ADD + "</tool_call> No: <tool_call>{\"name\": \"ping\"}</tool_call>",
                        "",
                        "ping {}"),
                thought(
                        "<think><tool_call>" + ADD + "</tool_call><tool_call>{\"name\": \"rm\"}</tool_call>",
                        "<tool_call>" + ADD + "</tool_call><tool_call>{\"name\": \"rm\"}</tool_call>",
                        ""),
                thought(
                        "<think><tool_call>{\"name\": \"ping\"}</tool_call>? No.",
                        "<tool_call>{\"name\": \"ping\"}</tool_call>? No.",
                        ""),
                thought(
                        "<think><tool_call>{\"name\": \"rm\"}</tool_call>",
                        "<tool_call>{\"name\": \"rm\"}</tool_call>",
                        ""),
                thought("<think>Hm.</think><tool_call>{\"name\": \"ping\"}</tool_call>", "Hm.", "", "ping {}"),
                thought(
                        "<think>Not <tool_call>{\"name\": \"ping\"}</tool_call></think>No.",
                        "Not <tool_call>{\"name\": \"ping\"}</tool_call>",
                        "No."),
                Arguments.of(
                        "granite",
                        "</think></response><think><response>",
                        "<think>Hm.</think><response>Sunny.</response>",
                        new Reading("Hm.", "Sunny.", List.of())),
                Arguments.of(
                        "granite",
                        "Here is my thought process: Here is my response:",
                        "Here is my thought process: Hm. Here is my response: Sunny.",
                        new Reading("Hm.", "Sunny.", List.of())));
    }

    private static Arguments call(String format, String written, String... calls) {
        return mixed(format, written, "", calls);
    }

    private static Arguments text(String format, String written) {
        return mixed(format, written, written);
    }

    private static Arguments mixed(String format, String written, String text, String... calls) {
        return Arguments.of(format, NO_THOUGHTS, written, new Reading("", text, List.of(calls)));
    }

    private static Arguments thought(String written, String reasoning, String text, String... calls) {
        return Arguments.of("hermes", THINK, written, new Reading(reasoning, text, List.of(calls)));
    }
}
