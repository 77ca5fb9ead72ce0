package io.baseload.chat.grammar;

import java.util.ArrayList;
import java.util.List;

/** Replaces the intersections in a grammar by automata. */
public final class Intersections {
    private final CodePoints writable;
    private final Effort effort;

    /** @param writable the characters that the vocabulary can write */
    public Intersections(CodePoints writable, Effort effort) {
        this.writable = writable;
        this.effort = effort;
    }

    /** @throws GrammarException if one takes too many states or too much effort */
    Grammar computed(Grammar grammar) {
        return new Grammar(computed(grammar.rules()), grammar.names(), grammar.unenforcedFormats());
    }

    private List<Expr> computed(List<Expr> all) {
        return all.stream().map(this::computed).toList();
    }

    /** @throws GrammarException if one takes too many states or too much effort */
    public Expr computed(Expr expr) {
        return switch (expr) {
            case Expr.Sequence sequence -> new Expr.Sequence(computed(sequence.parts()));
            case Expr.Choice choice -> new Expr.Choice(computed(choice.options()));
            case Expr.Repeat repeat -> new Expr.Repeat(computed(repeat.body()), repeat.min(), repeat.max());
            case Expr.Intersection both -> {
                List<ByteAutomaton.Part> parts = new ArrayList<>();
                both.all().forEach(expression -> parts.add(RegularPart.of(expression, writable, effort)));
                both.none()
                        .forEach(expression -> parts.add(
                                RegularPart.of(expression, writable, effort).not()));
                yield new Expr.Bytes(ByteAutomaton.intersection(parts, effort));
            }
            case Expr.Unordered unordered ->
                new Expr.Unordered(
                        unordered.named().stream()
                                .map(part -> new Expr.Named(part.name(), computed(part.rest()), part.required()))
                                .toList(),
                        unordered.others().map(this::computed),
                        computed(unordered.separator()),
                        unordered.min(),
                        unordered.max());
            case Expr.AnyBeginning any -> new Expr.AnyBeginning(computed(any.body()));
            case Expr.Chars c -> c;
            case Expr.Text t -> t;
            case Expr.Rule r -> r;
            case Expr.Bytes b -> b;
            case Expr.Token t -> t;
        };
    }
}
