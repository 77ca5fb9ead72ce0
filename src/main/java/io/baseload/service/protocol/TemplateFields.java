package io.baseload.service.protocol;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Variables for the chat template in a chat's body, besides the messages and tools: {@code documents}, {@code reasoning_effort}, {@code chat_template_kwargs}. */
public final class TemplateFields {
    /** Variables that come from other fields. */
    private static final Set<String> RESERVED = Set.of("messages", "tools", "documents", "bos_token", "eos_token");

    private TemplateFields() {}

    /** Variables by name; {@code chat_template_kwargs} takes precedence. */
    public static Map<String, Object> read(Fields fields) {
        Map<String, Object> variables = new LinkedHashMap<>();
        fields.find("documents").ifPresent(documents -> variables.put("documents", documents(documents)));
        fields.find("reasoning_effort").ifPresent(effort -> variables.putAll(effort(effort.text())));
        fields.find("chat_template_kwargs").ifPresent(kwargs -> add(kwargs.fields(), variables));
        return variables;
    }

    private static List<@Nullable Object> documents(Value documents) {
        List<@Nullable Object> all = new ArrayList<>();
        for (Value document : documents.items()) {
            document.fields();
            all.add(data(document.node()));
        }
        return all;
    }

    /** The template's variable for the reasoning effort. */
    public static Map<String, Object> effort(String effort) {
        return Map.of("reasoning_effort", effort);
    }

    private static void add(Fields kwargs, Map<String, Object> variables) {
        for (String name : kwargs.names()) {
            if (RESERVED.contains(name)) {
                throw Invalid.value(kwargs.path(name), "the template gets this variable from another field.");
            }
            Object value = kwargs.find(name).map(v -> data(v.node())).orElse(null);
            if (value != null) {
                variables.put(name, value);
            }
        }
    }

    private static @Nullable Object data(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> node.stringValue();
            case BOOLEAN -> node.booleanValue();
            case NUMBER ->
                node.isIntegralNumber()
                        ? (Object) node.bigIntegerValue()
                        : (Object) node.decimalValue().doubleValue();
            case ARRAY -> {
                List<@Nullable Object> items = new ArrayList<>();
                node.forEach(item -> items.add(data(item)));
                yield items;
            }
            case OBJECT -> {
                Map<String, @Nullable Object> members = new LinkedHashMap<>();
                node.properties().forEach(member -> members.put(member.getKey(), data(member.getValue())));
                yield members;
            }
            default -> null;
        };
    }
}
