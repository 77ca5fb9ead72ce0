package io.baseload.service.openai;

import io.baseload.chat.api.ToolChoice;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Tools of a chat, and whether and which of them the model calls. */
final class ToolFields {
    private static final int MAX_TOOLS = 128;
    /** Far more than any schema needs, and what templates can show. */
    private static final int DEEPEST = 64;

    private static final String NAME = "[a-zA-Z0-9_-]{1,64}";

    private ToolFields() {}

    static ToolSet read(Fields fields) {
        List<ToolSpec> tools = new ArrayList<>();
        Set<String> names = new HashSet<>();
        fields.find("tools")
                .ifPresent(value -> value.items(0, MAX_TOOLS).forEach(item -> tools.add(tool(item, names))));
        boolean parallel = fields.flag("parallel_tool_calls", true);
        var choice = fields.find("tool_choice");
        if (choice.isEmpty()) {
            return tools.isEmpty() ? ToolSet.EMPTY : new ToolSet(tools, ToolChoice.Mode.AUTO, parallel);
        }
        Value value = choice.get();
        return value.node().isObject()
                ? chosen(value, tools, parallel)
                : new ToolSet(tools, mode(value, tools), parallel);
    }

    private static ToolSpec tool(Value item, Set<String> names) {
        Fields tool = item.fields();
        tool.require("type").oneOf(List.of("function"));
        Fields function = tool.require("function").fields();
        Value name = function.require("name");
        if (!name.text().matches(NAME)) {
            throw Invalid.value(name.path(), "expected 1 to 64 of the characters a-z, A-Z, 0-9, _ and -.");
        }
        if (!names.add(name.text())) {
            throw Invalid.value(name.path(), "there is another tool of this name.");
        }
        return new ToolSpec(
                name.text(),
                function.find("description").map(Value::text).orElse(""),
                function.find("parameters").map(ToolFields::schema).orElse(ToolSpec.NO_PARAMETERS),
                function.flag("strict", false));
    }

    private static String schema(Value parameters) {
        Fields schema = parameters.fields();
        schema.find("type")
                .filter(type -> !type.node().isString() || !type.text().equals("object"))
                .ifPresent(type -> {
                    throw Invalid.value(type.path(), "arguments are an object: expected 'object'.");
                });
        if (depth(parameters.node()) > DEEPEST) {
            throw Invalid.value(parameters.path(), "the schema is nested deeper than " + DEEPEST + " levels.");
        }
        return parameters.node().toString();
    }

    private static int depth(JsonNode node) {
        return node.valueStream().mapToInt(ToolFields::depth).max().orElse(0) + 1;
    }

    private static ToolChoice mode(Value value, List<ToolSpec> tools) {
        if (!value.node().isString()) {
            throw Invalid.type(value.path(), "a string or an object", value.node());
        }
        String mode = value.oneOf(List.of("none", "auto", "required"));
        if (!mode.equals("none")) {
            checkGiven(value, tools);
        }
        return mode(mode);
    }

    private static ToolChoice.Mode mode(String mode) {
        return switch (mode) {
            case "none" -> ToolChoice.Mode.NONE;
            case "auto" -> ToolChoice.Mode.AUTO;
            default -> ToolChoice.Mode.REQUIRED;
        };
    }

    private static ToolSet chosen(Value value, List<ToolSpec> tools, boolean parallel) {
        checkGiven(value, tools);
        Fields choice = value.fields();
        if (choice.require("type").oneOf(List.of("function", "allowed_tools")).equals("function")) {
            String name = named(choice, tools);
            return new ToolSet(tools, new ToolChoice.Named(name), parallel);
        }
        Fields allowed = choice.require("allowed_tools").fields();
        boolean required =
                allowed.require("mode").oneOf(List.of("auto", "required")).equals("required");
        Set<String> names = allowed.require("tools").items(1, MAX_TOOLS).stream()
                .map(tool -> named(tool.fields(), tools))
                .collect(Collectors.toSet());
        return new ToolSet(tools, new ToolChoice.Allowed(names, required), parallel);
    }

    private static String named(Fields choice, List<ToolSpec> tools) {
        choice.require("type").oneOf(List.of("function"));
        Value name = choice.require("function").fields().require("name");
        if (tools.stream().noneMatch(tool -> tool.name().equals(name.text()))) {
            throw Invalid.value(name.path(), "'tools' has no tool of this name.");
        }
        return name.text();
    }

    private static void checkGiven(Value choice, List<ToolSpec> tools) {
        if (tools.isEmpty()) {
            throw Invalid.value(choice.path(), "it is only allowed where 'tools' are given.");
        }
    }
}
