package io.baseload.chat.template;

import io.baseload.chat.python.PythonValue;
import io.baseload.chat.template.Expression.Args;
import io.baseload.chat.template.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Jinja's expression grammar, by recursive descent; one method for each level of precedence, loosest first. */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final int MAX_INTEGER_LENGTH = 4300;
    private static final Set<Kind> ARGUMENT_STARTS = Set.of(Kind.NAME, Kind.STRING, Kind.INTEGER, Kind.FLOAT);

    private final TokenReader in;
    /** Unknown filters and tests, which are an error unless their use depends on a condition. */
    private final List<TemplateSyntaxException> unknown = new ArrayList<>();

    ExpressionParser(TokenReader in) {
        this.in = in;
    }

    int unknown() {
        return unknown.size();
    }

    /** Forgets unknown names since there were {@code before}, because they are used only under a condition. */
    void forgive(int before) {
        unknown.subList(before, unknown.size()).clear();
    }

    /** @throws TemplateSyntaxException if a filter or test doesn't exist */
    void requireKnown() {
        if (!unknown.isEmpty()) {
            throw unknown.getFirst();
        }
    }

    Expression expression() {
        return in.nested(this::conditional);
    }

    private Expression conditional() {
        int before = unknown.size();
        Expression value = or();
        while (in.acceptName("if")) {
            Expression condition = or();
            Optional<Expression> otherwise = in.acceptName("else") ? Optional.of(expression()) : Optional.empty();
            value = new Expression.Conditional(condition, value, otherwise);
            forgive(before);
        }
        return value;
    }

    Expression or() {
        Expression left = and();
        while (in.acceptName("or")) {
            left = new Expression.Or(left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (in.acceptName("and")) {
            left = new Expression.And(left, not());
        }
        return left;
    }

    private Expression not() {
        return in.acceptName("not") ? new Expression.Not(in.nested(this::not)) : comparison();
    }

    private Expression comparison() {
        Expression first = sum();
        List<Expression.Comparison> rest = new ArrayList<>();
        for (Optional<String> operator = comparisonOperator(); operator.isPresent(); operator = comparisonOperator()) {
            rest.add(new Expression.Comparison(operator.get(), sum()));
        }
        return rest.isEmpty() ? first : new Expression.Compare(first, List.copyOf(rest));
    }

    private Optional<String> comparisonOperator() {
        Token token = in.peek();
        if (token.is(Kind.OPERATOR) && COMPARISONS.contains(token.text())) {
            return Optional.of(in.next().text());
        }
        if (in.acceptName("in")) {
            return Optional.of("in");
        }
        if (token.isName("not") && in.peekSecond().isName("in")) {
            in.next();
            in.next();
            return Optional.of("not in");
        }
        return Optional.empty();
    }

    private Expression sum() {
        return binary(this::concat, Set.of("+", "-"));
    }

    private Expression concat() {
        Expression first = product();
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (in.accept("~")) {
            parts.add(product());
        }
        return parts.size() == 1 ? first : new Expression.Concat(List.copyOf(parts));
    }

    private Expression product() {
        return binary(this::power, Set.of("*", "/", "//", "%"));
    }

    private Expression power() {
        return binary(() -> unary(true), Set.of("**"));
    }

    private Expression binary(Supplier<Expression> operand, Set<String> operators) {
        Expression left = operand.get();
        while (in.peek().is(Kind.OPERATOR) && operators.contains(in.peek().text())) {
            String operator = in.next().text();
            left = new Expression.Binary(operator, left, operand.get());
        }
        return left;
    }

    private Expression unary(boolean withFilters) {
        Expression value;
        if (in.peek().isOperator("-") || in.peek().isOperator("+")) {
            String operator = in.next().text();
            value = new Expression.Unary(operator, in.nested(() -> unary(false)));
        } else {
            value = primary();
        }
        value = postfix(value);
        return withFilters ? filters(value) : value;
    }

    private Expression primary() {
        Token token = in.peek();
        return switch (token.kind()) {
            case NAME -> name(in.next());
            case STRING -> strings();
            case INTEGER -> new Expression.Literal(new PythonValue.Int(integer(in.next())));
            case FLOAT ->
                new Expression.Literal(
                        new PythonValue.Real(Double.parseDouble(in.next().text().replace("_", ""))));
            default -> bracketed(token);
        };
    }

    private Expression bracketed(Token token) {
        if (in.accept("(")) {
            return in.nested(() -> tuple(() -> in.peek().isOperator(")"), true, ")"));
        }
        if (in.accept("[")) {
            return in.nested(() -> new Expression.ListOf(list("]")));
        }
        if (in.accept("{")) {
            return in.nested(this::dict);
        }
        throw in.unexpected(token);
    }

    private static Expression name(Token token) {
        return switch (token.text()) {
            case "true", "True" -> new Expression.Literal(PythonValue.Bool.TRUE);
            case "false", "False" -> new Expression.Literal(PythonValue.Bool.FALSE);
            case "none", "None" -> new Expression.Literal(PythonValue.None.NONE);
            default -> new Expression.Name(token.text());
        };
    }

    private Expression strings() {
        StringBuilder text = new StringBuilder();
        while (in.peek().is(Kind.STRING)) {
            text.append(in.next().text());
        }
        return new Expression.Literal(new PythonValue.Text(text.toString()));
    }

    private static BigInteger integer(Token literal) {
        String digits = literal.text().replace("_", "").toLowerCase(java.util.Locale.ROOT);
        if (digits.length() > MAX_INTEGER_LENGTH) {
            throw new TemplateSyntaxException(
                    literal.line(), "an integer of more than " + MAX_INTEGER_LENGTH + " digits");
        }
        return switch (digits.length() > 1 ? digits.substring(0, 2) : "") {
            case "0x" -> new BigInteger(digits.substring(2), 16);
            case "0o" -> new BigInteger(digits.substring(2), 8);
            case "0b" -> new BigInteger(digits.substring(2), 2);
            default -> new BigInteger(digits);
        };
    }

    /** Reads expressions up to and including a closing bracket. */
    private List<Expression> list(String close) {
        List<Expression> items = new ArrayList<>();
        while (!in.accept(close)) {
            if (!items.isEmpty()) {
                in.expect(",");
                if (in.accept(close)) {
                    break;
                }
            }
            items.add(expression());
        }
        return List.copyOf(items);
    }

    private Expression dict() {
        List<Expression.Pair> pairs = new ArrayList<>();
        while (!in.accept("}")) {
            if (!pairs.isEmpty()) {
                in.expect(",");
                if (in.accept("}")) {
                    break;
                }
            }
            Expression key = expression();
            in.expect(":");
            pairs.add(new Expression.Pair(key, expression()));
        }
        return new Expression.DictOf(List.copyOf(pairs));
    }

    /** Reads {@code a} or {@code a, b}, without brackets, up to the next part of a statement. */
    Expression tuple(BooleanSupplier atEnd, boolean conditional) {
        return tuple(atEnd, conditional, "");
    }

    private Expression tuple(BooleanSupplier atEnd, boolean conditional, String close) {
        List<Expression> items = new ArrayList<>();
        boolean several = false;
        while (!atEnd.getAsBoolean()) {
            items.add(conditional ? expression() : or());
            if (!in.accept(",")) {
                break;
            }
            several = true;
        }
        if (!close.isEmpty()) {
            in.expect(close);
        } else if (items.isEmpty()) {
            throw new TemplateSyntaxException(
                    in.peek().line(), "Expected an expression, got " + TokenReader.describe(in.peek()));
        }
        return items.size() == 1 && !several ? items.getFirst() : new Expression.TupleOf(List.copyOf(items));
    }

    private Expression postfix(Expression start) {
        Expression value = start;
        while (true) {
            if (in.accept(".")) {
                value = member(value);
            } else if (in.accept("[")) {
                Expression object = value;
                value = in.nested(() -> subscript(object));
            } else if (in.accept("(")) {
                value = new Expression.Call(value, in.nested(this::args));
            } else {
                return value;
            }
        }
    }

    private Expression member(Expression object) {
        Token token = in.next();
        return switch (token.kind()) {
            case NAME -> new Expression.Attribute(object, token.text());
            case INTEGER -> new Expression.Item(object, new Expression.Literal(new PythonValue.Int(integer(token))));
            default -> throw in.unexpected(token);
        };
    }

    private Expression subscript(Expression object) {
        Optional<Expression> start = in.peek().isOperator(":") ? Optional.empty() : Optional.of(expression());
        if (in.accept("]")) {
            return new Expression.Item(object, start.orElseThrow());
        }
        in.expect(":");
        Optional<Expression> stop = sliceEnd();
        Optional<Expression> step = in.accept(":") ? sliceEnd() : Optional.empty();
        in.expect("]");
        return new Expression.Slice(object, start, stop, step);
    }

    private Optional<Expression> sliceEnd() {
        boolean absent = in.peek().isOperator(":") || in.peek().isOperator("]");
        return absent ? Optional.empty() : Optional.of(expression());
    }

    Expression filters(Expression start) {
        Expression value = start;
        while (true) {
            if (in.accept("|")) {
                value = filter(value);
            } else if (in.acceptName("is")) {
                value = test(value);
            } else if (in.accept("(")) {
                value = new Expression.Call(value, in.nested(this::args));
            } else {
                return value;
            }
        }
    }

    /** Reads a filter's name and arguments, after the {@code |}. */
    Expression filter(Expression input) {
        Token name = in.expectName();
        Args args = in.accept("(") ? in.nested(this::args) : Args.NONE;
        if (!Filters.exists(name.text())) {
            unknown.add(new TemplateSyntaxException(name.line(), "No filter named '" + name.text() + "'."));
        }
        return new Expression.Filter(input, name.text(), args);
    }

    private Expression test(Expression input) {
        boolean negated = in.acceptName("not");
        Token name = in.expectName();
        Args args = Args.NONE;
        if (in.accept("(")) {
            args = in.nested(this::args);
        } else if (argumentStarts()) {
            args = new Args(List.of(postfix(primary())), Map.of(), Optional.empty(), Optional.empty());
        }
        if (!Tests.exists(name.text())) {
            unknown.add(new TemplateSyntaxException(name.line(), "No test named '" + name.text() + "'."));
        }
        Expression test = new Expression.Test(input, name.text(), args);
        return negated ? new Expression.Not(test) : test;
    }

    private boolean argumentStarts() {
        Token token = in.peek();
        if (token.isName("is")) {
            throw new TemplateSyntaxException(token.line(), "You cannot chain multiple tests with is");
        }
        boolean keyword = token.is(Kind.NAME) && Set.of("else", "or", "and").contains(token.text());
        return !keyword && (ARGUMENT_STARTS.contains(token.kind()) || token.isOperator("[") || token.isOperator("{"));
    }

    /** Reads arguments after the opening bracket, up to the closing one. */
    private Args args() {
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        Optional<Expression> list = Optional.empty();
        Optional<Expression> dict = Optional.empty();
        for (boolean first = true; !in.accept(")"); first = false) {
            if (!first) {
                in.expect(",");
                if (in.accept(")")) {
                    break;
                }
            }
            if (in.accept("*")) {
                list = Optional.of(expression());
            } else if (in.accept("**")) {
                dict = Optional.of(expression());
            } else if (in.peek().is(Kind.NAME) && in.peekSecond().isOperator("=")) {
                String name = in.next().text();
                in.next();
                named.put(name, expression());
            } else {
                positional.add(expression());
            }
        }
        return new Args(List.copyOf(positional), named, list, dict);
    }
}
