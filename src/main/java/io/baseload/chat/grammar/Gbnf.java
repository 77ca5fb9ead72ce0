package io.baseload.chat.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;

/**
 * Grammars in llama.cpp's GBNF: rules {@code name ::= …} of literals, character ranges, {@code .}, names, groups, alternatives, repetitions and tokens
 * ({@code <[id]>} or {@code <text>}); a text must match {@code root}. Rules must not be left-recursive. Negated tokens are not supported.
 */
public final class Gbnf {
    private static final int MAX_DEPTH = 200;

    private final Scanner in;
    private final Function<String, OptionalInt> tokens;
    private final Grammar.Builder grammar;
    private final Map<String, Expr.Rule> names = new HashMap<>();
    private final Map<String, Integer> places = new HashMap<>();
    private final Set<String> defined = new HashSet<>();
    private int depth;

    private Gbnf(String source, Function<String, OptionalInt> tokens, Grammar.Builder grammar) {
        this.in = new Scanner(source);
        this.tokens = tokens;
        this.grammar = grammar;
    }

    /**
     * @param tokens the id of the token with a text
     * @throws GrammarException if the grammar is broken or not supported
     */
    public static Grammar parse(String source, Function<String, OptionalInt> tokens) {
        var grammar = new Grammar.Builder();
        add(source, tokens, grammar);
        return grammar.build();
    }

    /** Adds the rules to a grammar; returns the one named root. Errors as {@link #parse}. */
    public static Expr.Rule add(String source, Function<String, OptionalInt> tokens, Grammar.Builder grammar) {
        return new Gbnf(source, tokens, grammar).read();
    }

    private Expr.Rule read() {
        Expr.Rule root = names.computeIfAbsent("root", grammar::declare);
        skip();
        while (in.peek() != Scanner.END) {
            definition();
            skip();
        }
        for (String name : names.keySet()) {
            if (!defined.contains(name)) {
                throw in.problem(places.getOrDefault(name, 0), "rule " + name + " is not defined");
            }
        }
        return root;
    }

    private Expr.Rule rule(String name) {
        places.putIfAbsent(name, in.position() - name.length());
        return names.computeIfAbsent(name, grammar::declare);
    }

    private void definition() {
        int place = in.position();
        String name = name();
        skip();
        in.require("::=");
        if (!defined.add(name)) {
            throw in.problem(place, "rule " + name + " is defined twice");
        }
        grammar.define(rule(name), alternatives());
    }

    private String name() {
        int start = in.position();
        while (isNamePart(in.peek())) {
            in.next();
        }
        String name = in.since(start);
        if (name.isEmpty()) {
            throw in.problem("expected a rule: name ::= …");
        }
        return name;
    }

    private static boolean isNamePart(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_';
    }

    /** Skips white space and comments. */
    private void skip() {
        while (true) {
            int c = in.peek();
            if (c == '#') {
                while (in.peek() != '\n' && in.peek() != Scanner.END) {
                    in.next();
                }
            } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                in.next();
            } else {
                return;
            }
        }
    }

    private Expr alternatives() {
        if (++depth > MAX_DEPTH) {
            throw in.problem("groups are nested too deeply: at most " + MAX_DEPTH);
        }
        List<Expr> options = new ArrayList<>();
        do {
            options.add(sequence());
        } while (in.take("|"));
        depth--;
        return options.size() == 1 ? options.getFirst() : new Expr.Choice(options);
    }

    private Expr sequence() {
        List<Expr> parts = new ArrayList<>();
        skip();
        while (!atEndOfSequence()) {
            Expr part = element();
            parts.add(repeated(part));
            skip();
        }
        return parts.size() == 1 ? parts.getFirst() : new Expr.Sequence(parts);
    }

    private Expr repeated(Expr element) {
        Expr part = element;
        for (int times = depth; Repetition.follows(in); times++) {
            if (times > MAX_DEPTH) {
                throw in.problem("repetitions are nested too deeply: at most " + MAX_DEPTH);
            }
            part = Repetition.read(in).of(part);
        }
        return part;
    }

    private boolean atEndOfSequence() {
        int c = in.peek();
        if (!isNamePart(c)) {
            return c == Scanner.END || c == '|' || c == ')';
        }
        int place = in.position();
        name();
        skip();
        boolean nextRule = in.take("::=");
        in.back(place);
        return nextRule;
    }

    private Expr element() {
        int place = in.position();
        if (isNamePart(in.peek())) {
            return rule(name());
        }
        return switch (in.next()) {
            case '"' -> literal(place);
            case '[' -> new Expr.Chars(set(place));
            case '.' -> new Expr.Chars(CodePoints.ALL);
            case '(' -> {
                Expr group = alternatives();
                in.require(")");
                yield group;
            }
            case '<' -> token(place);
            case '!' -> throw in.problem(place, "negated tokens are not supported");
            default -> throw in.problem(place, "expected a literal, a set, a rule's name or a group");
        };
    }

    private Expr literal(int place) {
        var text = new StringBuilder();
        while (!in.take("\"")) {
            text.appendCodePoint(character(place, "a '\"' that is not closed"));
        }
        return Expr.text(text.toString());
    }

    private CodePoints set(int place) {
        boolean negated = in.take("^");
        List<CodePoints> parts = new ArrayList<>();
        while (!in.take("]")) {
            int first = character(place, "a '[' that is not closed");
            int dash = in.position();
            if (in.take("-") && in.peek() != ']') {
                int last = character(place, "a '[' that is not closed");
                if (last < first) {
                    throw in.problem(place, "a range must not go downwards");
                }
                parts.add(CodePoints.range(first, last));
            } else {
                in.back(dash);
                parts.add(CodePoints.of(first));
            }
        }
        CodePoints set = CodePoints.union(parts);
        return negated ? set.complement() : set;
    }

    private int character(int place, String unclosed) {
        int c = in.next();
        if (c == Scanner.END) {
            throw in.problem(place, unclosed);
        }
        if (c != '\\') {
            return c;
        }
        int escape = in.position() - 1;
        return switch (in.next()) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'x' -> in.hex(2);
            case 'u' -> in.hex(4);
            case 'U' -> codePoint(in.hex(8), escape);
            case '\\' -> '\\';
            case '"' -> '"';
            case '[' -> '[';
            case ']' -> ']';
            case '-' -> '-';
            case '^' -> '^';
            default -> throw in.problem(escape, "no such escape");
        };
    }

    private int codePoint(int value, int place) {
        if (!Character.isValidCodePoint(value)) {
            throw in.problem(place, "no such code point");
        }
        return value;
    }

    private Expr token(int place) {
        if (in.take("[")) {
            int id = in.number();
            in.require("]>");
            return new Expr.Token(id);
        }
        while (in.peek() != '>' && in.peek() != '\n' && in.peek() != Scanner.END) {
            in.next();
        }
        in.require(">");
        String text = in.since(place);
        OptionalInt id = tokens.apply(text);
        if (id.isEmpty()) {
            throw in.problem(place, text + " is not a token of the vocabulary");
        }
        return new Expr.Token(id.getAsInt());
    }
}
