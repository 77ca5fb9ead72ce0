package io.baseload.chat.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Operators between two values. */
final class Operators {
    private Operators() {}

    static Value binary(String operator, Value left, Value right, Rendering rendering) {
        if (left instanceof Value.Undefined u) {
            throw u.failure();
        }
        if (right instanceof Value.Undefined u) {
            throw u.failure();
        }
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.arithmetic(operator, left, right, rendering.budget);
        }
        return switch (operator) {
            case "+" -> add(left, right, rendering);
            case "*" ->
                Numbers.integer(left).isPresent() ? repeat(right, left, rendering) : repeat(left, right, rendering);
            case "%" ->
                left instanceof Value.Text t ? percent(t, right, rendering) : unsupported(operator, left, right);
            default -> unsupported(operator, left, right);
        };
    }

    private static Value percent(Value.Text left, Value right, Rendering rendering) {
        Arguments arguments = new Arguments(percentArguments(right), Map.of());
        List<Value> values =
                left.markup() ? Markup.escaped(arguments, rendering).positional() : arguments.positional();
        return new Value.Text(
                rendering
                        .text(PercentFormat.format(left.value(), values, rendering))
                        .value(),
                left.markup());
    }

    private static List<Value> percentArguments(Value right) {
        return right instanceof Value.Sequence s && s.form() == Value.Sequence.Form.TUPLE ? s.items() : List.of(right);
    }

    private static Value add(Value left, Value right, Rendering rendering) {
        if (left instanceof Value.Text a) {
            if (right instanceof Value.Text b) {
                return join(a, b, rendering);
            }
            throw new TemplateException("can only concatenate str (not \"" + right.type() + "\") to str");
        }
        if (left instanceof Value.Sequence a
                && right instanceof Value.Sequence b
                && a.form() == b.form()
                && a.form().compareTo(Value.Sequence.Form.TUPLE) <= 0) {
            rendering.budget.spend((long) a.items().size() + b.items().size());
            List<Value> items = new ArrayList<>(a.items());
            items.addAll(b.items());
            return new Value.Sequence(a.form(), items);
        }
        return unsupported("+", left, right);
    }

    private static Value join(Value.Text left, Value.Text right, Rendering rendering) {
        boolean markup = left.markup() || right.markup();
        String first = markup ? Markup.escaped(left, rendering).value() : left.value();
        String second = markup ? Markup.escaped(right, rendering).value() : right.value();
        rendering.budget.spend((long) first.length() + second.length());
        return new Value.Text(first + second, markup);
    }

    private static Value repeat(Value value, Value times, Rendering rendering) {
        if (Numbers.integer(times).isEmpty()) {
            return unsupported("*", value, times);
        }
        int count = Math.max(0, Numbers.index(times));
        if (value instanceof Value.Text t) {
            rendering.budget.spend((long) t.value().length() * count);
            return new Value.Text(t.value().repeat(count), t.markup());
        }
        if (value instanceof Value.Sequence s) {
            rendering.budget.spend((long) s.items().size() * count);
            List<Value> items = new ArrayList<>();
            for (int i = 0; i < count && !s.items().isEmpty(); i++) {
                items.addAll(s.items());
            }
            return new Value.Sequence(s.form(), items);
        }
        return unsupported("*", value, times);
    }

    private static Value unsupported(String operator, Value left, Value right) {
        throw new TemplateException(
                "unsupported operand type(s) for " + operator + ": '" + left.type() + "' and '" + right.type() + "'");
    }

    static boolean compare(String operator, Value left, Value right, Comparisons comparisons) {
        return switch (operator) {
            case "==" -> comparisons.equal(left, right);
            case "!=" -> !comparisons.equal(left, right);
            case "in" -> comparisons.contains(right, left);
            case "not in" -> !comparisons.contains(right, left);
            case "<" -> comparisons.order(operator, left, right) < 0;
            case "<=" -> comparisons.order(operator, left, right) <= 0;
            case ">" -> comparisons.order(operator, left, right) > 0;
            default -> comparisons.order(operator, left, right) >= 0;
        };
    }
}
