package io.baseload.chat.grammar;

import java.util.List;

/** What a rule derives. */
public sealed interface Expr {
    /** {@link Repeat#max} where there is none. */
    int UNBOUNDED = Integer.MAX_VALUE;

    /** One character of a set. */
    record Chars(CodePoints set) implements Expr {}

    /** These characters. */
    record Text(String text) implements Expr {}

    /** One after another; none = the empty text. */
    record Sequence(List<Expr> parts) implements Expr {}

    /** Any one of these; none = nothing at all. */
    record Choice(List<Expr> options) implements Expr {}

    /** {@code min} to {@code max} times, both included. */
    record Repeat(Expr body, int min, int max) implements Expr {}

    /** What all of some expressions without rules derive, and none of others. Of at least one. */
    record Intersection(List<Expr> all, List<Expr> none) implements Expr {}

    /** What a rule derives, by its place in the {@link Grammar}. */
    record Rule(int index) implements Expr {}

    /** What a byte automaton accepts. */
    record Bytes(ByteAutomaton automaton) implements Expr {}

    /** One token by its id, whatever its text: how special tokens, which never match text, are asked for. */
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
