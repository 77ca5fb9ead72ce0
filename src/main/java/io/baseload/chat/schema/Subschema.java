package io.baseload.chat.schema;

import io.baseload.chat.grammar.GrammarException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A schema within the document.
 *
 * @param node an object or a boolean
 * @param pointer where it stands, such as {@code #/properties/name}
 * @param done keywords that were dealt with and count no more
 */
record Subschema(JsonNode node, String pointer, Set<String> done) {
    static Subschema of(JsonNode node, String pointer) {
        if (!node.isObject() && !node.isBoolean()) {
            throw new GrammarException(pointer, "a schema must be an object, true or false");
        }
        return new Subschema(node, pointer, Set.of());
    }

    /** The keyword's value, if it is there and not dealt with. */
    Optional<JsonNode> find(String keyword) {
        return done.contains(keyword) ? Optional.empty() : Optional.ofNullable(node.get(keyword));
    }

    boolean has(String keyword) {
        return find(keyword).isPresent();
    }

    /** The same with a keyword dealt with. */
    Subschema without(String keyword) {
        Set<String> more = new HashSet<>(done);
        more.add(keyword);
        return new Subschema(node, pointer, Set.copyOf(more));
    }

    Subschema child(String keyword, JsonNode value) {
        return of(value, pointer + "/" + escape(keyword));
    }

    Subschema child(String keyword, String name, JsonNode value) {
        return of(value, pointer + "/" + escape(keyword) + "/" + escape(name));
    }

    /** A keyword's value that must be an object or an array. */
    GrammarException wrong(String keyword, String expected) {
        return new GrammarException(pointer + "/" + escape(keyword), keyword + " must be " + expected);
    }

    GrammarException unsupported(String keyword, String why) {
        return new GrammarException(pointer + "/" + escape(keyword), keyword + " is not supported" + why);
    }

    /** A name as JSON pointers (RFC 6901) write it. */
    static String escape(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    /** By place: looking into the nodes would cost as much as they are large. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Subschema that && pointer.equals(that.pointer) && done.equals(that.done);
    }

    @Override
    public int hashCode() {
        return 31 * pointer.hashCode() + done.hashCode();
    }

    String key() {
        return done.isEmpty() ? pointer : pointer + done.stream().sorted().toList();
    }
}
