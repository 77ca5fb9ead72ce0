package io.baseload.chat.schema;

import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.Grammar;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Items of which some match {@code contains}, as many as {@code minContains} and {@code maxContains} require (JSON Schema 2020-12, core 10.3.1.3 and validation 6.4.4, 6.4.5). There is a
 * rule for each number of items and each number of matching ones, up to the numbers beyond which more make no difference.
 */
final class Containing {
    private static final int MAX_RULES = 1_000;
    private static final int MAX_DEMANDS = 4;

    private final SchemaGrammar schemas;
    private final Grammar.Builder grammar;
    private final Layout layout;
    private final Conjunction all;
    private final List<Demand> demands;
    private final Map<Written, Expr.Rule> after = new HashMap<>();

    private Containing(
            SchemaGrammar schemas, Grammar.Builder grammar, Layout layout, Conjunction all, List<Demand> demands) {
        this.schemas = schemas;
        this.grammar = grammar;
        this.layout = layout;
        this.all = all;
        this.demands = demands;
    }

    /** The requirement of a schema for some of the items. */
    private record Demand(Subschema part, Subschema contained, int least, int most) {
        static Demand of(Subschema part) {
            return new Demand(
                    part,
                    part.child("contains", part.find("contains").orElseThrow()),
                    Keywords.count(part, "minContains", 1),
                    Keywords.count(part, "maxContains", Expr.UNBOUNDED));
        }

        boolean isBounded() {
            return most < Expr.UNBOUNDED;
        }

        /** Number of counts that make a difference. */
        int numbers() {
            return (isBounded() ? most : least) + 1;
        }

        /** The count after an item that matches, or doesn't. */
        int counted(int before, boolean one) {
            int now = one ? before + 1 : before;
            return isBounded() ? now : Math.min(now, least);
        }
    }

    /** Empty if there is no {@code contains}, or it requires nothing. */
    static Optional<Containing> of(SchemaGrammar schemas, Grammar.Builder grammar, Layout layout, Conjunction all) {
        List<Demand> demands = all.parts().stream()
                .filter(part -> part.has("contains"))
                .map(Demand::of)
                .filter(demand -> demand.least > 0 || demand.isBounded())
                .toList();
        return demands.isEmpty()
                ? Optional.empty()
                : Optional.of(new Containing(schemas, grammar, layout, all, demands));
    }

    /** @param given number of items with their own schemas */
    Expr items(int given, int min, int max) {
        int apart = Math.max(given, max == Expr.UNBOUNDED ? min : max);
        long rules = apart + 2L;
        for (Demand demand : demands) {
            rules = Math.min(MAX_RULES + 1L, rules * demand.numbers());
        }
        if (rules > MAX_RULES || demands.size() > MAX_DEMANDS) {
            throw demands.getLast().part.unsupported("contains", " with such large numbers of items or kinds of them");
        }
        return after(new Bounds(min, max, apart), new Written(0, Collections.nCopies(demands.size(), 0)));
    }

    /** @param apart number of items beyond which more make no difference */
    private record Bounds(int min, int max, int apart) {}

    /**
     * The items written so far.
     *
     * @param items their number, at most one more than makes a difference
     * @param matching how many of them match each demand
     */
    private record Written(int items, List<Integer> matching) {}

    private Expr.Rule after(Bounds bounds, Written written) {
        Expr.Rule known = after.get(written);
        if (known != null) {
            return known;
        }
        Expr.Rule rule = grammar.declare("items");
        after.put(written, rule);
        List<Expr> options = new ArrayList<>();
        if (written.items >= bounds.min && areMet(written)) {
            options.add(Expr.empty());
        }
        for (int kinds = 0; written.items < bounds.max && kinds < 1 << demands.size(); kinds++) {
            List<Integer> matching = counted(written, kinds);
            if (!matching.isEmpty()) {
                Expr comma = written.items == 0 ? Expr.empty() : layout.comma();
                int items = Math.min(written.items + 1, bounds.apart + 1);
                Expr item = schemas.rule(item(Arrays.at(all, written.items), kinds));
                options.add(Expr.sequence(comma, item, after(bounds, new Written(items, matching))));
            }
        }
        grammar.define(rule, new Expr.Choice(options));
        return rule;
    }

    private boolean areMet(Written written) {
        for (int i = 0; i < demands.size(); i++) {
            if (written.matching.get(i) < demands.get(i).least) {
                return false;
            }
        }
        return true;
    }

    /** The counts after an item of these kinds; empty if one would be too large. */
    private List<Integer> counted(Written written, int kinds) {
        List<Integer> matching = new ArrayList<>();
        for (int i = 0; i < demands.size(); i++) {
            int now = demands.get(i).counted(written.matching.get(i), (kinds >> i & 1) == 1);
            if (now > demands.get(i).most) {
                return List.of();
            }
            matching.add(now);
        }
        return matching;
    }

    /** An item of these kinds. It must not be of another kind with a largest number; without one it need not be counted. */
    private List<Subschema> item(List<Subschema> here, int kinds) {
        List<Subschema> together = new ArrayList<>(here);
        for (int i = 0; i < demands.size(); i++) {
            Demand demand = demands.get(i);
            if ((kinds >> i & 1) == 1) {
                together.add(demand.contained);
            } else if (demand.isBounded()) {
                together.add(demand.part.child("contains", "not", Negation.of(schemas.document(), demand.contained)));
            }
        }
        return together;
    }
}
