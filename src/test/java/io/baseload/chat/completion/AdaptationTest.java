package io.baseload.chat.completion;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import io.baseload.chat.format.ToolFormat;
import io.baseload.chat.format.ToolFormats;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AdaptationTest {
    /** Knows roles and contents, and fails on null. */
    private static final String PLAIN = "{% for m in messages %}[{{ m.role }}]{{ m.content + '' }}{% endfor %}";

    /** Knows one call in a message. */
    private static final String ONE_CALL = """
        {{ (tools or []) | tojson }}{% for m in messages %}[{{ m.role }}]{{ m.content }}\
        {% if m.tool_calls %}{{ m.tool_calls[0].id }}={{ m.tool_calls[0].function | tojson }}{% endif %}\
        {% if m.tool_call_id %}{{ m.tool_call_id }}{% endif %}{% endfor %}\
        """;

    /** Wants short ids, and arguments as text. */
    private static final String STRICT = """
        {% for m in messages %}{% for c in m.tool_calls or [] %}{% if c.id | length != 9 %}{{ raise_exception('id') }}{% endif %}\
        {{ c.id + ':' + c.function.name + ':' + c.function.arguments }};{% endfor %}{% if m.role == 'tool' %}{{ m.tool_call_id }}{{ m.content }}{% endif %}{% endfor %}\
        """;

    /** Wants roles to alternate, as Gemma 2's. */
    private static final String ALTERNATING = """
        {% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}{% for m in messages %}\
        {% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('must alternate') }}{% endif %}\
        [{{ m.role }}]{{ m.content | trim }}{% endfor %}\
        """;

    /** Wants roles to alternate apart from calls and results, as Mistral Nemo's. */
    private static final String ALTERNATING_APART_FROM_CALLS = """
        {% set loop_messages = messages[1:] if messages[0].role == 'system' else messages %}{% set ns = namespace(index=0) %}\
        {% for m in loop_messages %}{% if not (m.role == 'tool' or m.tool_calls) %}\
        {% if (m.role == 'user') != (ns.index % 2 == 0) %}{{ raise_exception('must alternate') }}{% endif %}\
        {% set ns.index = ns.index + 1 %}{% endif %}{% endfor %}{% for m in messages %}[{{ m.role }}]{{ m.content or '' }}\
        {% for c in m.tool_calls or [] %}{{ c.function | tojson }}{% endfor %}{% endfor %}\
        """;

    private static final List<Message> CONVERSATION = List.of(
            Message.user("Paris and Rome?"),
            new Message.Assistant(
                    Optional.empty(),
                    Optional.empty(),
                    List.of(
                            new ToolCall("call_1", "weather", "{\"city\": \"Paris\"}"),
                            new ToolCall("call_2", "weather", "{\"city\": \"Rome\"}")),
                    Optional.empty()),
            Message.tool("call_1", "sun"),
            Message.tool("call_2", "rain"));
    private static final ToolSet TOOLS =
            ToolSet.auto(List.of(new ToolSpec("weather", "of a \"city\"", ToolSpec.NO_PARAMETERS, false)));

    @Test
    void toolsAreDescribedToATemplateWithoutTools() {
        assertThat(render(PLAIN, ToolFormats.named("hermes").orElseThrow(), TOOLS, CONVERSATION))
                .isEqualTo("[system]You can call these tools:\n"
                        + "<tools>\n"
                        + "{\"name\":\"weather\",\"description\":\"of a"
                        + " \\\"city\\\"\",\"parameters\":{\"type\":\"object\",\"properties\":{},"
                        + "\"additionalProperties\":false}}\n"
                        + "</tools>\n"
                        + "To call one, answer with nothing but its name and its arguments as a JSON object, in"
                        + " this form:\n"
                        + "<tool_call>\n"
                        + "{\"name\": \"NAME\", \"arguments\": {ARGUMENTS}}\n"
                        + "</tool_call>[user]Paris and Rome?[assistant]<tool_call>\n"
                        + "{\"name\": \"weather\", \"arguments\": {\"city\": \"Paris\"}}\n"
                        + "</tool_call>\n"
                        + "<tool_call>\n"
                        + "{\"name\": \"weather\", \"arguments\": {\"city\": \"Rome\"}}\n"
                        + "</tool_call>[user]<tool_response>\n"
                        + "sun\n"
                        + "</tool_response>\n"
                        + "<tool_response>\n"
                        + "rain\n"
                        + "</tool_response>");
    }

    @Test
    void instructionsComeAfterTheCallersOwn() {
        List<Message> messages = List.of(Message.system("Be kind."), Message.user("x"));
        assertThat(render(PLAIN, ToolFormats.named("hermes").orElseThrow(), TOOLS, messages))
                .startsWith("[system]Be kind.\n\nYou can call these tools:");
    }

    @Test
    void instructionsThatATemplateWouldOmitAreInTheUsersMessage() {
        List<Message> messages = List.of(
                Message.system("Be kind."),
                Message.user("a"),
                Message.assistant("b"),
                Message.system("Be brief."),
                Message.user("c"));
        ToolFormat format = ToolFormats.named("hermes").orElseThrow();
        String noSystem = "{% for m in messages %}{% if m.role != 'system' %}[{{ m.role }}]{{ m.content + '' }}"
                + "{% endif %}{% endfor %}";
        assertThat(render(noSystem, format, ToolSet.EMPTY, messages))
                .isEqualTo("[user]Be kind.\n\na[assistant]b[user]Be brief.\n\nc");
        assertThat(render(noSystem, format, ToolSet.EMPTY, List.of(Message.system("Be kind."))))
                .isEqualTo("[user]Be kind.");
        assertThat(render(noSystem, format, TOOLS, messages))
                .startsWith("[user]Be kind.\n\nYou can call these tools:")
                .contains("</tool_call>\n\na[assistant]b");
        String raises = PLAIN.replace("[{{", "{% if m.role == 'system' %}{{ raise_exception('no') }}{% endif %}[{{");
        assertThat(render(raises, format, ToolSet.EMPTY, messages))
                .isEqualTo("[user]Be kind.\n\na[assistant]b[user]Be brief.\n\nc");
        String onlyFirst = "{% for m in messages %}{% if m.role != 'system' or loop.first %}[{{ m.role }}]"
                + "{{ m.content + '' }}{% endif %}{% endfor %}";
        assertThat(render(onlyFirst, format, ToolSet.EMPTY, messages))
                .isEqualTo("[system]Be kind.[user]a[assistant]b[user]Be brief.\n\nc");
        assertThat(render(PLAIN, format, ToolSet.EMPTY, messages))
                .isEqualTo("[system]Be kind.[user]a[assistant]b[system]Be brief.[user]c");
    }

    @Test
    void theUsersMessagesAreJoinedWhereRolesMustAlternate() {
        List<Message> instructed = List.of(Message.system("A"), Message.user("x"), Message.system("B"));
        assertThat(generic(ALTERNATING, instructed)).isEqualTo("[user]A\n\nx\n\nB");
        assertThat(generic(ALTERNATING_APART_FROM_CALLS, instructed)).isEqualTo("[system]A[user]x\n\nB");
        List<Message> twice = List.of(Message.user("x"), Message.user("y"));
        assertThat(generic(ALTERNATING, twice)).isEqualTo("[user]x\n\ny");
        assertThat(generic(ALTERNATING_APART_FROM_CALLS, twice)).isEqualTo("[user]x\n\ny");
        assertThat(generic(PLAIN, twice)).isEqualTo("[user]x[user]y");
        List<Message> answered = new ArrayList<>(CONVERSATION);
        answered.add(Message.user("And?"));
        assertThat(generic(ALTERNATING, answered))
                .endsWith("sun\n</tool_response>\n<tool_response>\nrain\n</tool_response>\n\nAnd?");
        assertThat(generic(ALTERNATING_APART_FROM_CALLS, answered)).endsWith("[tool]sun[tool]rain\n\nAnd?");
        assertThat(generic(ONE_CALL, answered)).endsWith("[tool]raincall_2[user]And?");
    }

    @Test
    void noInstructionsAreLostToATemplateThatShowsOnlyTheLast() {
        String lastOnly = "{% set ns = namespace(s='') %}{% for m in messages if m.role == 'system' %}"
                + "{% set ns.s = m.content %}{% endfor %}{{ ns.s }}"
                + "{% for m in messages if m.role != 'system' %}[{{ m.role }}]{{ m.content }}{% endfor %}";
        assertThat(generic(lastOnly, List.of(Message.system("A"), Message.system("B"), Message.user("x"))))
                .isEqualTo("A\n\nB[user]x");
        assertThat(generic(lastOnly, List.of(Message.system("A"), Message.user("x"), Message.system("B"))))
                .isEqualTo("A[user]x[user]B");
        assertThat(generic(
                        lastOnly,
                        List.of(
                                Message.system("A"),
                                Message.user("x"),
                                Message.assistant("y"),
                                Message.system("B"),
                                Message.user("z"))))
                .isEqualTo("A[user]x[assistant]y[user]B\n\nz");
    }

    @Test
    void aCallWithReasoningLosesItsTextWhereATemplateTakesOnlyOne() {
        String raises = "{% for m in messages %}{% if m.content and m.thinking and m.tool_calls %}{{"
            + " raise_exception('Cannot pass both') }}{% endif %}[{{ m.role }}]{{ m.thinking }}{{ m.content or '' }}{%"
            + " for c in m.tool_calls or [] %}{{ c.function | tojson }}{% endfor %}{% endfor %}";
        var call = new ToolCall("call_1", "weather", "{}");
        List<Message> messages = List.of(
                Message.user("x"),
                new Message.Assistant(Optional.of("I look."), Optional.of("Hm."), List.of(call), Optional.empty()),
                Message.tool("call_1", "sun"));
        String written = "{\"name\": \"weather\", \"arguments\": {}}[tool]sun";
        assertThat(generic(raises, messages)).isEqualTo("[user]x[assistant]Hm." + written);
        assertThat(generic(raises.replace("m.content and m.thinking and", "false and"), messages))
                .isEqualTo("[user]x[assistant]Hm.I look." + written);
    }

    @Test
    void theEffortIsInWordsThatTheModelKnows() {
        for (var effort : Map.of("none", "low", "minimal", "low", "medium", "medium", "xhigh", "high", "max", "high")
                .entrySet()) {
            assertThat(effort("harmony", effort.getKey())).isEqualTo(effort.getValue());
            assertThat(effort("hermes", effort.getKey())).isEqualTo(effort.getKey());
        }
    }

    @Test
    void noEffortMeansNoThinkingUnlessTheVariablesSayOtherwise() {
        String source = "{{ reasoning_effort }} {{ enable_thinking }} {{ thinking }}";
        Map<String, Object> none = Map.of("reasoning_effort", "none");
        assertThat(shown(source, none)).isEqualTo("none False False");
        assertThat(shown(source, Map.of("reasoning_effort", "none", "enable_thinking", true)))
                .isEqualTo("none True False");
        assertThat(shown(source, Map.of("reasoning_effort", "low"))).isEqualTo("low  ");
    }

    private static String shown(String source, Map<String, Object> variables) {
        return new Replay(source, ToolFormats.named("hermes").orElseThrow(), LocalDateTime.MIN)
                .render(List.of(Message.user("x")), ToolSet.EMPTY, variables);
    }

    private static String effort(String format, String effort) {
        return new Replay("{{ reasoning_effort }}", ToolFormats.named(format).orElseThrow(), LocalDateTime.MIN)
                .render(List.of(Message.user("x")), ToolSet.EMPTY, Map.of("reasoning_effort", effort));
    }

    private static String generic(String source, List<Message> messages) {
        return render(source, ToolFormats.named("generic").orElseThrow(), ToolSet.EMPTY, messages);
    }

    @Test
    void toolsThatATemplateCannotShowAreToldInWords() {
        String source = "{% for t in tools or [] %}{{ t.function.name }}({% for p in"
                + " t.function.parameters.properties.values() %}{{ p.title + '' }}{% endfor %}){% endfor %}" + PLAIN;
        assertThat(render(source, "{\"properties\":{\"city\":{\"title\":\"City\"}}}"))
                .isEqualTo("weather(City)[user]x");
        assertThat(render(source, "{\"properties\":{\"city\":{}}}")).startsWith("[system]You can call these tools:");
        assertThat(render(source, "{}")).startsWith("[system]You can call these tools:");
    }

    private static String render(String source, String parameters) {
        ToolSet tools = ToolSet.auto(List.of(new ToolSpec("weather", "", parameters, false)));
        return render(source, ToolFormats.named("hermes").orElseThrow(), tools, List.of(Message.user("x")));
    }

    @Test
    void nullIsNoWord() {
        String source = "{% for m in messages %}{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function }}"
                + "{% endfor %}{% endfor %}";
        assertThat(render(source, ToolFormats.named("hermes").orElseThrow(), ToolSet.EMPTY, CONVERSATION))
                .startsWith("Paris and Rome?{");
    }

    @Test
    void severalCallsComeOneAfterTheOtherEachWithItsResult() {
        assertThat(render(ONE_CALL, ToolFormats.named("hermes").orElseThrow(), ToolSet.EMPTY, CONVERSATION))
                .isEqualTo("[][user]Paris and Rome?[assistant]call_1={\"name\": \"weather\", \"arguments\":"
                        + " {\"city\": \"Paris\"}}[tool]suncall_1[assistant]call_2={\"name\": \"weather\","
                        + " \"arguments\": {\"city\": \"Rome\"}}[tool]raincall_2");
    }

    @Test
    void idsAreShortenedAndArgumentsAreTextWhereATemplateWantsIt() {
        assertThat(render(STRICT, ToolFormats.named("mistral").orElseThrow(), ToolSet.EMPTY, CONVERSATION))
                .matches("(\\w{9}):weather:\\{\"city\": \"Paris\"};(\\w{9}):weather:\\{\"city\":"
                        + " \"Rome\"};\\1sun\\2rain");
    }

    private static String render(String source, ToolFormat format, ToolSet tools, List<Message> messages) {
        return new Replay(source, format, LocalDateTime.of(2026, 3, 5, 14, 7)).render(messages, tools, Map.of());
    }
}
