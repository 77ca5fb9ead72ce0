package io.baseload.chat.completion;

import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.api.ToolSet;
import io.baseload.engine.api.CacheScope;

/**
 * Equal for the same constraints of the same caller.
 *
 * @param thinking whether the prompt has begun the model's reasoning
 */
record ConstraintKey(CacheScope scope, OutputFormat format, ToolSet tools, boolean chat, boolean thinking) {
    /** Its approximate size. */
    int characters() {
        int tools = tools().tools().stream()
                .mapToInt(
                        tool -> tool.description().length() + tool.parameters().length())
                .sum();
        return tools
                + switch (format) {
                    case OutputFormat.Text text -> 0;
                    case OutputFormat.JsonObject any -> 0;
                    case OutputFormat.JsonSchema json -> json.schema().length();
                    case OutputFormat.Regex regex -> regex.expression().length();
                    case OutputFormat.Choice choice ->
                        choice.texts().stream().mapToInt(String::length).sum();
                    case OutputFormat.Grammar gbnf -> gbnf.gbnf().length();
                };
    }
}
