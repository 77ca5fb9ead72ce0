package io.baseload.chat.schema;

import io.baseload.chat.grammar.GrammarException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The values in {@code enum} and {@code const}, and the types in {@code type}. */
final class Values {
    private Values() {}

    /** The values in the enumerations of all of them; empty if none has any. */
    static Optional<List<JsonNode>> named(Conjunction all) {
        Optional<List<JsonNode>> named = Optional.empty();
        for (Subschema part : all.parts()) {
            for (List<JsonNode> values : named(part)) {
                named.ifPresent(known -> part.effort().spend((long) known.size() * values.size()));
                named = Optional.of(named.map(known -> common(known, values)).orElse(values));
            }
        }
        Set<String> types = types(all);
        return named.map(
                values -> values.stream().filter(value -> hasType(value, types)).toList());
    }

    private static List<List<JsonNode>> named(Subschema part) {
        List<List<JsonNode>> lists = new ArrayList<>();
        part.find("const").ifPresent(value -> lists.add(shortOnes(part, "const", List.of(value))));
        part.find("enum").ifPresent(values -> {
            if (!values.isArray() || values.isEmpty()) {
                throw part.wrong("enum", "an array of at least one value");
            }
            lists.add(shortOnes(part, "enum", values.valueStream().toList()));
        });
        return lists;
    }

    private static List<JsonNode> shortOnes(Subschema part, String keyword, List<JsonNode> values) {
        if (values.stream().anyMatch(Values::hasLongNumber)) {
            throw part.wrong(keyword, "of numbers of at most " + NumberGrammar.MAX_DIGITS + " digits");
        }
        return values;
    }

    private static boolean hasLongNumber(JsonNode value) {
        return value.isNumber()
                ? NumberGrammar.isLong(value.decimalValue())
                : value.valueStream().anyMatch(Values::hasLongNumber);
    }

    static List<JsonNode> common(List<JsonNode> some, List<JsonNode> others) {
        return some.stream()
                .filter(value -> others.stream().anyMatch(other -> equal(value, other)))
                .toList();
    }

    /** Equality in JSON Schema: numbers are compared by value. */
    private static boolean equal(JsonNode one, JsonNode other) {
        return one.equals(
                (a, b) -> a.isNumber() && b.isNumber()
                        ? a.decimalValue().compareTo(b.decimalValue())
                        : a.equals(b) ? 0 : 1,
                other);
    }

    /** The same node for all values that are equal in JSON Schema. */
    static JsonNode canonical(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> {
                ObjectNode members = JsonNodeFactory.instance.objectNode();
                value.properties().forEach(member -> members.set(member.getKey(), canonical(member.getValue())));
                yield members;
            }
            case ARRAY ->
                Negation.list(value.valueStream().map(Values::canonical).toList());
            case NUMBER ->
                JsonNodeFactory.instance.numberNode(value.decimalValue().stripTrailingZeros());
            default -> value;
        };
    }

    private static boolean hasType(JsonNode value, Set<String> types) {
        return switch (value.getNodeType()) {
            case OBJECT -> types.contains("object");
            case ARRAY -> types.contains("array");
            case STRING -> types.contains("string");
            case BOOLEAN -> types.contains("boolean");
            case NUMBER ->
                types.contains("number")
                        || types.contains("integer")
                                && value.decimalValue().stripTrailingZeros().scale() <= 0;
            default -> types.contains("null");
        };
    }

    /** The types that all of them allow. If none has a type, those to which their other keywords apply; if there are none, all. */
    static Set<String> types(Conjunction all) {
        boolean said = all.parts().stream().anyMatch(part -> part.has("type"));
        return said ? allowed(all) : spokenOf(all, allowed(all));
    }

    /** The types that all of them allow. */
    static Set<String> allowed(Conjunction all) {
        Set<String> types = new LinkedHashSet<>(Keywords.TYPES);
        for (Subschema part : all.parts()) {
            if (part.has("type")) {
                types.retainAll(declared(part));
            }
        }
        return withoutDoubles(types);
    }

    static String type(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "object";
            case ARRAY -> "array";
            case STRING -> "string";
            case BOOLEAN -> "boolean";
            case NUMBER -> "number";
            default -> "null";
        };
    }

    /** A number may be an integer. */
    private static Set<String> declared(Subschema part) {
        JsonNode type = part.find("type").orElseThrow();
        List<String> names = type.isArray()
                ? type.valueStream().map(name -> name.asString("")).toList()
                : List.of(type.asString(""));
        Set<String> declared = new LinkedHashSet<>(names);
        if (declared.isEmpty() || !Keywords.TYPES.containsAll(declared)) {
            throw new GrammarException(
                    part.pointer() + "/type", "type must be one or several of " + String.join(", ", Keywords.TYPES));
        }
        if (declared.contains("number")) {
            declared.add("integer");
        }
        return declared;
    }

    private static Set<String> withoutDoubles(Set<String> types) {
        if (types.contains("number")) {
            types.remove("integer");
        }
        return types;
    }

    private static Set<String> spokenOf(Conjunction all, Set<String> types) {
        Set<String> spokenOf = new LinkedHashSet<>();
        for (String type : types) {
            Set<String> keywords = Keywords.BY_TYPE.getOrDefault(type, Set.of());
            if (all.parts().stream().anyMatch(part -> keywords.stream().anyMatch(part::has))) {
                spokenOf.add(type);
            }
        }
        boolean valuesAreNamed = all.parts().stream().anyMatch(part -> part.has("enum") || part.has("const"));
        return spokenOf.isEmpty() || valuesAreNamed ? types : spokenOf;
    }
}
