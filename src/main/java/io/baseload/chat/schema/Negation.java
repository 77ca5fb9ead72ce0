package io.baseload.chat.schema;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The complement of a schema as a schema: {@code not} is pushed inwards by De Morgan's laws until it is a keyword of its own ({@code not minLength: 3} is a
 * string with {@code maxLength: 2}). A schema is the conjunction of its keywords, each of which applies to one type only, so its complement is the union of the complements of its keywords,
 * each together with that type (JSON Schema 2020-12, core 7.6.1 and validation 6). A keyword without a complement is left out of the union: every value of the result is in the complement,
 * but not every value of the complement is in the result.
 */
final class Negation {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MAX_DEPTH = 12;
    private static final int MAX_SCHEMAS = 2_000;
    private static final int MAX_OPTIONS = 200;
    private static final BigDecimal MAX_COUNTED = BigDecimal.valueOf(100_000);

    /** A keyword whose complement is the other bound of the same type. */
    private record Bound(String type, String other, int step) {}

    private static final Map<String, Bound> COUNTS = Map.of(
            "minLength", new Bound("string", "maxLength", -1),
            "maxLength", new Bound("string", "minLength", 1),
            "minItems", new Bound("array", "maxItems", -1),
            "maxItems", new Bound("array", "minItems", 1),
            "minProperties", new Bound("object", "maxProperties", -1),
            "maxProperties", new Bound("object", "minProperties", 1));

    private static final Map<String, String> LIMITS = Map.of(
            "minimum", "exclusiveMaximum",
            "maximum", "exclusiveMinimum",
            "exclusiveMinimum", "maximum",
            "exclusiveMaximum", "minimum");

    /** The draft that introduced a keyword, which has no meaning in earlier ones. */
    private static final Map<String, Integer> SINCE =
            Map.of("const", 6, "contains", 6, "if", 7, "dependentRequired", 2019, "dependentSchemas", 2019);

    private static final int LAST_OF_DEPENDENCIES = 7;

    private final SchemaDocument document;
    private final Set<String> names;
    private int schemas;

    private Negation(SchemaDocument document, Set<String> names) {
        this.document = document;
        this.names = names;
    }

    /** A schema of values that don't satisfy the schema: {@code false}, or {@code anyOf}. */
    static JsonNode of(SchemaDocument document, Subschema schema) {
        return of(document, schema, Set.of());
    }

    /** @param names names of members that values may have: an object with one that {@code additionalProperties} forbids doesn't satisfy the schema */
    static JsonNode of(SchemaDocument document, Subschema schema, Set<String> names) {
        return new Negation(document, names).not(schema, 0);
    }

    /** Whether {@code not} needs no rewriting, because the languages of strings and numbers exclude its values. */
    static boolean isSingle(JsonNode schema) {
        JsonNode not = schema.path("not");
        String type = not.size() == 1 ? schema.path("type").asString("") : "";
        return type.equals("string") && (not.path("pattern").isString() || isList(not.path("enum"), JsonNode::isString))
                || type.equals("number") && not.path("multipleOf").isNumber();
    }

    private static boolean isList(JsonNode values, Predicate<JsonNode> kind) {
        return values.isArray() && values.valueStream().allMatch(kind);
    }

    private JsonNode not(Subschema schema, int depth) {
        JsonNode node = schema.node();
        schema.effort().spend(1 + node.size());
        if (node.isBoolean()) {
            return NODES.booleanNode(!node.booleanValue());
        }
        if (depth > MAX_DEPTH || ++schemas > MAX_SCHEMAS || Keywords.isTrue(node.get("nullable"))) {
            return NODES.booleanNode(false);
        }
        List<JsonNode> options = new ArrayList<>();
        if (node.has("$ref")) {
            // older drafts ignore keywords next to a reference
            options.add(not(document.resolve(schema, node.path("$ref")), depth + 1));
        } else {
            node.propertyNames().stream()
                    .filter(this::isKnown)
                    .forEach(keyword -> addNot(schema, keyword, depth, options));
        }
        return anyOf(options);
    }

    private boolean isKnown(String keyword) {
        return document.draft() >= SINCE.getOrDefault(keyword, 0)
                && (!keyword.equals("dependencies") || document.draft() <= LAST_OF_DEPENDENCIES);
    }

