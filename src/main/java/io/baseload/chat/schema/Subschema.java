package io.baseload.chat.schema;

import io.baseload.chat.grammar.Effort;
import io.baseload.chat.grammar.GrammarException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A schema within the document.
 *
 * @param node an object or a boolean
 * @param pointer its place, such as {@code #/properties/name}
 * @param done keywords that have been processed and are ignored
 * @param seenBy places of the schemas of the same value whose {@code unevaluatedProperties} takes this one into account
 * @param effort the limit for reading the whole document
 */
record Subschema(JsonNode node, String pointer, Set<String> done, Set<String> seenBy, Effort effort) {
    private static final int COPIED_IN_A_STEP = 100;

    static Subschema of(JsonNode node, String pointer, Effort effort) {
        if (!node.isObject() && !node.isBoolean()) {
            throw new GrammarException(pointer, "a schema must be an object, true or false");
        }
        return new Subschema(node, pointer, Set.of(), Set.of(), effort);
    }

    /** The keyword's value, if it exists and has not been processed. The effort is proportional to its size, because the caller will read it. */
    Optional<JsonNode> find(String keyword) {
        JsonNode value = done.contains(keyword) ? null : node.get(keyword);
        if (value == null) {
            return Optional.empty();
        }
        effort.spend(1 + (value.isString() ? value.stringValue().length() : value.size()));
        return Optional.of(value);
    }

    /** A member of the keyword's value. */
    Optional<Subschema> member(String keyword, String name) {
        JsonNode values = done.contains(keyword) ? null : node.get(keyword);
        effort.spend(1);
        return Optional.ofNullable(values == null ? null : values.get(name)).map(value -> child(keyword, name, value));
    }

    boolean has(String keyword) {
        effort.spend(1);
        return !done.contains(keyword) && node.has(keyword);
    }

    /** The same without a keyword. */
    Subschema without(String keyword) {
        Set<String> more = new HashSet<>(done);
        more.add(keyword);
        return new Subschema(node, pointer, Set.copyOf(more), seenBy, effort);
    }

    /** The same as a part of another schema of the same value. */
    Subschema within(Subschema outer) {
        Set<String> more = new HashSet<>(seenBy);
        more.addAll(outer.seenBy);
        if (outer.has("unevaluatedProperties")) {
            more.add(outer.pointer);
        }
        return new Subschema(node, pointer, done, Set.copyOf(more), effort);
    }

    Subschema child(String keyword, JsonNode value) {
        return at(value, pointer + "/" + escape(keyword));
    }

    Subschema child(String keyword, String name, JsonNode value) {
        return at(value, pointer + "/" + escape(keyword) + "/" + escape(name));
    }

    private Subschema at(JsonNode value, String place) {
        effort.spend(1 + place.length() / COPIED_IN_A_STEP);
        return of(value, place, effort);
    }

    /** An exception for a keyword with a wrong value. */
    GrammarException wrong(String keyword, String expected) {
        return new GrammarException(pointer + "/" + escape(keyword), keyword + " must be " + expected);
    }

    GrammarException unsupported(String keyword, String why) {
        return new GrammarException(pointer + "/" + escape(keyword), keyword + " is not supported" + why);
    }

    /** A name in the form of JSON pointers (RFC 6901). */
    static String escape(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    /** Compared by place, because comparing nodes would cost effort in proportion to their size. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Subschema that
                && pointer.equals(that.pointer)
                && done.equals(that.done)
                && seenBy.equals(that.seenBy);
    }

    @Override
    public int hashCode() {
        return Objects.hash(pointer, done, seenBy);
    }

    String key() {
        return done.isEmpty() && seenBy.isEmpty() ? pointer : pointer + sorted(done) + sorted(seenBy);
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }
}
