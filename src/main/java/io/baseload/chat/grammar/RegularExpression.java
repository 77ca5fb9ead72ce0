package io.baseload.chat.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Regular expressions in the syntax of ECMA-262 with the flag {@code u}: characters, escapes, classes, {@code \d \w \s \p{…}}, groups, alternatives and
 * repetitions; {@code ^} and {@code $} at the beginning and the end of the whole expression or of one of its alternatives; look-ahead where only the rest of the text follows, so not inside
 * a group that is followed by something. Constructs that aren't regular or look back (back references, {@code (?<=}, {@code \b} …) are refused by name.
 */
public final class RegularExpression {
    private static final int MAX_DEPTH = 200;
    private static final Expr ANYTHING = Expr.any(new Expr.Chars(CodePoints.ALL));

    private final Scanner in;

    /** Whether classes contain only the characters that they have in all dialects, rather than all that they have in any. */
    private boolean sure;

    private int depth;

    /**
     * The surroundings of an alternative.
     *
     * @param first whether {@code ^} holds at its beginning, or at the beginning of the text that may come before it
     * @param openStart whether any text may come before it
     * @param end the texts that may follow
     */
    private record Edges(boolean first, boolean openStart, Expr end) {}

    private RegularExpression(String source, boolean sure) {
        this.in = new Scanner(source);
        this.sure = sure;
    }

    /**
     * The texts that match as a whole.
     *
     * @throws GrammarException if the expression is broken or not supported
     */
    public static Expr whole(String source) {
        return new RegularExpression(source, true).read(new Edges(true, false, Expr.empty()));
    }

    /** The texts that contain a match, as for JSON Schema's {@code pattern}: those in which all dialects, which differ in classes, find one. */
    public static Expr anywhere(String source) {
        return new RegularExpression(source, true).read(new Edges(true, true, ANYTHING));
    }

    /** The texts in which any dialect finds a match. */
    public static Expr perhapsAnywhere(String source) {
        return new RegularExpression(source, false).read(new Edges(true, true, ANYTHING));
    }

    private Expr read(Edges edges) {
        Expr expr = alternatives(() -> anchored(edges));
        if (in.peek() != Scanner.END) {
            throw in.problem("a ')' that closes nothing");
        }
        return expr;
    }

    private Expr alternatives(Supplier<Expr> alternative) {
        deeper();
        List<Expr> options = new ArrayList<>();
        do {
            options.add(alternative.get());
        } while (in.take("|"));
        depth--;
        return options.size() == 1 ? options.getFirst() : new Expr.Choice(options);
    }

    private void deeper() {
        if (++depth > MAX_DEPTH) {
            throw in.problem("groups are nested too deeply: at most " + MAX_DEPTH);
        }
    }

    private boolean atEnd() {
        return in.peek() == Scanner.END || in.peek() == '|' || in.peek() == ')';
    }

    private Expr anchored(Edges edges) {
        if (in.peek() == '^' && !edges.first) {
            throw misplaced();
        }
        boolean begins = in.take("^");
        int place = in.position();
        if (!begins && in.peek() == '(' && !lookAhead() && groupIsLast()) {
            return lastGroup(place, edges);
        }
        in.back(place);
        Expr rest = rest(new Edges(edges.first && (begins || !edges.openStart), false, edges.end));
        return begins || !edges.openStart ? rest : Expr.sequence(ANYTHING, rest);
    }

    /** Reads up to the end of an alternative; returns the expression with the text that may follow. */
    private Expr rest(Edges edges) {
        List<Expr> parts = new ArrayList<>();
        while (!atEnd()) {
            Edges here = new Edges(edges.first && parts.isEmpty(), edges.openStart, edges.end);
            int place = in.position();
            if (in.take("$")) {
                if (!atEnd()) {
                    throw in.problem("'$' is supported only at the end of an alternative");
                }
                return ended(parts, lastLineEnd());
            }
            if (lookAhead()) {
                parts.add(lookedAhead(here));
                return new Expr.Sequence(parts);
            }
            if (in.peek() == '(' && groupIsLast()) {
                parts.add(lastGroup(place, here));
                return new Expr.Sequence(parts);
            }
            in.back(place);
            parts.add(repeated(atom()));
        }
        return ended(parts, edges.end);
    }

    private static Expr ended(List<Expr> parts, Expr end) {
        if (!end.equals(Expr.empty())) {
            parts.add(end);
        }
        return parts.size() == 1 ? parts.getFirst() : new Expr.Sequence(parts);
    }

