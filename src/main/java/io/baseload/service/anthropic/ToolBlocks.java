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

/** The tools of a request, and the tool choice. A deferred tool is hidden from the model until a search by the client has found it. */
final class ToolBlocks {
    /** More than at OpenAI: an agent with several MCP servers has hundreds, with long names. */
    private static final int MAX_TOOLS = 512;

    private static final int MAX_NAME = 128;
    private static final List<String> CHOICES = List.of("auto", "any", "tool", "none");

    private ToolBlocks() {}

    /** @param found names of deferred tools that are no longer hidden */
    static ToolSet read(Fields fields, List<Value> found) {
        Set<String> names = new HashSet<>();
        Set<String> hidden = new HashSet<>();
        List<ToolSpec> tools = ToolFields.listed(fields, MAX_TOOLS).stream()
                .map(Value::fields)
                .map(tool -> tool(tool, names, hidden))
                .toList();
        for (Value name : found) {
            checkNamed(name, names);
            hidden.remove(name.text());
        }
        var choice = fields.find("tool_choice").map(Value::fields);
        boolean parallel = choice.map(chosen -> !chosen.flag("disable_parallel_tool_use", false))
                .orElse(true);
        Set<String> shown = new HashSet<>(names);
        shown.removeAll(hidden);
        var mode = choice.map(chosen -> choice(chosen, names, shown)).orElse(ToolChoice.Mode.AUTO);
        if (shown.isEmpty() && !(mode instanceof ToolChoice.Named)) {
            return ToolSet.EMPTY;
        }
        return new ToolSet(tools, hidden.isEmpty() ? mode : among(shown, mode), parallel);
    }

    /** A named tool is shown alone: others could make the prompt too long. */
    private static ToolChoice among(Set<String> shown, ToolChoice choice) {
        return switch (choice) {
            case ToolChoice.Mode.AUTO -> new ToolChoice.Allowed(shown, false);
            case ToolChoice.Mode.REQUIRED -> new ToolChoice.Allowed(shown, true);
            case ToolChoice.Named named -> new ToolChoice.Allowed(Set.of(named.name()), true);
            default -> choice;
        };
    }

    private static ToolSpec tool(Fields tool, Set<String> names, Set<String> hidden) {
        tool.find("type").filter(type -> !type.text().equals("custom")).ifPresent(type -> {
            throw Invalid.unsupported(
                    type.path(), "only tools with their own schema are supported here, not '" + type.text() + "'.");
        });
        String name = ToolFields.name(tool.require("name"), names, MAX_NAME);
        if (tool.flag("defer_loading", false)) {
            hidden.add(name);
        }
        return new ToolSpec(
                name,
                tool.find("description").map(Value::text).orElse(""),
                ToolFields.schema(tool.require("input_schema")),
                tool.flag("strict", false));
    }

    private static ToolChoice choice(Fields choice, Set<String> names, Set<String> shown) {
        Value type = choice.require("type");
        return switch (type.oneOf(CHOICES)) {
            case "auto" -> ToolChoice.Mode.AUTO;
            case "none" -> ToolChoice.Mode.NONE;
            case "any" -> {
                if (shown.isEmpty()) {
                    throw Invalid.value(
                            type.path(),
                            names.isEmpty()
                                    ? "it is only allowed where 'tools' are given."
                                    : "all tools are deferred, and none was found yet.");
                }
                yield ToolChoice.Mode.REQUIRED;
            }
            default -> {
                Value name = choice.require("name");
                checkNamed(name, names);
                yield new ToolChoice.Named(name.text());
            }
        };
    }

    private static void checkNamed(Value name, Set<String> names) {
        if (!names.contains(name.text())) {
            throw Invalid.value(name.path(), "'tools' has no tool of this name.");
        }
    }
}