    /** {@code anyOf} of the options that are possible. */
    static JsonNode anyOf(List<JsonNode> options) {
        List<JsonNode> possible = options.stream()
                .filter(option -> !isFalse(option))
                .flatMap(option -> option.size() == 1 && option.has("anyOf")
                        ? option.path("anyOf").valueStream()
                        : Stream.of(option))
                .limit(MAX_OPTIONS)
                .toList();
        return possible.isEmpty() ? NODES.booleanNode(false) : object("anyOf", list(possible));
    }

    private void addNot(Subschema schema, String keyword, int depth, List<JsonNode> options) {
        JsonNode value = schema.node().path(keyword);
        if (COUNTS.containsKey(keyword) || LIMITS.containsKey(keyword)) {
            addOtherBound(schema.node(), keyword, value, options);
            return;
        }
        switch (keyword) {
            case "type" -> addOtherTypes(value, options);
            case "const" -> options.addAll(otherValues(List.of(value)));
            case "enum" -> options.addAll(otherValues(value.valueStream().toList()));
            case "pattern" -> options.add(typed("string", "not", object("pattern", value)));
            case "multipleOf" -> options.add(typed("number", "not", object("multipleOf", value)));
            case "additionalProperties" -> addOtherMembers(schema, value, depth, options);
            case "required" ->
                value.forEach(name -> options.add(absent(name.asString("")).put("type", "object")));
            case "properties" ->
                value.propertyNames()
                        .forEach(name -> options.add(
                                member(name, not(schema.child(keyword, name, value.path(name)), depth + 1))));
            case "items" -> {
                if (value.isObject() && !schema.node().has("prefixItems")) {
                    options.add(holding("array", "contains", not(schema.child(keyword, value), depth + 1)));
                }
            }
            case "contains" -> {
                if (!schema.node().has("minContains") && !schema.node().has("maxContains")) {
                    options.add(holding("array", "items", not(schema.child(keyword, value), depth + 1)));
                }
            }
            case "allOf" -> negated(schema, keyword, depth).forEach(options::add);
            case "anyOf", "oneOf" -> options.add(object("allOf", list(negated(schema, keyword, depth))));
            case "not" -> options.add(value);
            case "if" -> addNotConditional(schema, depth, options);
            case "dependentRequired", "dependentSchemas", "dependencies" ->
                value.propertyNames().forEach(name -> options.add(notDependent(schema, keyword, name, depth)));
            default -> {}
        }
    }

    private void addOtherMembers(Subschema schema, JsonNode value, int depth, List<JsonNode> options) {
        if (!schema.node().has("patternProperties")) {
            names.stream()
                    .filter(name -> !schema.node().path("properties").has(name))
                    .forEach(name ->
                            options.add(member(name, not(schema.child("additionalProperties", value), depth + 1))));
        }
    }

    private List<JsonNode> negated(Subschema schema, String keyword, int depth) {
        List<JsonNode> negated = new ArrayList<>();
        JsonNode branches = schema.node().path(keyword);
        for (int i = 0; i < branches.size(); i++) {
            negated.add(not(schema.child(keyword, Integer.toString(i), branches.path(i)), depth + 1));
        }
        return negated;
    }

    private static void addOtherBound(JsonNode schema, String keyword, JsonNode value, List<JsonNode> options) {
        if (!value.isNumber()) {
            return;
        }
        Bound count = COUNTS.get(keyword);
        BigDecimal bound = value.decimalValue();
        if (count == null) {
            boolean exclusive = Keywords.isTrue(schema.get("exclusiveM" + keyword.substring(1)));
            String other = String.valueOf(LIMITS.get(keyword));
            options.add(typed("number", exclusive ? lowerFirst(other.substring("exclusive".length())) : other, value));
        } else if (bound.stripTrailingZeros().scale() <= 0
                && bound.signum() >= 0
                && bound.compareTo(MAX_COUNTED) <= 0
                && bound.intValue() + count.step >= 0) {
            options.add(typed(count.type, count.other, NODES.numberNode(bound.intValue() + count.step)));
        }
    }

    private static String lowerFirst(String text) {
        return text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
    }

    private static void addOtherTypes(JsonNode type, List<JsonNode> options) {
        Set<String> named = new HashSet<>();
        (type.isArray() ? type.valueStream().toList() : List.of(type)).forEach(name -> named.add(name.asString("")));
        if (Keywords.TYPES.containsAll(named)) {
            addTypes(others(named), options);
            if (named.contains("integer") && !named.contains("number")) {
                options.add(typed("number", "not", object("multipleOf", NODES.numberNode(1))));
            }
        }
    }

