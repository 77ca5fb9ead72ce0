package io.baseload.chat.template;

import io.baseload.chat.template.Node.Target;
import io.baseload.chat.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Parses a template's statements. */
final class Parser {
    private final TokenReader in;
    private final ExpressionParser expressions;

    private Parser(List<Token> tokens) {
        in = new TokenReader(tokens);
        expressions = new ExpressionParser(in);
    }

    /**
     * @throws TemplateSyntaxException if the source is not a template, or uses statements that no chat template needs (include, import, do)
     */
    static List<Node> parse(String source) {
        Parser parser = new Parser(Lexer.tokens(source));
        List<Node> nodes = parser.body(Set.of());
        Token rest = parser.in.peek();
        if (!rest.is(Kind.END)) {
            throw parser.in.unexpected(rest);
        }
        parser.expressions.requireKnown();
        return nodes;
    }

    /** Reads statements up to a block that begins with one of these names, which is not consumed. */
    private List<Node> body(Set<String> ends) {
        List<Node> nodes = new ArrayList<>();
        while (true) {
            Token token = in.next();
            switch (token.kind()) {
                case DATA -> nodes.add(new Node.Data(token.text()));
                case VARIABLE_BEGIN -> nodes.add(print());
                case BLOCK_BEGIN -> {
                    if (in.peek().is(Kind.NAME) && ends.contains(in.peek().text())) {
                        return List.copyOf(nodes);
                    }
                    nodes.add(in.nested(this::statement));
                }
                case END -> {
                    if (ends.isEmpty()) {
                        return List.copyOf(nodes);
                    }
                    throw new TemplateSyntaxException(
                            token.line(), "Unexpected end of template, expected one of " + ends);
                }
                default -> throw in.unexpected(token);
            }
        }
    }

    private Node print() {
        Expression value = expressions.tuple(() -> in.peek().is(Kind.VARIABLE_END), true);
        in.expect(Kind.VARIABLE_END);
        return new Node.Print(value);
    }

    private Node statement() {
        Token name = in.expectName();
        return switch (name.text()) {
            case "if" -> ifStatement();
            case "for" -> forStatement();
            case "set" -> set();
            case "macro" -> macro();
            case "call" -> call();
            case "filter" -> filter();
            case "with" -> with();
            case "generation" -> group("endgeneration", false);
            case "block" -> group("endblock", true);
            case "break" -> last(new Node.Break());
            case "continue" -> last(new Node.Continue());
            default -> throw new TemplateSyntaxException(name.line(), "Encountered unknown tag '" + name.text() + "'.");
        };
    }

    private Node ifStatement() {
        int unknown = expressions.unknown();
        List<Node.Branch> branches = new ArrayList<>();
        String tag = "elif";
        while (tag.equals("elif")) {
            Expression condition = expressions.tuple(() -> in.peek().is(Kind.BLOCK_END), false);
            in.expect(Kind.BLOCK_END);
            branches.add(new Node.Branch(condition, body(Set.of("elif", "else", "endif"))));
            tag = in.next().text();
        }
        List<Node> otherwise = tag.equals("else") ? rest("endif") : List.of();
        in.expect(Kind.BLOCK_END);
        expressions.forgive(unknown);
        return new Node.If(List.copyOf(branches), otherwise);
    }

    private Node forStatement() {
        Target target = target(false);
        if (!in.acceptName("in")) {
            throw in.unexpected(in.peek());
        }
        Expression items = expressions.tuple(
                () -> in.peek().is(Kind.BLOCK_END) || in.peek().isName("recursive"), false);
        Optional<Expression> filter = in.acceptName("if") ? Optional.of(expressions.expression()) : Optional.empty();
        boolean recursive = in.acceptName("recursive");
        in.expect(Kind.BLOCK_END);
        List<Node> body = body(Set.of("else", "endfor"));
        List<Node> otherwise = in.next().text().equals("else") ? rest("endfor") : List.of();
        in.expect(Kind.BLOCK_END);
        return new Node.For(target, items, filter, recursive, body, otherwise);
    }

