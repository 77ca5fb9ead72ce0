package io.baseload.chat.grammar;

import java.util.List;
import java.util.Optional;

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

    /**
     * Some of several parts in any order, each named one at most once, with a separator between them.
     *
     * @param named parts by their names; at most {@link #MAX_REQUIRED} are required. Beyond as many, those that are not required may be repeated
     * @param others a part without a name, which may be repeated
     * @param min the least number of different parts; all others count as one
     * @param max the greatest number of parts
     */
    record Unordered(List<Named> named, Optional<Expr> others, Expr separator, int min, int max) implements Expr {
        public static final int MAX_REQUIRED = Selection.MAX_NUMBERED;
    }

    /**
     * A part of {@link Unordered}.
     *
     * @param name the text with which it begins; no other's name begins with it
     */
    record Named(String name, Expr rest, boolean required) {}

    /** The same texts. Whoever writes it knows that each run of {@link PlainText plain} characters is the beginning of one of them, and that none of them consists of such characters. */
    record AnyBeginning(Expr body) implements Expr {}

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
