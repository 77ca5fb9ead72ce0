package io.baseload.chat.schema;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The requirements of a conjunction on an object's members.
 *
 * @param declared members that {@code properties}, {@code required} or {@code propertyNames} name, in that order, with the schemas of their values; empty if they are forbidden
 * @param others kinds of other members, by the patterns that their names must and must not match
 */
record Members(
        Map<String, Optional<List<Subschema>>> declared,
        Set<String> required,
        List<Others> others,
        List<Conjunction> names,
        int min,
        int max) {

    /** Members whose names match the pattern, if one is given, and none of the other patterns. */
    record Others(Optional<String> pattern, List<String> otherPatterns, List<Subschema> values) {}

    static Members of(SchemaDocument document, Conjunction all) {
        Set<String> names = new LinkedHashSet<>();
        Set<String> required = new LinkedHashSet<>();
        List<Conjunction> allNames = new ArrayList<>();
        int min = 0;
        int max = Integer.MAX_VALUE;
        for (Subschema part : all.parts()) {
            names.addAll(schemas(part, "properties").keySet());
            required.addAll(Keywords.strings(part, "required"));
            min = Math.max(min, Keywords.count(part, "minProperties", 0));
            max = Math.min(max, Keywords.count(part, "maxProperties", Integer.MAX_VALUE));
            part.find("propertyNames")
                    .ifPresent(
                            name -> allNames.add(Conjunction.of(document, List.of(part.child("propertyNames", name)))));
        }
        names.addAll(required);
        List<String> named = allNames.stream()
                .flatMap(schema -> Values.named(schema).stream().flatMap(List::stream))
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .toList();
        names.addAll(named);
        Map<String, Optional<List<Subschema>>> declared = new LinkedHashMap<>();
        names.forEach(name -> declared.put(name, member(document, all, name)));
        boolean someAreDeclared = declared.values().stream().anyMatch(Optional::isPresent)
                || all.parts().stream().anyMatch(Members::declaresAny);
        boolean allAreNamed =
                allNames.stream().anyMatch(schema -> Values.named(schema).isPresent());
        List<Others> others = allAreNamed ? List.of() : others(all, someAreDeclared && !document.open());
        return new Members(declared, required, others, allNames, min, max);
    }

    /** Whether it has {@code properties} that don't only forbid members. */
    private static boolean declaresAny(Subschema part) {
        Map<String, Subschema> members = schemas(part, "properties");
        return part.has("properties")
                && (members.isEmpty() || members.values().stream().anyMatch(member -> !isFalse(member)));
    }

    private static Map<String, Subschema> schemas(Subschema part, String keyword) {
        JsonNode value = part.find(keyword).orElse(null);
        Map<String, Subschema> schemas = new LinkedHashMap<>();
        if (value != null) {
            if (!value.isObject()) {
                throw part.wrong(keyword, "an object of schemas");
            }
            value.properties()
                    .forEach(entry ->
                            schemas.put(entry.getKey(), part.child(keyword, entry.getKey(), entry.getValue())));
        }
        return schemas;
    }

    /**
     * The schemas of a member; empty if one of the schemas forbids it. Where dialects differ in whether a pattern matches its name, it satisfies the schemas of both readings; in a wide
     * conjunction only those on which they agree.
     */
    static Optional<List<Subschema>> member(SchemaDocument document, Conjunction all, String name) {
        List<Subschema> schemas = new ArrayList<>();
        boolean evaluated = false;
        for (Subschema part : all.parts()) {
            Optional<Subschema> declared = part.member("properties", name);
            declared.ifPresent(schemas::add);
            boolean mentioned = declared.isPresent();
            for (Map.Entry<String, Subschema> entry :
                    schemas(part, "patternProperties").entrySet()) {
                boolean perhaps = document.namePatterns().matchesPerhaps(part, entry.getKey(), name);
                boolean surely = perhaps && document.namePatterns().matchesSurely(part, entry.getKey(), name);
                if (all.wide() ? surely : perhaps) {
                    schemas.add(entry.getValue());
                }
                mentioned |= all.wide() ? perhaps : surely;
            }
            Optional<Subschema> additional = mentioned ? Optional.empty() : additional(part);
            additional.ifPresent(schemas::add);
            evaluated |= mentioned || additional.isPresent();
        }
        boolean unevaluated = !evaluated && all.parts().stream().anyMatch(Members::closesTheRest);
        return unevaluated || schemas.stream().anyMatch(Members::isFalse) ? Optional.empty() : Optional.of(schemas);
    }

    /** Whether members that no schema mentions are forbidden. */
    private static boolean closesTheRest(Subschema part) {
        return part.find("unevaluatedProperties")
                .map(said -> !said.asBoolean(false))
                .orElse(false);
    }

    private static boolean isFalse(Subschema schema) {
        return Keywords.impossible(schema.node());
    }

    private static Optional<Subschema> additional(Subschema part) {
        return part.find("additionalProperties").map(schema -> part.child("additionalProperties", schema));
    }

    /** @param closed whether others are written only if the schema mentions them, because invented members are rarely wanted */
    private static List<Others> others(Conjunction all, boolean closed) {
        Map<String, Subschema> patterns = new LinkedHashMap<>();
        boolean open = !closed;
        for (Subschema part : all.parts()) {
            schemas(part, "patternProperties").forEach((pattern, schema) -> {
                Strings.pattern(schema.pointer(), pattern);
                patterns.put(pattern, part);
            });
            open |= additional(part).isPresent();
        }
        List<Others> others = new ArrayList<>();
        for (String pattern : patterns.keySet()) {
            List<String> rest =
                    patterns.keySet().stream().filter(p -> !p.equals(pattern)).toList();
            values(all, Optional.of(pattern)).ifPresent(v -> others.add(new Others(Optional.of(pattern), rest, v)));
        }
        if (open) {
            values(all, Optional.empty())
                    .ifPresent(v -> others.add(new Others(Optional.empty(), List.copyOf(patterns.keySet()), v)));
        }
        return others;
    }

    /** The schemas of the values of members that match a pattern, or none; empty if they are forbidden. */
    private static Optional<List<Subschema>> values(Conjunction all, Optional<String> pattern) {
        List<Subschema> values = new ArrayList<>();
        for (Subschema part : all.parts()) {
            Subschema own = pattern.map(schemas(part, "patternProperties")::get).orElse(null);
            Optional<Subschema> value = own == null ? additional(part) : Optional.of(own);
            value.ifPresent(values::add);
            boolean closed = closesTheRest(part) && value.isEmpty();
            if (closed || value.map(Members::isFalse).orElse(false)) {
                return Optional.empty();
            }
        }
        return Optional.of(values);
    }
}
