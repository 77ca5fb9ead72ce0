package io.baseload.chat.schema;

import io.baseload.chat.grammar.Effort;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.Grammar;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The rules for strings and numbers. Equal requirements have one rule, so that it is compiled, and its masks are computed, once for all of its places. */
final class Scalars {
    private final Grammar.Builder grammar;
    private final Strings strings;
    private final boolean given;
    private final Effort effort;
    private final IdentityHashMap<Expr, Expr.Rule> stringRules = new IdentityHashMap<>();
    private final Map<List<Object>, Expr.Rule> numberRules = new HashMap<>();

    /** @param given as in {@link NumberGrammar#of} */
    Scalars(Grammar.Builder grammar, Strings strings, boolean given, Effort effort) {
        this.grammar = grammar;
        this.strings = strings;
        this.given = given;
        this.effort = effort;
    }

    /** A string with its quotation marks. */
    Expr string(Conjunction all) {
        return stringRules.computeIfAbsent(
                strings.inside(all),
                inside -> grammar.rule("string", Expr.sequence(Expr.text("\""), inside, Expr.text("\""))));
    }

    Expr number(Conjunction all, boolean integer) {
        return numberRules.computeIfAbsent(
                NumberGrammar.key(all, integer),
                key -> grammar.rule("number", NumberGrammar.of(all, integer, given, effort)));
    }
}