    /** The text that may follow where {@code $} matches: in some dialects a last line end. */
    private Expr lastLineEnd() {
        return sure ? Expr.empty() : Expr.optional(Expr.text("\n"));
    }

    private GrammarException misplaced() {
        return in.problem("'^' and '$' are supported only at the beginning and end of the whole expression");
    }

    private boolean lookAhead() {
        int place = in.position();
        boolean there = in.take("(?=") || in.take("(?!");
        in.back(place);
        return there;
    }

    /** The rest of the alternative, restricted by the look-ahead. */
    private Expr lookedAhead(Edges edges) {
        deeper();
        boolean negative = in.take("(?!");
        if (!negative) {
            in.require("(?=");
        }
        sure ^= negative;
        Expr ahead = alternatives(() -> anchored(new Edges(edges.first, false, ANYTHING)));
        sure ^= negative;
        in.require(")");
        Expr rest = rest(edges);
        depth--;
        return negative
                ? new Expr.Intersection(List.of(rest), List.of(ahead))
                : new Expr.Intersection(List.of(rest, ahead), List.of());
    }

    /** Reads a group at the end of the alternative, whose alternatives are therefore those of the whole. The scanner is after the group's opening. */
    private Expr lastGroup(int place, Edges edges) {
        boolean maybe = in.take("?");
        Edges inner = in.take("$") ? new Edges(edges.first, edges.openStart, lastLineEnd()) : edges;
        int end = in.position();
        in.back(place);
        Expr group = group(() -> anchored(inner));
        in.back(end);
        Expr without = inner.openStart ? ANYTHING : inner.end;
        return maybe ? Expr.choice(group, without) : group;
    }

    /** Whether the alternative ends with the next group; reads up to its end. */
    private boolean groupIsLast() {
        int open = 0;
        boolean inClass = false;
        do {
            int c = in.next();
            if (c == '\\') {
                in.next();
            } else if (inClass || c == '[') {
                inClass = c != ']';
            } else {
                open += c == '(' ? 1 : c == ')' ? -1 : 0;
            }
            if (c == Scanner.END) {
                return false;
            }
        } while (open > 0);
        int end = in.position();
        in.take("?");
        in.take("$");
        boolean last = atEnd();
        in.back(end);
        return last;
    }

    private Expr sequence() {
        List<Expr> parts = new ArrayList<>();
        while (!atEnd()) {
            parts.add(repeated(atom()));
        }
        return parts.size() == 1 ? parts.getFirst() : new Expr.Sequence(parts);
    }

    private Expr repeated(Expr atom) {
        if (!Repetition.follows(in)) {
            return atom;
        }
        Expr repeated = Repetition.read(in).of(atom);
        in.take("?"); // a lazy repetition has the same language
        if (Repetition.follows(in)) {
            throw in.problem("a repetition of a repetition");
        }
        return repeated;
    }

    private Expr atom() {
        int place = in.position();
        return switch (in.peek()) {
            case '(' -> group(this::sequence);
            case '[' -> {
                in.next();
                yield new Expr.Chars(CharacterClasses.inBrackets(in, sure));
            }
            case '.' -> {
                in.next();
                yield new Expr.Chars(CharacterClasses.dot(sure));
            }
            case '\\' -> {
                in.next();
                yield new Expr.Chars(CharacterClasses.escape(in, sure));
            }
            case '^', '$' -> throw misplaced();
            case '*', '+', '?', '{' -> throw in.problem(place, "nothing to repeat");
            default -> Expr.text(Character.toString(in.next()));
        };
    }

    private Expr group(Supplier<Expr> alternative) {
        int place = in.position();
        in.require("(");
        if (in.take("?") && !in.take(":")) {
            name(place);
        }
        Expr body = alternatives(alternative);
        in.require(")");
        return body;
    }

    /** Reads {@code <name>}, or Python's {@code P<name>}. */
    private void name(int place) {
        if (in.peek() == '=' || in.peek() == '!') {
            throw in.problem(place, "look-ahead is supported only where nothing follows the group that it is in");
        }
        in.take("P");
        if (!in.take("<") || in.peek() == '=' || in.peek() == '!') {
            throw in.problem(place, "look-behind and inline flags are not supported");
        }
        while (in.peek() != '>' && in.peek() != Scanner.END) {
            in.next();
        }
        in.require(">");
    }
}
