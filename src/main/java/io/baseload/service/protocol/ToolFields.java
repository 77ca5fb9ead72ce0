package io.baseload.service.protocol;

import io.baseload.chat.api.ToolChoice;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Tools of a conversation, and the tool choice: in the forms of chats and of Responses, which differ in where a function's fields are. */
public final class ToolFields {
    /** Where the fields of a tool, or of a choice of tools, are. */
    public enum Layout {
        /** In a separate object, as in chats: {@code {"type": "function", "function": {"name": …}}}. */
        NESTED,
        /** Next to the type, as in Responses: {@code {"type": "function", "name": …}}. */
        FLAT;

        private Fields inner(Fields outer, String type) {
            return this == NESTED ? outer.require(type).fields() : outer;
        }
    }

    public static final int MAX_TOOLS = 128;
    public static final int MAX_NAME = 64;
    /** Far more than any schema needs or templates can show. */
    private static final int MAX_DEPTH = 64;

    private final Layout layout;
    private final Function<Fields, String> named;
    private final List<ToolSpec> tools = new ArrayList<>();

    private ToolFields(Layout layout, Function<Fields, String> named) {
        this.layout = layout;
        this.named = named;
    }

    /** The fields {@code tools}, {@code tool_choice} and {@code parallel_tool_calls}. */
    public static ToolSet read(Fields fields, Layout layout) {
        return read(
                fields,
                listed(fields, MAX_TOOLS),
                layout,
                function -> function.require("name").text());
    }

    /**
     * The same with these tools.
     *
     * @param named returns the tool that a choice names
     */
    public static ToolSet read(Fields fields, List<Value> functions, Layout layout, Function<Fields, String> named) {
        return new ToolFields(layout, named).read(fields, functions);
    }

    /** The value of the field {@code tools}, with at most so many. */
    public static List<Value> listed(Fields fields, int max) {
        return fields.find("tools").map(value -> value.items(0, max)).orElse(List.of());
    }

    private ToolSet read(Fields fields, List<Value> functions) {
        var names = new HashSet<String>();
        functions.forEach(item -> tools.add(tool(item, names)));
        boolean parallel = fields.flag("parallel_tool_calls", true);
        var choice = fields.find("tool_choice");
        if (choice.isEmpty()) {
            return tools.isEmpty() ? ToolSet.EMPTY : new ToolSet(tools, ToolChoice.Mode.AUTO, parallel);
        }
        Value value = choice.get();
        if (value.node().isObject()) {
            return chosen(value, parallel);
        }
        ToolChoice.Mode mode = mode(value);
        return tools.isEmpty() ? ToolSet.EMPTY : new ToolSet(tools, mode, parallel);
    }

    private ToolSpec tool(Value item, Set<String> names) {
        Fields tool = item.fields();
        tool.require("type").oneOf(List.of("function"));
        Fields function = layout.inner(tool, "function");
        return new ToolSpec(
                name(function.require("name"), names, MAX_NAME),
                function.find("description").map(Value::text).orElse(""),
                function.find("parameters").map(ToolFields::schema).orElse(ToolSpec.NO_PARAMETERS),
                function.flag("strict", false));
    }

    /** A tool's name, which must be unique, and have at most so many characters. */
    public static String name(Value name, Set<String> others, int max) {
        if (!name.text().matches("[a-zA-Z0-9_-]{1," + max + "}")) {
            throw Invalid.value(name.path(), "expected 1 to " + max + " of the characters a-z, A-Z, 0-9, _ and -.");
        }
        if (!others.add(name.text())) {
            throw Invalid.value(name.path(), "another tool has this name.");
        }
        return name.text();
    }

    /** The schema of a tool's arguments, as JSON text. */
    public static String schema(Value parameters) {
        Fields schema = parameters.fields();
        schema.find("type")
                .filter(type -> !type.node().isString() || !type.text().equals("object"))
                .ifPresent(type -> {
                    throw Invalid.value(type.path(), "arguments are an object: expected 'object'.");
                });
        if (depth(parameters.node()) > MAX_DEPTH) {
            throw Invalid.value(parameters.path(), "the schema is nested deeper than " + MAX_DEPTH + " levels.");
        }
        return parameters.node().toString();
    }

    private static int depth(JsonNode node) {
        return node.valueStream().mapToInt(ToolFields::depth).max().orElse(0) + 1;
    }

    /** Where there are no tools, OpenAI refuses {@code auto} for chats only. */
    private ToolChoice.Mode mode(Value value) {
        if (!value.node().isString()) {
            throw Invalid.type(value.path(), "a string or an object", value.node());
        }
        String mode = value.oneOf(List.of("none", "auto", "required"));
        if (mode.equals("required") || mode.equals("auto") && layout == Layout.NESTED) {
            checkGiven(value);
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

    private ToolSet chosen(Value value, boolean parallel) {
        checkGiven(value);
        Fields choice = value.fields();
        if (choice.require("type").oneOf(List.of("function", "allowed_tools")).equals("function")) {
            String name = named(choice);
            return new ToolSet(tools, new ToolChoice.Named(name), parallel);
        }
        Fields allowed = layout.inner(choice, "allowed_tools");
        boolean required =
                allowed.require("mode").oneOf(List.of("auto", "required")).equals("required");
        Set<String> names = allowed.require("tools").items(1, MAX_TOOLS).stream()
                .map(tool -> named(tool.fields()))
                .collect(Collectors.toSet());
        return new ToolSet(tools, new ToolChoice.Allowed(names, required), parallel);
    }

    private String named(Fields choice) {
        choice.require("type").oneOf(List.of("function"));
        Fields function = layout.inner(choice, "function");
        String name = named.apply(function);
        if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
            throw Invalid.value(function.path("name"), "'tools' has no tool of this name.");
        }
        return name;
    }

    private void checkGiven(Value choice) {
        if (tools.isEmpty()) {
            throw Invalid.value(choice.path(), "it is only allowed where 'tools' are given.");
        }
    }
}
