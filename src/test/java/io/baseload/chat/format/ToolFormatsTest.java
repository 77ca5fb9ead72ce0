package io.baseload.chat.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The format that is chosen for a template; bin/conformance checks the templates of real models. */
class ToolFormatsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "generic ~ {{ messages[0].content }}",
                "llama ~ Answer with {\"name\": function name, \"parameters\": arguments}",
                "hermes ~ <tool_call>{\"name\": {{ c.name }}, \"arguments\": {{ c.arguments }}}</tool_call>",
                "granite ~ <|tool_call|>{{ calls | tojson }}",
                "mistral-list ~ [TOOL_CALLS]{{ calls | tojson }}",
                "mistral ~ [TOOL_CALLS]{{ c.name }}[ARGS]{{ c.arguments }}",
                "harmony ~ <|channel|>commentary to=functions.{{ c.name }}<|message|>",
                "apertus ~ <|tools_prefix|>[{\"{{ c.name }}\": {{ c.arguments }}}]<|tools_suffix|>",
                "action ~ Write 'Action:' followed by ```json [{\"tool_name\": name, \"parameters\": {}}]```",
                "functools ~ functools[{\"name\": {{ c.name }}}]",
                "functionary ~ <function={{ c.name }}>{{ c.arguments | tojson }}</function>",
                "qwen-coder ~ <tool_call><function={{ c.name }}><parameter={{ k }}>{{ v"
                        + " }}</parameter></function></tool_call>",
                "seed ~ {% set t = '<seed:tool_call>' %}<function={{ c.name }}><parameter={{ k }}>{{ v"
                        + " }}</parameter></function>",
                "glm ~ <tool_call>{{ c.name }}<arg_key>{{ k }}</arg_key><arg_value>{{ v }}</arg_value></tool_call>",
                "minimax ~ {% set t = '<minimax:tool_call>' %}<invoke name=\"f\"><parameter name=\"k\">{{ v"
                        + " }}</parameter></invoke>",
                "minicpm ~ <function name=\"{{ c.name }}\"><param name=\"{{ k }}\">{{ v }}</param></function>",
                "gemma ~ <|tool_call>call:{{ c.name }}{ {{- arguments }}}<tool_call|>",
                "lfm ~ <|tool_call_start|>{{ content }}<|tool_call_end|>",
            })
    void aTemplateShowsItsForm(String format, String template) {
        assertEquals(format, ToolFormats.of(template, text -> false).name());
    }

    @ParameterizedTest
    @CsvSource({"<|tool_call_start|>,lfm", "<|python_tag|>,llama", "<|im_start|>,generic"})
    void aVocabularyMayShowItWhereTheTemplateDoesNot(String special, String format) {
        assertEquals(
                format, ToolFormats.of("List of tools: []", special::equals).name());
    }
}
