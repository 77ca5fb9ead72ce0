package io.baseload.chat.template;

import java.util.ArrayList;
import java.util.List;

/** Operators between two values. */
final class Operators {
    private Operators() {}

    static TemplateValue binary(String operator, TemplateValue left, TemplateValue right, Rendering rendering) {
        if (operator.equals("%") && left instanceof TemplateValue.Text format) {
            return percent(format, right, rendering);
        }
        if (left instanceof TemplateValue.Undefined u) {
            throw u.failure();
        }
        if (right instanceof TemplateValue.Undefined u) {
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

    private static TemplateValue percent(TemplateValue.Text left, TemplateValue right, Rendering rendering) {
        TemplateValue values = left.markup() ? Markup.inserted(right, rendering) : right;
        return new TemplateValue.Text(PercentFormat.format(left.value(), values, rendering), left.markup());
    }

    private static TemplateValue add(TemplateValue left, TemplateValue right, Rendering rendering) {
        if (left instanceof TemplateValue.Text a) {
            if (right instanceof TemplateValue.Text b) {
                return join(a, b, rendering);
            }
            throw new TemplateException("can only concatenate str (not \"" + right.type() + "\") to str");
        }
        if (left instanceof TemplateValue.Sequence a
                && right instanceof TemplateValue.Sequence b
                && a.form() == b.form()
                && a.isListOrTuple()) {
            rendering.budget.elements((long) a.items().size() + b.items().size());
            List<TemplateValue> items = new ArrayList<>(a.items());
            items.addAll(b.items());
            return new TemplateValue.Sequence(a.form(), items);
        }
        return unsupported("+", left, right);
    }

    private static TemplateValue join(TemplateValue.Text left, TemplateValue.Text right, Rendering rendering) {
        boolean markup = left.markup() || right.markup();
        String first = markup ? Markup.escaped(left, rendering).value() : left.value();
        String second = markup ? Markup.escaped(right, rendering).value() : right.value();
        rendering.budget.block((long) first.length() + second.length());
        return new TemplateValue.Text(first + second, markup);
    }

    private static TemplateValue repeat(TemplateValue value, TemplateValue times, Rendering rendering) {
        if (PythonNumbers.integer(times).isEmpty()) {
            return unsupported("*", value, times);
        }
        int count = Math.max(0, PythonNumbers.index(times));
        if (value instanceof TemplateValue.Text t) {
            rendering.budget.block((long) t.value().length() * count);
            return new TemplateValue.Text(t.value().repeat(count), t.markup());
        }
        if (value instanceof TemplateValue.Sequence s && s.isListOrTuple()) {
            rendering.budget.elements((long) s.items().size() * count);
            List<TemplateValue> items = new ArrayList<>();
            for (int i = 0; i < count && !s.items().isEmpty(); i++) {
                items.addAll(s.items());
            }
            return new TemplateValue.Sequence(s.form(), items);
        }
        return unsupported("*", value, times);
    }

    private static TemplateValue unsupported(String operator, TemplateValue left, TemplateValue right) {
        throw new TemplateException(
                "unsupported operand type(s) for " + operator + ": '" + left.type() + "' and '" + right.type() + "'");
    }

    static boolean compare(String operator, TemplateValue left, TemplateValue right, Comparisons comparisons) {
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
