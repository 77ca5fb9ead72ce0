package io.baseload.chat.schema;

import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.Grammar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The languages of arrays: given items first, then others, within bounds. */
final class Arrays {
    /** Types with few values, which can be enumerated. */
    private static final Set<String> FEW = Set.of("boolean", "null");

    private static final List<JsonNode> VALUES_OF_FEW = List.of(
            JsonNodeFactory.instance.booleanNode(false),
            JsonNodeFactory.instance.booleanNode(true),
            JsonNodeFactory.instance.nullNode());

    private final SchemaGrammar schemas;
    private final Grammar.Builder grammar;
    private final Layout layout;

    Arrays(SchemaGrammar schemas, Grammar.Builder grammar, Layout layout) {
        this.schemas = schemas;
        this.grammar = grammar;
        this.layout = layout;
    }

    Expr of(Conjunction all) {
        int min = 0;
        int max = Expr.UNBOUNDED;
        boolean unique = false;
        int given = 0;
        for (Subschema part : all.parts()) {
            min = Math.max(min, Keywords.count(part, "minItems", 0));
            max = Math.min(max, Keywords.count(part, "maxItems", Expr.UNBOUNDED));
            unique |= unique(part);
            given = Math.max(given, prefix(part).size());
        }
        if (unique && max > 1) {
            if (all.parts().stream().anyMatch(part -> part.has("contains"))) {
                throw all.parts().getFirst().unsupported("contains", " beside uniqueItems");
            }
            return distinct(all, given, min, max);
        }
        if (min > max) {
            return Expr.choice();
        }
        Optional<Containing> containing = Containing.of(schemas, grammar, layout, all);
        if (containing.isPresent()) {
            return Expr.sequence(layout.open("["), containing.get().items(given, min, max), layout.close("]"));
        }
        return Expr.sequence(layout.open("["), items(all, given, min, max), layout.close("]"));
    }

    private static boolean unique(Subschema part) {
        Optional<JsonNode> unique = part.find("uniqueItems");
        if (unique.isPresent() && !unique.get().isBoolean()) {
            throw part.wrong("uniqueItems", "true or false");
        }
        return unique.map(Keywords::isTrue).orElse(false);
    }

    /** The schemas of the first items, one for each. Before 2020-12 that was {@code items}, with {@code additionalItems} for the others. */
    private static List<Subschema> prefix(Subschema part) {
        String keyword = itemsAreListed(part) ? "items" : "prefixItems";
        JsonNode items = part.find(keyword).orElse(null);
        if (items == null) {
            return List.of();
        }
        if (!items.isArray()) {
            throw part.wrong(keyword, "an array of schemas");
        }
        return IntStream.range(0, items.size())
                .mapToObj(i -> part.child(keyword, Integer.toString(i), items.get(i)))
                .toList();
    }

    private static boolean itemsAreListed(Subschema part) {
        return part.node().path("items").isArray();
    }

    /** Built from the last item to the first: each may be followed by the rest, and must be if the least number isn't reached. */
    private Expr items(Conjunction all, int given, int min, int max) {
        int first = Math.min(given, max);
        Expr other = schemas.rule(at(all, given));
        int left = max == Expr.UNBOUNDED ? max : max - first;
        Expr rest = left == 0
                ? Expr.empty()
                : first == 0
                        ? list(other, min, max)
                        : new Expr.Repeat(Expr.sequence(layout.comma(), other), Math.max(0, min - first), left);
        for (int i = first - 1; i >= 0; i--) {
            Expr item = schemas.rule(at(all, i));
            Expr more = grammar.rule("items", rest);
            Expr here = i == 0 ? Expr.sequence(item, more) : Expr.sequence(layout.comma(), item, more);
            rest = i < min ? here : Expr.optional(here);
        }
        return rest;
    }

    /** {@code min} to {@code max} items, with commas between them. */
    private Expr list(Expr item, int min, int max) {
        int more = max == Expr.UNBOUNDED ? max : max - 1;
        Expr some =
                Expr.sequence(item, new Expr.Repeat(Expr.sequence(layout.comma(), item), Math.max(0, min - 1), more));
        return min == 0 ? Expr.optional(some) : some;
    }

    /** The schemas of an item. */
    static List<Subschema> at(Conjunction all, int index) {
        List<Subschema> schemas = new ArrayList<>();
        for (Subschema part : all.parts()) {
            List<Subschema> prefix = prefix(part);
            if (index < prefix.size()) {
                schemas.add(prefix.get(index));
            } else {
                String others = itemsAreListed(part) ? "additionalItems" : "items";
                part.find(others).ifPresent(items -> schemas.add(part.child(others, items)));
            }
        }
        return schemas;
    }

    /** The values of items, if there are few. */
    private Optional<List<JsonNode>> values(List<Subschema> items) {
        Optional<List<JsonNode>> named = schemas.named(items);
        Conjunction all = Conjunction.of(schemas.document(), items);
        boolean few = all.isPlain() && all.possible() && FEW.containsAll(Values.types(all));
        return named.isPresent() || !few
                ? named
                : Optional.of(VALUES_OF_FEW.stream()
                        .filter(value -> Values.types(all).contains(Values.type(value)))
                        .toList());
    }

    /** Different items: if the schema enumerates their values, each at most once, in the order of the enumeration. */
    private Expr distinct(Conjunction all, int given, int min, int max) {
        Optional<List<JsonNode>> values = given > 0 ? Optional.empty() : values(at(all, 0));
        if (values.isEmpty()) {
            Subschema part = all.parts().stream()
                    .filter(p -> p.has("uniqueItems"))
                    .findFirst()
                    .orElseThrow();
            throw part.unsupported("uniqueItems", " unless the items are an enum or maxItems is at most 1");
        }
        Map<JsonNode, JsonNode> different = new LinkedHashMap<>();
        values.get().forEach(value -> different.putIfAbsent(Values.canonical(value), value));
        List<Expr> literals =
                different.values().stream().map(new Literals(layout)::of).toList();
        return Expr.sequence(
                layout.open("["), new Subsequences(grammar, layout).of(literals, min, max), layout.close("]"));
    }
}
