package io.baseload.chat.completion;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolChoice;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import io.baseload.chat.template.ChatTemplate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChatVariablesTest {
    private static final ToolSpec WEATHER = new ToolSpec(
            "get_weather", "", "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}", false);
    private static final List<Message> CONVERSATION = List.of(
            Message.user("Paris?"),
            new Message.Assistant(
                    Optional.empty(),
                    Optional.of("Hm."),
                    List.of(
                            new ToolCall("call_1", "get_weather", "{\"city\": \"Paris\", \"n\": 1.0}"),
                            new ToolCall("call_2", "get_weather", "{not json"),
                            new ToolCall("call_3", "get_weather", "")),
                    Optional.empty()),
            Message.tool("call_1", "sunny"));

    @Test
    void toolsHaveTheFormOfTheOpenAiWire() {
        assertThat(render("{{ tools | tojson }}", ToolSet.auto(List.of(WEATHER)), Abilities.CallForm.USUAL))
                .isEqualTo("[{\"type\": \"function\", \"function\": {\"name\": \"get_weather\", \"description\": \"\","
                        + " \"parameters\": {\"type\": \"object\", \"properties\": {\"city\": {\"type\":"
                        + " \"string\"}}}}}]");
    }

    @Test
    void aModelThatMustNotCallSeesNoTools() {
        ToolSet none = new ToolSet(List.of(WEATHER), ToolChoice.Mode.NONE, true);
        assertThat(render("{{ tools is none }}", none, Abilities.CallForm.USUAL))
                .isEqualTo("True");
    }

    @Test
    void argumentsAreObjectsWhereTheyAreJson() {
        String calls =
                "{% for c in messages[1].tool_calls %}{{ c.id }} {{ c.function.arguments | tojson }};{% endfor %}";
        assertThat(render(calls, ToolSet.EMPTY, Abilities.CallForm.USUAL))
                .isEqualTo("call_1 {\"city\": \"Paris\", \"n\": 1.0};call_2 \"{not json\";call_3 {};");
    }

    @Test
    void aResultHasTheNameOfItsCall() {
        assertThat(render("{{ messages[2] | tojson }}", ToolSet.EMPTY, Abilities.CallForm.USUAL))
                .isEqualTo("{\"role\": \"tool\", \"content\": \"sunny\", \"tool_call_id\": \"call_1\","
                        + " \"name\": \"get_weather\"}");
    }

    @Test
    void reasoningHasBothOfItsNamesAndAbsentContentIsAsTold() {
        String message =
                "{{ messages[1].reasoning_content }}{{ messages[1].thinking }}{{ messages[1].content is none }}";
        assertThat(render(message, ToolSet.EMPTY, Abilities.CallForm.USUAL)).isEqualTo("Hm.Hm.True");
        assertThat(render(message, ToolSet.EMPTY, new Abilities.CallForm(false, false)))
                .isEqualTo("Hm.Hm.False");
    }

    private static String render(String template, ToolSet tools, Abilities.CallForm form) {
        var request = CompletionRequest.chat(CONVERSATION).withTools(tools);
        var variables = ChatVariables.of(request, (Input.Chat) request.input(), form);
        return ChatTemplate.compile(template).render(variables, LocalDateTime.of(2026, 3, 5, 14, 7));
    }
}
