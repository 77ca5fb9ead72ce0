package io.baseload.chat.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A context-free grammar over characters.
 *
 * @param rules the expression of each rule; a whole text must match the first
 * @param names names of the rules, for messages
 * @param unenforcedFormats unknown formats of the schemas in it, in alphabetical order: they are annotations, which restrict nothing
 */
public record Grammar(List<Expr> rules, List<String> names, List<String> unenforcedFormats) {

    /** A grammar of one rule. */
    public static Grammar of(Expr root) {
        return new Grammar(List.of(root), List.of("root"), List.of());
    }

    /** The place of a rule that represents a part of a JSON Schema: such rules are named by JSON pointers. */
    Optional<String> place(int rule) {
        return Optional.of(names.get(rule)).filter(name -> name.startsWith("#"));
    }

    /** Collects rules that refer to each other. */
    public static final class Builder {
        private static final int MAX_RULES = 20_000;

        private final List<Optional<Expr>> rules = new ArrayList<>();
        private final List<String> names = new ArrayList<>();
        private final Set<String> unenforcedFormats = new TreeSet<>();

        /**
         * A new rule, to be defined later.
         *
         * @throws GrammarException if there are too many
         */
        public Expr.Rule declare(String name) {
            if (rules.size() == MAX_RULES) {
                throw new GrammarException("", "too large: it needs more than " + MAX_RULES + " rules");
            }
            rules.add(Optional.empty());
            names.add(name);
            return new Expr.Rule(rules.size() - 1);
        }

        public void define(Expr.Rule rule, Expr body) {
            rules.set(rule.index(), Optional.of(body));
        }

        /** A new rule with its body. */
        public Expr.Rule rule(String name, Expr body) {
            Expr.Rule rule = declare(name);
            define(rule, body);
            return rule;
        }

        /**
         * Checks that a rule, all of whose rules are defined, derives a text.
         *
         * @param writable the characters that the vocabulary can write
         * @throws GrammarException if it derives none; with the place of the responsible rule if that is named by a JSON pointer
         */
        public void requireText(Expr.Rule rule, CodePoints writable) {
            List<Expr> bodies = IntStream.range(0, rules.size())
                    .mapToObj(
                            i -> i < rule.index() ? Expr.choice() : rules.get(i).orElse(Expr.choice()))
                    .toList();
            new Trimming(new Grammar(bodies, names, List.of()), writable, Effort.ofOneSchema())
                    .requireText(rule.index());
        }

        /** Whether a rule derives a text. */
        public boolean hasText(Expr.Rule rule, CodePoints writable, Effort effort) {
            return new Trimming(build(), writable, effort).hasText(rule.index());
        }

        /** Notes unknown formats of a schema that was added. */
        public void addUnenforcedFormats(Set<String> formats) {
            unenforcedFormats.addAll(formats);
        }

        public boolean defined(Expr.Rule rule) {
            return rules.get(rule.index()).isPresent();
        }

        public String name(int rule) {
            return names.get(rule);
        }

        /** @throws IllegalStateException if a rule was never defined */
        public Grammar build() {
            List<Expr> bodies = rules.stream()
                    .map(rule -> rule.orElseThrow(() -> new IllegalStateException("a rule was never defined")))
                    .toList();
            return new Grammar(bodies, List.copyOf(names), List.copyOf(unenforcedFormats));
        }
    }
}
