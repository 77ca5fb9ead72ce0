package io.baseload.chat.schema;

import io.baseload.chat.grammar.GrammarException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Schemas that apply to the same value: references are followed, allOf is flattened, {@code true} is omitted.
 *
 * @param parts objects, without duplicates; empty = anything
 * @param possible false if one of them is {@code false}
 * @param wide whether {@code not} and {@code if}, whose rewriting may lose values, are omitted: all values that satisfy the schemas satisfy it, perhaps among others
 */
record Conjunction(List<Subschema> parts, boolean possible, boolean wide) {
    /** Keywords that offer a choice. */
    static final List<String> BRANCHING = List.of("anyOf", "oneOf");

    private static final int MAX_CHAIN_LENGTH = 200;
    private static final int MAX_PARTS = 1_000;

    static Conjunction of(SchemaDocument document, List<Subschema> schemas) {
        return of(document, schemas, false);
    }

    static Conjunction of(SchemaDocument document, List<Subschema> schemas, boolean wide) {
        var flattening = new Flattening(document, wide);
        schemas.forEach(schema -> flattening.add(schema, 0));
        return new Conjunction(List.copyOf(flattening.parts), flattening.possible, wide);
    }

    /** Conjunctions with the same key have the same meaning. */
    String key() {
        return possible ? parts.stream().map(Subschema::key).collect(Collectors.joining(" & ")) : "false";
    }

    /** The place of the first schema, for messages. */
    String place() {
        return parts.isEmpty() ? "#" : parts.getFirst().pointer();
    }

    /** The same with one more schema. */
    Conjunction with(SchemaDocument document, Subschema more) {
        List<Subschema> together = new ArrayList<>(parts);
        together.add(more);
        Conjunction all = of(document, together, wide);
        return new Conjunction(all.parts, possible && all.possible, wide);
    }

    /** The same without a keyword. */
    Conjunction without(String keyword) {
        return parts.stream().noneMatch(part -> part.has(keyword))
                ? this
                : new Conjunction(
                        parts.stream().map(part -> part.without(keyword)).toList(), possible, wide);
    }

    /** Whether it offers no choice. */
    boolean isPlain() {
        return parts.stream().noneMatch(part -> BRANCHING.stream().anyMatch(part::has));
    }

    /** Whether obviously nothing satisfies all of them: no type is left, or a member is both required and forbidden. */
    boolean isContradictory() {
        if (!possible || Values.allowed(this).isEmpty()) {
            return true;
        }
        Set<String> forbidden = parts.stream().flatMap(Conjunction::forbidden).collect(Collectors.toSet());
        return !forbidden.isEmpty()
                && parts.stream()
                        .flatMap(part -> Keywords.strings(part, "required").stream())
                        .anyMatch(forbidden::contains);
    }

    private static Stream<String> forbidden(Subschema part) {
        return part.find("properties").stream()
                .flatMap(members -> members.properties().stream())
                .filter(member -> Keywords.impossible(member.getValue()))
                .map(Map.Entry::getKey);
    }

    /** Each branch of one of the parts together with all other keywords. */
    List<Conjunction> branches(SchemaDocument document, Subschema part, String keyword) {
        List<Subschema> rest =
                parts.stream().map(p -> p.equals(part) ? p.without(keyword) : p).toList();
        var beside = new Conjunction(rest, possible, wide);
        return branches(part, keyword, part.find(keyword).orElseThrow()).stream()
                .map(branch -> beside.with(document, branch))
                .toList();
    }

    private static final class Flattening {
        private final SchemaDocument document;
        private final Set<Subschema> parts = new LinkedHashSet<>();
        private final Set<String> under = new LinkedHashSet<>();
        private final boolean wide;
        private boolean possible = true;

        Flattening(SchemaDocument document, boolean wide) {
            this.document = document;
            this.wide = wide;
        }

        void add(Subschema schema, int depth) {
            if (schema.node().isBoolean() || Keywords.impossible(schema.node())) {
                possible &= !Keywords.impossible(schema.node());
                return;
            }
            if (!under.add(schema.key())) {
                throw new GrammarException(schema.pointer(), "the schema refers to itself endlessly");
            }
            if (depth > MAX_CHAIN_LENGTH || parts.size() > MAX_PARTS) {
                throw new GrammarException(schema.pointer(), "too many references or allOf on one place");
            }
            schema.effort().spend(1 + schema.node().size());
            Keywords.refuseUnsupported(schema);
            Keywords.refuseContradictions(schema);
            document.noteFormat(schema);
            List<String> own = new ArrayList<>();
            schema.find("$ref").ifPresent(reference -> {
                own.add("$ref");
                add(document.resolve(schema, reference).within(schema), depth + 1);
            });
            schema.find("allOf").ifPresent(all -> {
                own.add("allOf");
                branches(schema, "allOf", all).forEach(branch -> add(branch, depth + 1));
            });
            Rewriting.of(document, schema, wide).forEach((keyword, said) -> {
                own.add(keyword);
                said.forEach(other -> add(other, depth + 1));
            });
            Subschema rest = schema;
            for (String keyword : own) {
                rest = rest.without(keyword);
            }
            parts.add(rest);
            under.remove(schema.key());
        }
    }

    static List<Subschema> branches(Subschema schema, String keyword, JsonNode list) {
        if (!list.isArray() || list.isEmpty()) {
            throw schema.wrong(keyword, "an array of at least one schema");
        }
        List<Subschema> branches = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            branches.add(schema.child(keyword, Integer.toString(i), list.get(i)).within(schema));
        }
        return branches;
    }
}
