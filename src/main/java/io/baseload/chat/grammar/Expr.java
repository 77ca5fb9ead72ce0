package io.baseload.chat.grammar;

import java.util.List;

/** An expression of a grammar. */
public sealed interface Expr {
    /** {@link Repeat#max} without an upper bound. */
    int UNBOUNDED = Integer.MAX_VALUE;

    /** One character of a set. */
    record Chars(CodePoints set) implements Expr {}

    /** Exactly this text. */
    record Text(String text) implements Expr {}

    /** One after another; none = the empty text. */
    record Sequence(List<Expr> parts) implements Expr {}

    /** One of these; none = no text. */
    record Choice(List<Expr> options) implements Expr {}

    /** {@code min} to {@code max} times, inclusive. */
    record Repeat(Expr body, int min, int max) implements Expr {}

    /** The texts that all of some expressions without rules derive, and none of others. {@code all} has at least one. */
    record Intersection(List<Expr> all, List<Expr> none) implements Expr {}

    /** A text of a rule, given by its index in the {@link Grammar}. */
    record Rule(int index) implements Expr {}

    /** A text that a byte automaton accepts. */
    record Bytes(ByteAutomaton automaton) implements Expr {}

    /** One token by its id, whatever its text: special tokens never match text. */
    record Token(int id) implements Expr {}

    static Expr empty() {
        return new Sequence(List.of());
    }

    static Expr text(String text) {
        return new Text(text);
    }

    static Expr sequence(Expr... parts) {
        return new Sequence(List.of(parts));
    }

    static Expr choice(Expr... options) {
        return new Choice(List.of(options));
    }

    static Expr optional(Expr body) {
        return choice(empty(), body);
    }

    static Expr any(Expr body) {
        return new Repeat(body, 0, UNBOUNDED);
    }
}
