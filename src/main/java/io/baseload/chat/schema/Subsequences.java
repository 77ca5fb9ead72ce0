package io.baseload.chat.schema;

import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.Grammar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Lists of some of the given parts, each at most once and in their order, with commas between them. */
final class Subsequences {
    private final Grammar.Builder grammar;
    private final Layout layout;

    Subsequences(Grammar.Builder grammar, Layout layout) {
        this.grammar = grammar;
        this.layout = layout;
    }

    /** At least {@code min} and at most {@code max} of the parts. */
    Expr of(List<Expr> parts, int min, int max) {
        Map<Integer, Expr.Rule> after = new HashMap<>();
        int most = Math.min(max, parts.size());
        for (int taken = 0; taken <= most; taken++) {
            after.put(taken, grammar.rule("rest", taken >= min ? Expr.empty() : Expr.choice()));
        }
        for (Expr part : parts.reversed()) {
            Map<Integer, Expr.Rule> before = new HashMap<>();
            for (int taken = 0; taken <= most; taken++) {
                Expr skipped = rule(after, taken);
                Expr used = taken == most
                        ? Expr.choice()
                        : Expr.sequence(taken == 0 ? Expr.empty() : layout.comma(), part, rule(after, taken + 1));
                before.put(taken, grammar.rule("rest", Expr.choice(used, skipped)));
            }
            after = before;
        }
        return rule(after, 0);
    }

    private static Expr rule(Map<Integer, Expr.Rule> rules, int taken) {
        Expr.Rule rule = rules.get(taken);
        return rule == null ? Expr.choice() : rule;
    }
}
