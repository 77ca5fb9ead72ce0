package io.baseload.chat.python;

import java.util.ArrayList;
import java.util.List;

/** Operators between two values. */
public final class Operators {
    private Operators() {}

    public static PythonValue binary(String operator, PythonValue left, PythonValue right, Rendering rendering) {
        if (operator.equals("%") && left instanceof PythonValue.Text format) {
            return percent(format, right, rendering);
        }
        if (left instanceof PythonValue.Undefined u) {
            throw u.failure();
        }
        if (right instanceof PythonValue.Undefined u) {
            throw u.failure();
        }
        if (PythonNumbers.isNumber(left) && PythonNumbers.isNumber(right)) {
            return PythonNumbers.arithmetic(operator, left, right, rendering.budget);
        }
        return switch (operator) {
            case "+" -> add(left, right, rendering);
            case "*" ->
                PythonNumbers.integer(left).isPresent()
                        ? repeat(right, left, rendering)
                        : repeat(left, right, rendering);
            default -> unsupported(operator, left, right);
        };
    }

    private static PythonValue percent(PythonValue.Text left, PythonValue right, Rendering rendering) {
        PythonValue values = left.markup() ? Markup.inserted(right, rendering) : right;
        return new PythonValue.Text(PercentFormat.format(left.value(), values, rendering), left.markup());
    }

    private static PythonValue add(PythonValue left, PythonValue right, Rendering rendering) {
        if (left instanceof PythonValue.Text a) {
            if (right instanceof PythonValue.Text b) {
                return join(a, b, rendering);
            }
            throw new TemplateException("can only concatenate str (not \"" + right.type() + "\") to str");
        }
        if (left instanceof PythonValue.Sequence a
                && right instanceof PythonValue.Sequence b
                && a.form() == b.form()
                && a.isListOrTuple()) {
            rendering.budget.elements((long) a.items().size() + b.items().size());
            List<PythonValue> items = new ArrayList<>(a.items());
            items.addAll(b.items());
            return new PythonValue.Sequence(a.form(), items);
        }
        return unsupported("+", left, right);
    }

    private static PythonValue join(PythonValue.Text left, PythonValue.Text right, Rendering rendering) {
        boolean markup = left.markup() || right.markup();
        String first = markup ? Markup.escaped(left, rendering).value() : left.value();
        String second = markup ? Markup.escaped(right, rendering).value() : right.value();
        rendering.budget.block((long) first.length() + second.length());
        return new PythonValue.Text(first + second, markup);
    }

    private static PythonValue repeat(PythonValue value, PythonValue times, Rendering rendering) {
        if (PythonNumbers.integer(times).isEmpty()) {
            return unsupported("*", value, times);
        }
        int count = Math.max(0, PythonNumbers.index(times));
        if (value instanceof PythonValue.Text t) {
            rendering.budget.block((long) t.value().length() * count);
            return new PythonValue.Text(t.value().repeat(count), t.markup());
        }
        if (value instanceof PythonValue.Sequence s && s.isListOrTuple()) {
            rendering.budget.elements((long) s.items().size() * count);
            List<PythonValue> items = new ArrayList<>();
            for (int i = 0; i < count && !s.items().isEmpty(); i++) {
                items.addAll(s.items());
            }
            return new PythonValue.Sequence(s.form(), items);
        }
        return unsupported("*", value, times);
    }

    private static PythonValue unsupported(String operator, PythonValue left, PythonValue right) {
        throw new TemplateException(
                "unsupported operand type(s) for " + operator + ": '" + left.type() + "' and '" + right.type() + "'");
    }

    public static boolean compare(String operator, PythonValue left, PythonValue right, Comparisons comparisons) {
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
