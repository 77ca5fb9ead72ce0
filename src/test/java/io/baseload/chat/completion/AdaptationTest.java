package io.baseload.chat.completion;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import io.baseload.chat.format.ToolFormat;
import io.baseload.chat.format.ToolFormats;
import java.time.LocalDateTime;
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
