package io.baseload.chat.schema;

import io.baseload.chat.grammar.GrammarException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The additional rules of OpenAI's API for schemas if strict is true: an object at the root, each object closed, and all of its properties required. */
public final class StrictSchema {
    private static final List<String> NAMED = List.of("properties", "patternProperties", "$defs", "definitions");
    private static final List<String> LISTED = List.of("anyOf", "oneOf", "allOf", "prefixItems");
    private static final List<String> SINGLE = List.of("items", "additionalProperties");

    private final Deque<Subschema> due = new ArrayDeque<>();

    private StrictSchema() {}

    /**
     * @param schema as JSON text
     * @throws GrammarException if the schema is broken or not strict; its place is a JSON pointer
     */
    public static void check(String schema) {
        SchemaDocument document = SchemaDocument.parse(schema);
        checkRoot(document);
        var strict = new StrictSchema();
        strict.due.add(document.root());
        while (!strict.due.isEmpty()) {
            Subschema next = strict.due.poll();
            checkObject(next);
            strict.addChildren(next);
        }
    }

    /** Checks the root, or its target if it is a reference. One that refers to itself without end is refused elsewhere. */
    private static void checkRoot(SchemaDocument document) {
        Subschema root = document.root();
        Set<String> seen = new HashSet<>();
        while (root.has("$ref")) {
            if (!seen.add(root.pointer())) {
                return;
            }
            root = document.resolve(root, root.node().path("$ref"));
        }
        JsonNode type = root.node().path("type");
        if (!type.isString() || !type.stringValue().equals("object")) {
            throw root.wrong("type", "\"object\" where strict is true");
        }
    }

    private static boolean describesObjects(Subschema schema) {
        JsonNode type = schema.node().path("type");
        boolean listed = type.isArray()
                && type.valueStream()
                        .anyMatch(one -> one.isString() && one.stringValue().equals("object"));
        return listed || type.isString() && type.stringValue().equals("object");
    }

    private static void checkObject(Subschema schema) {
        if (!describesObjects(schema) && !schema.has("properties")) {
            return;
        }
        JsonNode others = schema.node().path("additionalProperties");
        if (!others.isBoolean() || others.booleanValue()) {
            throw schema.wrong("additionalProperties", "false where strict is true");
        }
        Set<String> required = Keywords.strings(schema, "required");
        for (String name : schema.node().path("properties").propertyNames()) {
            if (!required.contains(name)) {
                throw schema.wrong(
                        "required", "all of the properties where strict is true; \"" + name + "\" is missing");
            }
        }
    }

    private void addChildren(Subschema schema) {
        JsonNode node = schema.node();
        for (String keyword : SINGLE) {
            schema.find(keyword).ifPresent(child -> due.add(schema.child(keyword, child)));
        }
        for (String keyword : NAMED) {
            node.path(keyword)
                    .properties()
                    .forEach(child -> due.add(schema.child(keyword, child.getKey(), child.getValue())));
        }
        for (String keyword : LISTED) {
            for (int i = 0; i < node.path(keyword).size(); i++) {
                due.add(schema.child(
                        keyword, String.valueOf(i), node.path(keyword).path(i)));
            }
        }
    }
}
