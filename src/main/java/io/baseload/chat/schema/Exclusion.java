package io.baseload.chat.schema;

import io.baseload.chat.grammar.ByteAutomaton;
import io.baseload.chat.grammar.GrammarException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Whether what is written for one of {@code oneOf}'s branches can never satisfy another, as far as it can be told. */
final class Exclusion {
    private static final int DEEPEST = 8;

    private final SchemaDocument document;
    private final Strings strings;

    Exclusion(SchemaDocument document, Strings strings) {
        this.document = document;
        this.strings = strings;
    }

    /** @throws GrammarException if it can't be told */
    void require(List<Conjunction> branches, Subschema schema) {
        for (int i = 0; i < branches.size(); i++) {
            for (int j = 0; j < branches.size(); j++) {
                if (i != j && !excludes(branches.get(i), branches.get(j), 0)) {
                    throw schema.unsupported(
                            "oneOf",
                            " where a value may satisfy two branches (here " + i + " and " + j + "); use anyOf");
                }
            }
        }
    }

    /** Whether no text that is written for {@code written} satisfies {@code other}. */
    private boolean excludes(Conjunction written, Conjunction other, int depth) {
        if (!written.possible() || !other.possible()) {
            return true;
        }
        if (depth > DEEPEST || hasBranches(written) || hasBranches(other)) {
            return false;
        }
        Optional<List<JsonNode>> values = Values.named(written);
        Optional<List<JsonNode>> otherValues = Values.named(other);
        if (values.isPresent() && otherValues.isPresent()) {
            return Values.common(values.get(), otherValues.get()).isEmpty();
        }
        Set<String> types = common(types(written), types(other));
        return types.stream().allMatch(type -> excludesOf(type, written, other, depth));
    }

    private static boolean hasBranches(Conjunction all) {
        return all.parts().stream().anyMatch(part -> part.has("anyOf") || part.has("oneOf"));
    }

    private static Set<String> types(Conjunction all) {
        Set<String> types = new TreeSet<>();
        Optional<List<JsonNode>> values = Values.named(all);
        if (values.isEmpty()) {
            types.addAll(Values.types(all));
        } else {
            values.get().forEach(value -> types.add(type(value)));
        }
        return types;
    }

    private static String type(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "object";
            case ARRAY -> "array";
            case STRING -> "string";
            case BOOLEAN -> "boolean";
            case NUMBER -> "number";
            default -> "null";
        };
    }

    /** Types that a value can have by both; an integer is a number. */
    private static Set<String> common(Set<String> some, Set<String> others) {
        Set<String> common = new TreeSet<>(some);
        common.retainAll(others);
        boolean numbers = some.contains("number") && others.contains("integer");
        if (numbers || some.contains("integer") && others.contains("number")) {
            common.add("number");
        }
        return common;
    }

    private boolean excludesOf(String type, Conjunction written, Conjunction other, int depth) {
        return switch (type) {
            case "object" -> excludesObjects(written, other, depth);
            case "string" -> disjoint(strings.languages(written), strings.languages(other));
            case "integer", "number" -> disjoint(numbers(written), numbers(other));
            default -> false;
        };
    }

    private List<ByteAutomaton.Part> numbers(Conjunction all) {
        return Numbers.parts(all, Values.types(all).contains("integer"), document.effort());
    }

    private boolean disjoint(List<ByteAutomaton.Part> some, List<ByteAutomaton.Part> others) {
        var parts = new ArrayList<>(some);
        parts.addAll(others);
        return ByteAutomaton.intersection(parts, document.effort()).isEmpty();
    }

    /** A member that one always has and the other never, or whose values exclude each other. */
    private boolean excludesObjects(Conjunction written, Conjunction other, int depth) {
        Members own = Members.of(document, written);
        Members others = Members.of(document, other);
        boolean lacks = own.others().isEmpty()
                && others.required().stream()
                        .anyMatch(name -> own.declared()
                                .getOrDefault(name, Optional.empty())
                                .isEmpty());
        return lacks
                || own.required().stream()
                        .anyMatch(name -> forbids(other, others, name) || excludes(own, others, name, depth));
    }

    private static boolean forbids(Conjunction all, Members members, String name) {
        Optional<List<Subschema>> declared = members.declared().get(name);
        if (declared != null) {
            return declared.isEmpty();
        }
        return all.parts().stream()
                .anyMatch(part -> part.find("additionalProperties")
                                .map(value -> value.isBoolean() && !value.booleanValue())
                                .orElse(false)
                        && !part.has("patternProperties"));
    }

    private boolean excludes(Members own, Members others, String name, int depth) {
        Map<String, Optional<List<Subschema>>> there = others.declared();
        Optional<List<Subschema>> mine = own.declared().getOrDefault(name, Optional.empty());
        Optional<List<Subschema>> theirs = there.getOrDefault(name, Optional.empty());
        return mine.isPresent()
                && theirs.isPresent()
                && excludes(Conjunction.of(document, mine.get()), Conjunction.of(document, theirs.get()), depth + 1);
    }
}
