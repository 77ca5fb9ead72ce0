package io.baseload.chat.schema;

import io.baseload.chat.grammar.GrammarException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Finds out whether texts of one branch of {@code oneOf} can never satisfy another branch, as far as that can be decided. The other branch is a {@link Conjunction#wide wide} conjunction,
 * and stands alone: keywords beside {@code oneOf} hold for the texts, but don't make the other branch narrower.
 */
final class Exclusion {
    private static final int MAX_DEPTH = 8;
    private static final String UNEVALUATED = "unevaluatedProperties";

    private final SchemaDocument document;
    private final Strings strings;

    /** The members of whole branches, each of which is compared with several others. */
    private final IdentityHashMap<Conjunction, Members> members = new IdentityHashMap<>();

    Exclusion(SchemaDocument document, Strings strings) {
        this.document = document;
        this.strings = strings;
    }

    /**
     * The branches, changed so that a text of one doesn't satisfy another. If they don't exclude each other already, a member that distinguishes them is required in each, or members that
     * others require are left out.
     *
     * @throws GrammarException if they can't be distinguished
     */
    List<Conjunction> apart(List<Conjunction> branches, Subschema schema) {
        List<Conjunction> others = said(schema).stream()
                .map(said -> Conjunction.of(document, List.of(said), true))
                .toList();
        if (clash(branches, others).isEmpty()) {
            return branches;
        }
        for (String name : telling(branches)) {
            List<Conjunction> told = branches.stream()
                    .map(branch -> branch.with(document, said(schema, "required", listed(List.of(name)))))
                    .toList();
            if (clash(told, others).isEmpty()) {
                return told;
            }
        }
        List<Conjunction> without = IntStream.range(0, branches.size())
                .mapToObj(i -> withoutWhatOthersRequire(branches.get(i), others, i, schema))
                .toList();
        Optional<String> clash = clash(without, others);
        if (clash.isEmpty()) {
            return without;
        }
        List<Conjunction> alone = IntStream.range(0, branches.size())
                .mapToObj(i -> withoutOthers(branches.get(i), others, i, schema))
                .toList();
        if (alone.stream().allMatch(Conjunction::isContradictory)) {
            throw schema.unsupported(
                    "oneOf", " where a value may satisfy two branches (here " + clash.get() + "); use anyOf");
        }
        return alone;
    }

    private static List<Subschema> said(Subschema schema) {
        return Conjunction.branches(schema, "oneOf", schema.node().path("oneOf"));
    }

    /** A branch together with the complements of the branches that it doesn't exclude, whatever the complements add to it. */
    private Conjunction withoutOthers(Conjunction branch, List<Conjunction> others, int own, Subschema schema) {
        // without a type, a branch would get those of the complements
        boolean untyped = branch.isPlain() && branch.parts().stream().noneMatch(part -> part.has("type"));
        Conjunction typed =
                untyped ? branch.with(document, said(schema, "type", listed(Values.types(branch)))) : branch;
        Conjunction alone = typed;
        for (int i = 0; i < others.size(); i++) {
            if (i != own && !excludes(typed, others.get(i), 0, true)) {
                alone = alone.with(
                        document, complement(schema, own, i, typed, said(schema).get(i)));
            }
        }
        return alone;
    }

    /** The complement of another branch, as far as this branch has such values. */
    private Subschema complement(Subschema schema, int own, int other, Conjunction branch, Subschema said) {
        Set<String> names = members(branch).declared().keySet();
        JsonNode all = Negation.of(document, said, names);
        Subschema place = schema.child("oneOf", own + " not " + other, all);
        List<JsonNode> possible = new ArrayList<>();
        for (int i = 0; i < all.path("anyOf").size(); i++) {
            JsonNode option = all.path("anyOf").path(i);
            Conjunction described = Conjunction.of(document, List.of(place.child("anyOf", String.valueOf(i), option)));
            if (!excludes(branch, described, 0, false)) {
                possible.add(option);
            }
        }
        return schema.child("oneOf", own + " and not " + other, Negation.anyOf(possible));
    }

    /** Two branches such that a text of one may satisfy the other. */
    private Optional<String> clash(List<Conjunction> written, List<Conjunction> others) {
        for (int i = 0; i < written.size(); i++) {
            for (int j = 0; j < others.size(); j++) {
                if (i != j && !excludes(written.get(i), others.get(j), 0, false)) {
                    return Optional.of(i + " and " + j);
                }
            }
        }
        return Optional.empty();
    }

    /** Of a branch. */
    private Members members(Conjunction all) {
        return members.computeIfAbsent(all, known -> Members.of(document, known));
    }

    /** Conjunctions inside of branches are made for one comparison. */
    private Members members(Conjunction all, int depth) {
        return depth == 0 ? members(all) : Members.of(document, all);
    }

    /** Members that all branches describe, with enumerated values. */
    private List<String> telling(List<Conjunction> branches) {
        List<Members> members = branches.stream()
                .filter(Conjunction::possible)
                .map(this::members)
                .toList();
        return members.isEmpty()
                ? List.of()
                : members.getFirst().declared().keySet().stream()
                        .filter(name -> members.stream().allMatch(m -> names(m, name)))
                        .toList();
    }

    private boolean names(Members members, String name) {
        return members.declared()
                .getOrDefault(name, Optional.empty())
                .flatMap(schemas -> Values.named(Conjunction.of(document, schemas)))
                .isPresent();
    }

    private static Subschema said(Subschema schema, String keyword, JsonNode value) {
        JsonNode node = JsonNodeFactory.instance.objectNode().set(keyword, value);
        return schema.child("oneOf", keyword + " " + value, node).within(schema);
    }

    private static JsonNode listed(Collection<String> names) {
        return Negation.list(names.stream()
                .<JsonNode>map(JsonNodeFactory.instance::stringNode)
                .toList());
    }

    /** A branch that forbids, for each other branch that it doesn't exclude, the first member that the other requires and it doesn't. */
    private Conjunction withoutWhatOthersRequire(
            Conjunction branch, List<Conjunction> others, int own, Subschema schema) {
        Conjunction without = branch;
        for (int i = 0; i < others.size(); i++) {
            if (i != own && !excludes(without, others.get(i), 0, false)) {
                Set<String> names = new LinkedHashSet<>(members(others.get(i)).required());
                names.removeAll(members(branch).required());
                for (String name : names.stream().limit(1).toList()) {
                    JsonNode never = JsonNodeFactory.instance.objectNode().put(name, false);
                    without = without.with(document, said(schema, "properties", never));
                }
            }
        }
        return without;
    }

    /**
     * Whether no text of {@code written} satisfies {@code other}.
     *
     * @param always whether that must also hold for the texts of {@code written} with any further schemas, which may be of more types and have more members
     */
    private boolean excludes(Conjunction written, Conjunction wide, int depth, boolean always) {
        if (!written.possible() || !wide.possible()) {
            return true;
        }
        if (depth > MAX_DEPTH) {
            return false;
        }
        Conjunction other = open(wide);
        // the branches of a choice are further schemas, and those of oneOf get more to keep them apart
        if (excludesPlain(written, other, depth, always || !written.isPlain())) {
            return true;
        }
        if (!written.isPlain()) {
            boolean grows = always || written.parts().stream().anyMatch(part -> part.has("oneOf"));
            return branches(written).stream().allMatch(branch -> excludes(branch, other, depth + 1, grows));
        }
        return !other.isPlain()
                && branches(other).stream().allMatch(branch -> excludes(written, branch, depth + 1, always));
    }

    /** Without {@code unevaluatedProperties}, if it depends on choices which members that forbids. */
    private static Conjunction open(Conjunction other) {
        boolean chooses = !other.isPlain()
                || other.parts().stream().anyMatch(part -> part.node().has("if"));
        return chooses ? other.without(UNEVALUATED) : other;
    }

    /** Whether keywords outside of choices exclude each other. */
    private boolean excludesPlain(Conjunction written, Conjunction other, int depth, boolean always) {
        Optional<List<JsonNode>> values = Values.named(written);
        Optional<List<JsonNode>> otherValues = Values.named(other);
        if (values.isPresent()
                && otherValues.isPresent()
                && Values.common(values.get(), otherValues.get()).isEmpty()) {
            return true;
        }
        Set<String> unnamed = always ? Values.allowed(written) : Values.types(written);
        Set<String> types = common(types(written, unnamed), types(other, Values.allowed(other)));
        return types.stream().allMatch(type -> excludesOf(type, written, other, depth, always));
    }

    private List<Conjunction> branches(Conjunction all) {
        for (Subschema part : all.parts()) {
            for (String keyword : Conjunction.BRANCHING) {
                if (part.has(keyword)) {
                    return all.branches(document, part, keyword);
                }
            }
        }
        return List.of(all);
    }

    /** The types of texts, which may be fewer than those that satisfy the schemas. */
    private static Set<String> types(Conjunction all, Set<String> unnamed) {
        return Values.named(all)
                .<Set<String>>map(values ->
                        new TreeSet<>(values.stream().map(Values::type).toList()))
                .orElse(unnamed);
    }

    /** Types in both sets; an integer is a number. */
    private static Set<String> common(Set<String> some, Set<String> others) {
        Set<String> common = new TreeSet<>(some);
        common.retainAll(others);
        boolean numbers = some.contains("number") && others.contains("integer");
        if (numbers || some.contains("integer") && others.contains("number")) {
            common.add("number");
        }
        return common;
    }

    private boolean excludesOf(String type, Conjunction written, Conjunction other, int depth, boolean always) {
        return switch (type) {
            case "object" -> excludesObjects(written, other, depth, always);
            case "array" -> excludesArrays(written, other, depth, always);
            case "string" -> strings.disjoint(written, other);
            case "integer", "number" ->
                NumberGrammar.disjoint(written, other, integers(written, other), document.effort());
            default -> false;
        };
    }

    /** If there must be a first item, the schemas of that may exclude each other. */
    private boolean excludesArrays(Conjunction written, Conjunction other, int depth, boolean always) {
        boolean someItem = Stream.of(written, other)
                .flatMap(all -> all.parts().stream())
                .anyMatch(part -> Keywords.count(part, "minItems", 0) > 0);
        return someItem
                && excludes(
                        Conjunction.of(document, Arrays.at(written, 0)),
                        Conjunction.of(document, Arrays.at(other, 0), true),
                        depth + 1,
                        always);
    }

    private static boolean integers(Conjunction written, Conjunction other) {
        return Values.types(written).contains("integer")
                || Values.allowed(other).contains("integer");
    }

    /** Whether there is a member that one always has and the other never, or whose values exclude each other. */
    private boolean excludesObjects(Conjunction written, Conjunction other, int depth, boolean always) {
        Conjunction lasting = always ? written.without(UNEVALUATED) : written;
        Members own = members(lasting, depth);
        Members others = members(other, depth);
        boolean lacks = others.required().stream()
                .anyMatch(name -> always ? forbids(lasting, own, name) : isNeverWritten(own, name));
        return lacks
                || own.required().stream()
                        .anyMatch(name -> forbids(other, others, name) || excludes(own, others, name, depth, always));
    }

    private static boolean isNeverWritten(Members own, String name) {
        Optional<List<Subschema>> declared = own.declared().get(name);
        return declared == null ? own.others().isEmpty() : declared.isEmpty();
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

    private boolean excludes(Members own, Members others, String name, int depth, boolean always) {
        Map<String, Optional<List<Subschema>>> there = others.declared();
        Optional<List<Subschema>> mine = own.declared().getOrDefault(name, Optional.empty());
        Optional<List<Subschema>> theirs = there.getOrDefault(name, Optional.empty());
        return mine.isPresent()
                && theirs.isPresent()
                && excludes(
                        Conjunction.of(document, mine.get()),
                        Conjunction.of(document, theirs.get(), true),
                        depth + 1,
                        always);
    }
}
