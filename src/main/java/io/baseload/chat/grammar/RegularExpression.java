package io.baseload.chat.grammar;

import java.util.ArrayList;
import java.util.List;

/**
 * Regular expressions in the syntax of ECMA-262 with the flag {@code u}: characters, escapes, classes, {@code \d \w \s \p{…}}, groups, alternatives and
 * repetitions; {@code ^} and {@code $} at the beginning and the end of the whole expression or of one of its alternatives. What isn't regular or looks around
 * (back references, {@code (?=}, {@code \b} …) is refused by name.
 */
public final class RegularExpression {
    private static final int DEEPEST = 200;

    private final Scanner in;
    private final boolean search;
    private int depth;

    private RegularExpression(String source, boolean search) {
        this.in = new Scanner(source);
        this.search = search;
    }

    /**
     * The texts that match as a whole.
     *
     * @throws GrammarException if the expression is broken or not supported
     */
    public static Expr whole(String source) {
        return new RegularExpression(source, false).read();
    }

    /** The texts in which a match is found anywhere, as JSON Schema's {@code pattern} has it. */
    public static Expr anywhere(String source) {
        return new RegularExpression(source, true).read();
    }

    private Expr read() {
        Expr expr = alternatives(true);
        if (in.peek() != Scanner.END) {
            throw in.problem("a ')' that closes nothing");
        }
        return expr;
    }

    /** @param edge whether the beginning and end of each are those of the whole text */
    private Expr alternatives(boolean edge) {
        if (++depth > DEEPEST) {
            throw in.problem("groups are nested too deep: at most " + DEEPEST);
        }
        List<Expr> options = new ArrayList<>();
        do {
            options.add(edge ? anchored() : sequence(false));
        } while (in.take("|"));
        depth--;
        return options.size() == 1 ? options.getFirst() : new Expr.Choice(options);
    }

    private Expr anchored() {
        int place = in.position();
        if (in.peek() == '(' && groupAlone()) {
            in.back(place);
            return group(true);
        }
        in.back(place);
        boolean begins = in.take("^");
        Expr body = sequence(true);
        boolean ends = in.take("$");
        if (in.peek() != Scanner.END && in.peek() != '|' && in.peek() != ')') {
            throw in.problem("'$' is supported at the end of an alternative only");
        }
        Expr anything = Expr.any(new Expr.Chars(CodePoints.ALL));
        return Expr.sequence(
                begins || !search ? Expr.empty() : anything, body, ends || !search ? Expr.empty() : anything);
    }

    /** Whether a group, with nothing before or after it, is the whole alternative. */
    private boolean groupAlone() {
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
        return in.peek() == Scanner.END || in.peek() == '|' || in.peek() == ')';
    }

    private Expr sequence(boolean edge) {
        List<Expr> parts = new ArrayList<>();
        while (true) {
            int c = in.peek();
            if (c == Scanner.END || c == '|' || c == ')' || edge && c == '$') {
                return parts.size() == 1 ? parts.getFirst() : new Expr.Sequence(parts);
            }
            parts.add(repeated(atom()));
        }
    }

    private Expr repeated(Expr atom) {
        if (!Repetition.follows(in)) {
            return atom;
        }
        Expr repeated = Repetition.read(in).of(atom);
        in.take("?"); // as few as possible: of the same language
        if (Repetition.follows(in)) {
            throw in.problem("a repetition of a repetition");
        }
        return repeated;
    }

    private Expr atom() {
        int place = in.position();
        return switch (in.peek()) {
            case '(' -> group(false);
            case '[' -> {
                in.next();
                yield new Expr.Chars(CharacterClasses.inBrackets(in));
            }
            case '.' -> {
                in.next();
                yield new Expr.Chars(CharacterClasses.DOT);
            }
            case '\\' -> {
                in.next();
                yield new Expr.Chars(CharacterClasses.escape(in));
            }
            case '^', '$' -> throw in.problem("'^' and '$' are supported at the beginning and end of the whole only");
            case '*', '+', '?', '{' -> throw in.problem(place, "nothing to repeat");
            default -> Expr.text(Character.toString(in.next()));
        };
    }

    private Expr group(boolean edge) {
        int place = in.position();
        in.require("(");
        if (in.take("?") && !in.take(":")) {
            if (!in.take("<") || in.peek() == '=' || in.peek() == '!') {
                throw in.problem(place, "look-around and inline flags are not supported");
            }
            while (in.peek() != '>' && in.peek() != Scanner.END) {
                in.next();
            }
            in.require(">");
        }
        Expr body = alternatives(edge);
        in.require(")");
        return body;
    }
}
