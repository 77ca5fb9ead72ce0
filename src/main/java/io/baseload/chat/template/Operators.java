package io.baseload.chat.template;

import java.util.ArrayList;
import java.util.List;

/** Operators between two values. */
final class Operators {
    private Operators() {}

    static Value binary(String operator, Value left, Value right, Rendering rendering) {
        if (operator.equals("%") && left instanceof Value.Text format) {
            return percent(format, right, rendering);
        }
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
            default -> unsupported(operator, left, right);
        };
    }

    private static Value percent(Value.Text left, Value right, Rendering rendering) {
        Value values = left.markup() ? Markup.inserted(right, rendering) : right;
        return new Value.Text(PercentFormat.format(left.value(), values, rendering), left.markup());
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
                && a.isListOrTuple()) {
            rendering.budget.elements((long) a.items().size() + b.items().size());
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
        rendering.budget.block((long) first.length() + second.length());
        return new Value.Text(first + second, markup);
    }

    private static Value repeat(Value value, Value times, Rendering rendering) {
        if (Numbers.integer(times).isEmpty()) {
            return unsupported("*", value, times);
        }
        int count = Math.max(0, Numbers.index(times));
        if (value instanceof Value.Text t) {
            rendering.budget.block((long) t.value().length() * count);
            return new Value.Text(t.value().repeat(count), t.markup());
        }
        if (value instanceof Value.Sequence s && s.isListOrTuple()) {
            rendering.budget.elements((long) s.items().size() * count);
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
