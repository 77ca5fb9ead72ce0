package io.baseload.service.anthropic;

import io.baseload.chat.api.ToolChoice;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.ToolFields;
import io.baseload.service.protocol.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The tools of a request, and the tool choice. */
final class ToolBlocks {
    /** More than at OpenAI: an agent with several MCP servers has hundreds, with long names. */
    private static final int MAX_TOOLS = 512;

    private static final int MAX_NAME = 128;
    private static final List<String> CHOICES = List.of("auto", "any", "tool", "none");

    private ToolBlocks() {}

    static ToolSet read(Fields fields) {
        Set<String> names = new HashSet<>();
        List<ToolSpec> tools = ToolFields.listed(fields, MAX_TOOLS).stream()
                .map(Value::fields)
                .map(tool -> tool(tool, names))
                .toList();
        var choice = fields.find("tool_choice").map(Value::fields);
        boolean parallel = choice.map(chosen -> !chosen.flag("disable_parallel_tool_use", false))
                .orElse(true);
        var mode = choice.map(chosen -> choice(chosen, names)).orElse(ToolChoice.Mode.AUTO);
        return tools.isEmpty() ? ToolSet.EMPTY : new ToolSet(tools, mode, parallel);
    }

    private static ToolSpec tool(Fields tool, Set<String> names) {
        tool.find("type").filter(type -> !type.text().equals("custom")).ifPresent(type -> {
            throw Invalid.unsupported(
                    type.path(), "only tools with their own schema are supported here, not '" + type.text() + "'.");
        });
        return new ToolSpec(
                ToolFields.name(tool.require("name"), names, MAX_NAME),
                tool.find("description").map(Value::text).orElse(""),
                ToolFields.schema(tool.require("input_schema")),
                tool.flag("strict", false));
    }

    private static ToolChoice choice(Fields choice, Set<String> names) {
        Value type = choice.require("type");
        return switch (type.oneOf(CHOICES)) {
            case "auto" -> ToolChoice.Mode.AUTO;
            case "none" -> ToolChoice.Mode.NONE;
            case "any" -> {
                if (names.isEmpty()) {
                    throw Invalid.value(type.path(), "it is only allowed where 'tools' are given.");
                }
                yield ToolChoice.Mode.REQUIRED;
            }
            default -> {
                Value name = choice.require("name");
                if (!names.contains(name.text())) {
                    throw Invalid.value(name.path(), "'tools' has no tool of this name.");
                }
                yield new ToolChoice.Named(name.text());
            }
        };
    }
}
