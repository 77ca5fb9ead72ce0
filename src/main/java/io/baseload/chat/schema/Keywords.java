package io.baseload.chat.schema;

import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The keywords: those that can't be enforced, and methods that read the values of others. Unknown keywords are annotations, as in the standard. */
final class Keywords {
    static final List<String> TYPES = List.of("object", "array", "string", "integer", "number", "boolean", "null");

    private static final int MAX_COUNT = 1_000_000;

    /** Keywords that can't be enforced, with alternatives. */
    private static final Map<String, String> UNSUPPORTED = Map.ofEntries(
            Map.entry("unevaluatedItems", "; use items: false"),
            Map.entry("$dynamicRef", "; use $ref"),
            Map.entry("$recursiveRef", "; use $ref"),
            Map.entry("extends", "; use allOf"),
            Map.entry("disallow", ""),
            Map.entry("divisibleBy", "; use multipleOf"));

    private static final List<String> LEAST = List.of("minLength", "minItems", "minProperties", "minimum");

    /** The keywords for each type. */
    static final Map<String, Set<String>> BY_TYPE = Map.of(
            "object",
            Set.of(
                    "properties",
                    "required",
                    "additionalProperties",
                    "patternProperties",
                    "propertyNames",
                    "minProperties",
                    "maxProperties",
                    "unevaluatedProperties"),
            "array",
            Set.of("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
            "string",
            Set.of("pattern", "format", "minLength", "maxLength", "not"),
            "number",
            Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "not"));

    private Keywords() {}

    static void refuseUnsupported(Subschema schema) {
        for (String keyword : schema.node().propertyNames()) {
            String why = UNSUPPORTED.get(keyword);
            if (why != null) {
                throw schema.unsupported(keyword, why);
            }
        }
    }

    /** Refuses contradictory bounds. */
    static void refuseContradictions(Subschema schema) {
        for (String least : LEAST) {
            String most = least.replace("min", "max");
            JsonNode lower = schema.node().path(least);
            JsonNode upper = schema.node().path(most);
            if (lower.isNumber() && upper.isNumber() && lower.decimalValue().compareTo(upper.decimalValue()) > 0) {
                throw schema.wrong(most, least + " or more, which is " + lower);
            }
        }
    }

    /** Whether nothing satisfies the schema: {@code false}, or {@code not} of a schema that everything satisfies. */
    static boolean impossible(JsonNode schema) {
        JsonNode not = schema.get("not");
        return schema.isBoolean() && !schema.booleanValue()
                || not != null && (isTrue(not) || not.isObject() && not.isEmpty());
    }

    static boolean isTrue(@Nullable JsonNode value) {
        return value != null && value.isBoolean() && value.booleanValue();
    }

    /** A count of members, items or characters; {@code absent} if there is no such keyword. */
    static int count(Subschema schema, String keyword, int absent) {
        JsonNode value = schema.find(keyword).orElse(null);
        if (value == null) {
            return absent;
        }
        BigDecimal number = value.isNumber() ? value.decimalValue() : BigDecimal.valueOf(-1);
        if (number.signum() < 0 || number.stripTrailingZeros().scale() > 0) {
            throw schema.wrong(keyword, "a whole number, 0 or more");
        }
        if (number.compareTo(BigDecimal.valueOf(MAX_COUNT)) > 0 && keyword.startsWith("min")) {
            throw schema.unsupported(keyword, " above " + MAX_COUNT);
        }
        return number.min(BigDecimal.valueOf(MAX_COUNT)).intValue();
    }

    static Set<String> strings(Subschema schema, String keyword) {
        JsonNode value = schema.find(keyword).orElse(null);
        if (value == null) {
            return Set.of();
        }
        if (!value.isArray() || !value.valueStream().allMatch(JsonNode::isString)) {
            throw schema.wrong(keyword, "an array of strings");
        }
        return new LinkedHashSet<>(
                value.valueStream().map(JsonNode::stringValue).toList());
    }
}
