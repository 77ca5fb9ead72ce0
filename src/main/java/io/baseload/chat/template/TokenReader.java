package io.baseload.chat.template;

import io.baseload.chat.template.Token.Kind;
import java.util.List;
import java.util.function.Supplier;

/** Reads tokens sequentially, and limits the nesting depth of a template. */
final class TokenReader {
    private static final int MAX_DEPTH = 100;

    private final List<Token> tokens;
    private int at;
    private int depth;

    TokenReader(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(at);
    }

    Token peekSecond() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = tokens.get(at);
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    boolean accept(String operator) {
        boolean found = peek().isOperator(operator);
        if (found) {
            next();
        }
        return found;
    }

    boolean acceptName(String name) {
        boolean found = peek().isName(name);
        if (found) {
            next();
        }
        return found;
    }

    void expect(String operator) {
        if (!accept(operator)) {
            throw new TemplateSyntaxException(
                    peek().line(), "expected token '" + operator + "', got " + describe(peek()));
        }
    }

    Token expect(Kind kind) {
        if (!peek().is(kind)) {
            throw new TemplateSyntaxException(
                    peek().line(), "expected " + describe(new Token(kind, "", 0)) + ", got " + describe(peek()));
        }
        return next();
    }

    Token expectName() {
        return expect(Kind.NAME);
    }

    TemplateSyntaxException unexpected(Token token) {
        return new TemplateSyntaxException(token.line(), "unexpected " + describe(token));
    }

    /** The place of the next token. */
    int place() {
        return at;
    }

    /** Whether a name occurs between a place and the current one. */
    boolean mentions(int from, String name) {
        return tokens.subList(from, at).stream().anyMatch(token -> token.isName(name));
    }

    <T> T nested(Supplier<T> parse) {
        if (++depth > MAX_DEPTH) {
            throw new TemplateSyntaxException(peek().line(), "nested deeper than " + MAX_DEPTH + " levels");
        }
        T result = parse.get();
        depth--;
        return result;
    }

    static String describe(Token token) {
        return switch (token.kind()) {
            case END -> "end of template";
            case DATA -> "text";
            case VARIABLE_BEGIN -> "begin of print statement";
            case VARIABLE_END -> "end of print statement";
            case BLOCK_BEGIN -> "begin of statement block";
            case BLOCK_END -> "end of statement block";
            case NAME, STRING, INTEGER, FLOAT, OPERATOR -> "'" + token.text() + "'";
        };
    }
}