    /** The types without a common value with these. */
    private static List<String> others(Set<String> types) {
        boolean numeric = types.contains("number") || types.contains("integer");
        return Keywords.TYPES.stream()
                .filter(name -> !types.contains(name) && !name.equals("integer"))
                .filter(name -> !numeric || !name.equals("number"))
                .toList();
    }

    private static void addTypes(List<String> types, List<JsonNode> options) {
        if (!types.isEmpty()) {
            options.add(object(
                    "type", list(types.stream().<JsonNode>map(NODES::stringNode).toList())));
        }
    }

    private static List<JsonNode> otherValues(List<JsonNode> values) {
        List<JsonNode> options = new ArrayList<>();
        Set<String> named = new HashSet<>();
        values.forEach(value -> named.add(Values.type(value)));
        addTypes(others(named), options);
        List<JsonNode> texts = values.stream().filter(JsonNode::isString).toList();
        if (!texts.isEmpty()) {
            options.add(typed("string", "not", object("enum", list(texts))));
        }
        List<BigDecimal> numbers = values.stream()
                .filter(JsonNode::isNumber)
                .map(JsonNode::decimalValue)
                .sorted()
                .toList();
        for (int i = 0; i <= numbers.size() && !numbers.isEmpty(); i++) {
            ObjectNode between = NODES.objectNode().put("type", "number");
            if (i > 0) {
                between.put("exclusiveMinimum", numbers.get(i - 1));
            }
            if (i < numbers.size()) {
                between.put("exclusiveMaximum", numbers.get(i));
            }
            options.add(between);
        }
        for (boolean truth : new boolean[] {true, false}) {
            if (named.contains("boolean")
                    && values.stream().noneMatch(v -> v.isBoolean() && v.booleanValue() == truth)) {
                options.add(object("const", NODES.booleanNode(truth)));
            }
        }
        if (named.contains("array")) {
            int longest = values.stream()
                    .filter(JsonNode::isArray)
                    .mapToInt(JsonNode::size)
                    .max()
                    .orElse(0);
            options.add(typed("array", "minItems", NODES.numberNode(longest + 1)));
        }
        if (values.stream().filter(JsonNode::isObject).allMatch(JsonNode::isEmpty) && named.contains("object")) {
            options.add(typed("object", "minProperties", NODES.numberNode(1)));
        }
        return options;
    }

    private void addNotConditional(Subschema schema, int depth, List<JsonNode> options) {
        JsonNode condition = schema.node().path("if");
        schema.find("then")
                .ifPresent(then -> options.add(together(condition, not(schema.child("then", then), depth + 1))));
        schema.find("else")
                .ifPresent(otherwise -> options.add(together(
                        not(schema.child("if", condition), depth + 1),
                        not(schema.child("else", otherwise), depth + 1))));
    }

    private JsonNode notDependent(Subschema schema, String keyword, String name, int depth) {
        JsonNode dependent = schema.node().path(keyword).path(name);
        Subschema demanded =
                schema.child(keyword, name, dependent.isArray() ? object("required", dependent) : dependent);
        return together(holding("object", "required", list(List.of(NODES.stringNode(name)))), not(demanded, depth + 1));
    }

    /** A schema of objects with such a member. */
    private static JsonNode member(String name, JsonNode value) {
        ObjectNode member = NODES.objectNode().put("type", "object");
        member.set("required", list(List.of(NODES.stringNode(name))));
        member.set("properties", object(name, value));
        return isFalse(value) ? value : member;
    }

    /** A schema of values that, if they are objects, don't have the member. */
    static ObjectNode absent(String name) {
        return object("properties", object(name, NODES.booleanNode(false)));
    }

    static JsonNode together(JsonNode... all) {
        return List.of(all).stream().anyMatch(Negation::isFalse)
                ? NODES.booleanNode(false)
                : object("allOf", list(List.of(all)));
    }

    private static boolean isFalse(JsonNode schema) {
        return schema.isBoolean() && !schema.booleanValue();
    }

    /** A schema with this keyword; impossible if the value is impossible. */
    private static JsonNode holding(String type, String keyword, JsonNode value) {
        return isFalse(value) && keyword.equals("contains") ? value : typed(type, keyword, value);
    }

    private static ObjectNode typed(String type, String keyword, JsonNode value) {
        ObjectNode schema = object(keyword, value);
        return schema.put("type", type);
    }

    static ObjectNode object(String name, JsonNode value) {
        ObjectNode object = NODES.objectNode();
        object.set(name, value);
        return object;
    }

    static ArrayNode list(List<JsonNode> values) {
        return NODES.arrayNode().addAll(values);
    }
}
