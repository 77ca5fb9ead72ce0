package io.baseload.chat.schema;

import io.baseload.chat.grammar.GrammarException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The types of the values of an object's members in its schema, by JSON Schema's names. If a schema can't be interpreted, all are allowed. */
public final class ValueTypes {
    /** The types of values that are always texts. */
    public static final Set<String> TEXT = Set.of("string");

    private static final Set<String> ALL = Set.copyOf(Keywords.TYPES);
    private static final int MAX_DEPTH = 8;

    private final Optional<SchemaDocument> document;

    private ValueTypes(Optional<SchemaDocument> document) {
        this.document = document;
    }

    /** @param schema the object's schema as JSON text */
    public static ValueTypes of(String schema) {
        try {
            return new ValueTypes(Optional.of(SchemaDocument.parse(schema)));
        } catch (GrammarException e) {
            return new ValueTypes(Optional.empty());
        }
    }

    /** The names of the declared members. */
    public Set<String> names() {
        try {
            return document.map(known -> Members.of(known, Conjunction.of(known, List.of(known.root())))
                            .declared()
                            .keySet())
                    .orElse(Set.of());
        } catch (GrammarException e) {
            return Set.copyOf(
                    document.orElseThrow().root().node().path("properties").propertyNames());
        }
    }

    /** The types of a member's values; "number" may include integers without "integer". */
    public Set<String> ofMember(String name) {
        try {
            return document.flatMap(known -> Members.member(known, Conjunction.of(known, List.of(known.root())), name)
                            .map(schemas -> of(known, schemas, 0)))
                    .orElse(ALL);
        } catch (GrammarException e) {
            return said(name);
        }
    }

    /** The types that a schema with unsupported keywords states directly. */
    private Set<String> said(String name) {
        JsonNode type = document.orElseThrow()
                .root()
                .node()
                .path("properties")
                .path(name)
                .path("type");
        return type.isString() ? Set.of(type.stringValue()) : ALL;
    }

    /** The types that schemas of the same value allow. */
    static Set<String> of(SchemaDocument document, List<Subschema> schemas) {
        return of(document, schemas, 0);
    }

    private static Set<String> of(SchemaDocument document, List<Subschema> schemas, int depth) {
        Conjunction all = Conjunction.of(document, schemas);
        Set<String> types = new LinkedHashSet<>(Values.named(all)
                .map(values -> values.stream().map(Values::type).collect(Collectors.toSet()))
                .orElseGet(() -> Values.types(all)));
        for (Subschema part : all.parts()) {
            for (String keyword : List.of("anyOf", "oneOf")) {
                Optional<JsonNode> branches = depth < MAX_DEPTH ? part.find(keyword) : Optional.empty();
                branches.ifPresent(list -> types.retainAll(Conjunction.branches(part, keyword, list).stream()
                        .flatMap(branch -> withDoubles(of(document, List.of(branch), depth + 1)))
                        .collect(Collectors.toSet())));
            }
        }
        return types;
    }

    /** A number may be an integer, and an integer is a number. */
    private static Stream<String> withDoubles(Set<String> types) {
        boolean numeric = types.contains("number") || types.contains("integer");
        return Stream.concat(types.stream(), numeric ? Stream.of("number", "integer") : Stream.of());
    }
}