    private Node set() {
        Target target = target(true);
        if (in.accept("=")) {
            Expression value = expressions.tuple(() -> in.peek().is(Kind.BLOCK_END), true);
            in.expect(Kind.BLOCK_END);
            return new Node.Set(target, value);
        }
        Expression filtered = expressions.filters(new Expression.Name(Node.BODY));
        return new Node.SetBlock(target, filtered, blockBody("endset"));
    }

    private Node macro() {
        String name = in.expectName().text();
        in.expect("(");
        Node.Signature signature = signature();
        int start = in.place();
        List<Node> body = blockBody("endmacro");
        return new Node.Macro(
                name,
                new Node.Signature(
                        signature.parameters(),
                        in.mentions(start, "caller"),
                        in.mentions(start, "varargs"),
                        in.mentions(start, "kwargs")),
                body);
    }

    private Node call() {
        Node.Signature signature = in.accept("(") ? signature() : new Node.Signature(List.of());
        Token at = in.peek();
        if (!(expressions.expression() instanceof Expression.Call call)) {
            throw new TemplateSyntaxException(at.line(), "expected call");
        }
        return new Node.CallBlock(signature, call, blockBody("endcall"));
    }

    private Node.Signature signature() {
        List<Node.Parameter> parameters = new ArrayList<>();
        while (!in.accept(")")) {
            if (!parameters.isEmpty()) {
                in.expect(",");
            }
            String name = in.expectName().text();
            Optional<Expression> value = in.accept("=") ? Optional.of(expressions.expression()) : Optional.empty();
            parameters.add(new Node.Parameter(name, value));
        }
        return new Node.Signature(List.copyOf(parameters));
    }

    private Node filter() {
        Expression filtered = expressions.filters(expressions.filter(new Expression.Name(Node.BODY)));
        return new Node.FilterBlock(filtered, blockBody("endfilter"));
    }

    private Node with() {
        List<Node.Assignment> assignments = new ArrayList<>();
        while (!in.peek().is(Kind.BLOCK_END)) {
            if (!assignments.isEmpty()) {
                in.expect(",");
            }
            Target target = target(false);
            in.expect("=");
            assignments.add(new Node.Assignment(target, expressions.expression()));
        }
        return new Node.With(List.copyOf(assignments), blockBody("endwith"));
    }

    private Node group(String end, boolean named) {
        if (named) {
            in.expectName();
        }
        return new Node.Group(blockBody(end));
    }

    private Node last(Node node) {
        in.expect(Kind.BLOCK_END);
        return node;
    }

    /** Reads the rest of an opening tag, its body and its end tag. */
    private List<Node> blockBody(String end) {
        List<Node> body = rest(end);
        if (end.equals("endblock") && in.peek().is(Kind.NAME)) {
            in.next();
        }
        in.expect(Kind.BLOCK_END);
        return body;
    }

    /** As {@link #blockBody}, up to the end tag's name. */
    private List<Node> rest(String end) {
        in.expect(Kind.BLOCK_END);
        List<Node> body = body(Set.of(end));
        in.next();
        return body;
    }

    private Target target(boolean members) {
        List<Target> targets = new ArrayList<>();
        boolean several = in.accept("(");
        boolean bracket = several;
        do {
            targets.add(
                    members && !bracket
                            ? member()
                            : new Target.Variable(in.expectName().text()));
            several |= in.peek().isOperator(",");
        } while (in.accept(",") && in.peek().is(Kind.NAME) && !in.peek().isName("in"));
        if (bracket) {
            in.expect(")");
        }
        return several ? new Target.Several(List.copyOf(targets)) : targets.getFirst();
    }

    private Target member() {
        String name = in.expectName().text();
        return in.accept(".") ? new Target.Member(name, in.expectName().text()) : new Target.Variable(name);
    }
}
