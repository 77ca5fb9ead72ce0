package io.baseload.chat.schema;

import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.Grammar;
import io.baseload.chat.grammar.JsonText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Strings other than given ones, with their quotation marks. They follow a trie of the given ones, with exactly one escape for each character that needs one, and may leave it by any other
 * character; after that everything is allowed. Unlike a complement that is computed, this takes few states, and each run of plain characters is known to be allowed everywhere.
 */
final class OtherNames {
    private static final int MAX_LENGTH = 200;

    /** Characters after which the expression continues in a rule of its own, so that it isn't too deep. */
    private static final int MAX_DEPTH = 20;

    private static final CodePoints ESCAPED = CodePoints.ALL.without(JsonText.PLAIN);
    private static final CodePoints PLAIN_ASCII = JsonText.PLAIN.and(CodePoints.range(0, 0x7F));
    private static final CodePoints BEYOND_ASCII = CodePoints.range(0x80, Character.MAX_CODE_POINT);

    private final Grammar.Builder grammar;
    private final Map<Set<String>, Optional<Expr>> known = new HashMap<>();
    private final Map<Described, Expr> described = new HashMap<>();
    private Optional<Rest> rest = Optional.empty();

    OtherNames(Grammar.Builder grammar) {
        this.grammar = grammar;
    }

    /**
     * The rules for the rest of a string that can't be a given one any more, up to its closing quotation mark.
     *
     * @param any any characters
     * @param ascii the same after a plain character of ASCII
     * @param beyondAscii the same after a character beyond ASCII
     * @param escaped the same after an escaped character
     */
    private record Rest(Expr any, Expr ascii, Expr beyondAscii, Expr escaped) {}

    /** A node of the trie. */
    private static final class Node {
        private final TreeMap<Integer, Node> next = new TreeMap<>();
        private boolean given;
    }

    /**
     * Names that are described by patterns and schemas.
     *
     * @param pattern the pattern that they match, if there is one
     * @param otherPatterns patterns that they don't match
     * @param schemas the keys of schemas that they satisfy
     * @param others names that are excluded
     */
    record Described(Optional<String> pattern, List<String> otherPatterns, List<String> schemas, Set<String> others) {}

    /** The language of names that is computed once for each description. */
    Expr described(Described names, Supplier<Expr> language) {
        return described.computeIfAbsent(names, unknown -> grammar.rule("name", language.get()));
    }

    /** Empty if one of the given ones is too long for this. */
    Optional<Expr> than(Set<String> given) {
        return known.computeIfAbsent(given, this::compute);
    }

    private Optional<Expr> compute(Set<String> given) {
        if (given.stream().anyMatch(name -> name.length() > MAX_LENGTH)) {
            return Optional.empty();
        }
        var root = new Node();
        for (String name : given) {
            Node node = root;
            for (int c : name.codePoints().toArray()) {
                node = node.next.computeIfAbsent(c, more -> new Node());
            }
            node.given = true;
        }
        return Optional.of(grammar.rule("name", Expr.sequence(Expr.text("\""), after(root, 1))));
    }

    private Expr after(Node node, int depth) {
        if (node.next.isEmpty() && !node.given) {
            return rest().any;
        }
        List<Expr> options = new ArrayList<>();
        if (!node.given) {
            options.add(Expr.text("\""));
        }
        node.next.forEach((c, next) -> {
            Expr more = after(next, depth + 1);
            Expr held = depth % MAX_DEPTH == 0 ? grammar.rule("name", more) : more;
            options.add(Expr.sequence(Expr.text(JsonText.escape(Character.toString(c))), held));
        });
        addOthers(PLAIN_ASCII, node.next.keySet(), rest().ascii, options);
        addOthers(BEYOND_ASCII, node.next.keySet(), rest().beyondAscii, options);
        addOthers(ESCAPED, node.next.keySet(), rest().escaped, options);
        return new Expr.AnyBeginning(new Expr.Choice(options));
    }

    /** Adds the strings that continue with one of some characters that isn't taken. */
    private void addOthers(CodePoints characters, Set<Integer> taken, Expr all, List<Expr> options) {
        List<CodePoints> without = taken.stream()
                .filter(characters::contains)
                .map(c -> CodePoints.of(c))
                .toList();
        options.add(
                without.isEmpty()
                        ? all
                        : Expr.sequence(
                                JsonText.encode(new Expr.Chars(characters.without(CodePoints.union(without)))),
                                rest().any));
    }

    private Rest rest() {
        if (rest.isEmpty()) {
            Expr any = grammar.rule("name", Expr.sequence(Expr.any(JsonText.ANY_CHARACTER), Expr.text("\"")));
            rest = Optional.of(new Rest(
                    any,
                    Expr.sequence(new Expr.Chars(PLAIN_ASCII), any),
                    grammar.rule("name", Expr.sequence(new Expr.Chars(BEYOND_ASCII), any)),
                    grammar.rule("name", Expr.sequence(JsonText.encode(new Expr.Chars(ESCAPED)), any))));
        }
        return rest.get();
    }
}
