package io.baseload.chat.schema;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keywords that can be expressed by others (JSON Schema 2020-12): {@code not} by the complement (core 10.2.1.4), {@code if}, {@code then} and {@code else} by the choice
 * between the condition with {@code then} and its complement with {@code else} (core 10.2.2), dependencies on a member by the choice between its absence and its presence with the dependent
 * requirements (core 10.2.2.4, validation 6.5.4).
 */
final class Rewriting {
    private static final List<String> DEPENDENT = List.of("dependentRequired", "dependentSchemas", "dependencies");
    private static final int DRAFT_OF_IF = 7;

    private final SchemaDocument document;
    private final Subschema schema;
    private final Map<String, List<Subschema>> said = new LinkedHashMap<>();

    private Rewriting(SchemaDocument document, Subschema schema) {
        this.document = document;
        this.schema = schema;
    }

    /**
     * For each keyword the schemas that together have the same meaning, or less where a complement isn't exact.
     *
     * @param wide whether there are none for keywords with complements
     */
    static Map<String, List<Subschema>> of(SchemaDocument document, Subschema schema, boolean wide) {
        var rewriting = new Rewriting(document, schema);
        if (!Negation.isSingle(schema.node())) {
            schema.find("not").ifPresent(wide ? value -> rewriting.omit("not") : rewriting::not);
        }
        if (document.draft() >= DRAFT_OF_IF) {
            schema.find("if").ifPresent(wide ? value -> rewriting.omit("if") : rewriting::conditional);
        }
        DEPENDENT.forEach(keyword -> schema.find(keyword).ifPresent(value -> rewriting.dependent(keyword, value)));
        return rewriting.said;
    }

    private void omit(String keyword) {
        said.put(keyword, List.of());
    }

    private void not(JsonNode value) {
        Subschema negated = schema.child("not", value);
        JsonNode complement = Negation.of(document, negated);
        if (Keywords.impossible(complement)) {
            throw schema.unsupported("not", " of what it says here");
        }
        said.put("not", List.of(negated.child("negated", complement)));
    }

    private void conditional(JsonNode condition) {
        Optional<JsonNode> then = schema.find("then");
        Optional<JsonNode> otherwise = schema.find("else");
        if (then.isEmpty() && otherwise.isEmpty()) {
            omit("if");
            return;
        }
        JsonNode complement = Negation.of(document, schema.child("if", condition));
        JsonNode choice = Negation.anyOf(List.of(
                then.map(schema -> Negation.together(condition, schema)).orElse(condition),
                otherwise.map(schema -> Negation.together(complement, schema)).orElse(complement)));
        said.put("if", List.of(schema.child("if", "either", choice)));
    }

    private void dependent(String keyword, JsonNode demands) {
        if (!demands.isObject()) {
            throw schema.wrong(keyword, "an object of rules by member");
        }
        List<Subschema> all = new ArrayList<>();
        for (Map.Entry<String, JsonNode> demand : demands.properties()) {
            JsonNode choice = Negation.anyOf(
                    List.of(Negation.absent(demand.getKey()), present(demand.getKey(), demand.getValue())));
            all.add(schema.child(keyword, demand.getKey() + " or not", choice).within(schema));
        }
        said.put(keyword, all);
    }

    /** A schema of objects with the member and its requirements: other members, or a schema. */
    private static JsonNode present(String name, JsonNode demanded) {
        List<JsonNode> names = new ArrayList<>(List.of(JsonNodeFactory.instance.stringNode(name)));
        if (demanded.isString()) {
            names.add(demanded);
        } else if (demanded.isArray()) {
            demanded.forEach(names::add);
        }
        ObjectNode present = Negation.object("required", Negation.list(names));
        if (demanded.isObject() || demanded.isBoolean()) {
            present.set("allOf", Negation.list(List.of(demanded)));
        }
        return present;
    }
}
