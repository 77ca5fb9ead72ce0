package io.baseload.chat.template;

import io.baseload.chat.template.Token.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits the content of a tag into names, literals and operators. */
final class WordLexer {
    private static final Pattern SPACE = Pattern.compile("\\s+");
    private static final Pattern FLOAT =
            Pattern.compile("\\d[\\d_]*+(?:(?:\\.\\d[\\d_]*+)?[eE][+-]?\\d[\\d_]*+|\\.\\d[\\d_]*+)");
    private static final Pattern INTEGER =
            Pattern.compile("0[bB][01_]++|0[oO][0-7_]++|0[xX][0-9a-fA-F_]++|[1-9][\\d_]*+|0[0_]*+");
    private static final Pattern STRAY_UNDERSCORE = Pattern.compile("__|_(?=[.eE]|$)");
    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}\\p{M}_]*");
    private static final Pattern OPERATOR = Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}><=.:|,;]");

    private final String source;
    private final List<Token> tokens;
    private final Deque<Character> open = new ArrayDeque<>();
    private int at;
    private int line;

    WordLexer(String source, int at, int line, List<Token> tokens) {
        this.source = source;
        this.at = at;
        this.line = line;
        this.tokens = tokens;
        skipSpace();
    }

    int at() {
        return at;
    }

    /** Whether every bracket is closed, so that the tag may end here. */
    boolean balanced() {
        return open.isEmpty();
    }

    void next() {
        if (at >= source.length()) {
            throw new TemplateSyntaxException(line, "unexpected end of template within a tag");
        }
        char c = source.charAt(at);
        if (c == '\'' || c == '"') {
            string(c);
        } else if (c >= '0' && c <= '9') {
            number();
        } else if (!take(NAME, Kind.NAME)) {
            operator();
        }
        skipSpace();
    }

    private void number() {
        if (!(!afterDot() && take(FLOAT, Kind.FLOAT)) && !take(INTEGER, Kind.INTEGER)) {
            throw new TemplateSyntaxException(line, "unexpected char '" + source.charAt(at) + "'");
        }
        String literal = tokens.getLast().text();
        if (STRAY_UNDERSCORE.matcher(literal).find()) {
            throw new TemplateSyntaxException(line, "misplaced underscore in '" + literal + "'");
        }
    }

    private boolean afterDot() {
        return !tokens.isEmpty() && tokens.getLast().isOperator(".");
    }

    private boolean take(Pattern pattern, Kind kind) {
        Matcher found = pattern.matcher(source).region(at, source.length());
        if (!found.lookingAt()) {
            return false;
        }
        tokens.add(new Token(kind, found.group(), line));
        at = found.end();
        return true;
    }

    private void operator() {
        if (!take(OPERATOR, Kind.OPERATOR)) {
            throw new TemplateSyntaxException(line, "unexpected char '" + source.charAt(at) + "'");
        }
        char c = tokens.getLast().text().charAt(0);
        if ("([{".indexOf(c) >= 0) {
            open.push(")]}".charAt("([{".indexOf(c)));
        } else if (")]}".indexOf(c) >= 0 && (open.isEmpty() || open.pop() != c)) {
            throw new TemplateSyntaxException(line, "unexpected '" + c + "'");
        }
    }

    private void string(char quote) {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw new TemplateSyntaxException(line, "unexpected char '" + quote + "'");
        }
        String literal = source.substring(at + 1, end);
        tokens.add(new Token(Kind.STRING, Escapes.resolve(literal, line), line));
        line += (int) literal.chars().filter(c -> c == '\n').count();
        at = end + 1;
    }

    private void skipSpace() {
        Matcher space = SPACE.matcher(source).region(at, source.length());
        if (space.lookingAt()) {
            line += (int) space.group().chars().filter(c -> c == '\n').count();
            at = space.end();
        }
    }
}
