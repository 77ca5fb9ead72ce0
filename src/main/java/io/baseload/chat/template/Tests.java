package io.baseload.chat.template;

import io.baseload.chat.python.Arguments;
import io.baseload.chat.python.Characters;
import io.baseload.chat.python.Comparisons;
import io.baseload.chat.python.Markup;
import io.baseload.chat.python.Operators;
import io.baseload.chat.python.PythonNumbers;
import io.baseload.chat.python.PythonValue;
import io.baseload.chat.python.Rendering;
import io.baseload.chat.python.TemplateException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/** Jinja's tests, used after {@code is}. */
final class Tests {
    @FunctionalInterface
    interface Test {
        boolean holds(Rendering rendering, PythonValue value, Arguments arguments);
    }

    private static final Map<String, Test> ALL = table();

    private Tests() {}

    static boolean exists(String name) {
        return ALL.containsKey(name);
    }

    static boolean apply(String name, Rendering rendering, PythonValue value, Arguments arguments) {
        Test test = ALL.get(name);
        if (test == null) {
            throw new TemplateException("No test named '" + name + "'.");
        }
        return test.holds(rendering, value, arguments);
    }

    private static Map<String, Test> table() {
        Map<String, Test> tests = new HashMap<>();
        kinds(tests);
        for (String[] names : new String[][] {
            {"==", "eq", "equalto"},
            {"!=", "ne"},
            {"<", "lt", "lessthan"},
            {"<=", "le"},
            {">", "gt", "greaterthan"},
            {">=", "ge"}
        }) {
            for (String name : names) {
                tests.put(name, (r, v, a) -> Operators.compare(names[0], v, a.get(0, "other"), r.comparisons));
            }
        }
        tests.put("in", (r, v, a) -> r.comparisons.contains(a.get(0, "seq"), v));
        tests.put("sameas", (r, v, a) -> Comparisons.same(v, a.get(0, "other")));
        tests.put("divisibleby", (r, v, a) -> PythonNumbers.real(Operators.binary("%", v, a.get(0, "num"), r)) == 0);
        tests.put("even", (r, v, a) -> isModulo2(v, 0));
        tests.put("odd", (r, v, a) -> isModulo2(v, 1));
        tests.put("lower", (r, v, a) -> Characters.isLower(r.text(r.printer.str(v))));
        tests.put("upper", (r, v, a) -> Characters.isUpper(r.text(r.printer.str(v))));
        tests.put("filter", (r, v, a) -> v instanceof PythonValue.Text t && Filters.exists(t.value()));
        tests.put("test", (r, v, a) -> v instanceof PythonValue.Text t && exists(t.value()));
        return Map.copyOf(tests);
    }

    private static void kinds(Map<String, Test> tests) {
        kind(tests, "defined", v -> !(v instanceof PythonValue.Undefined));
        kind(tests, "undefined", v -> v instanceof PythonValue.Undefined);
        kind(tests, "none", v -> v == PythonValue.None.NONE);
        kind(tests, "boolean", v -> v instanceof PythonValue.Bool);
        kind(tests, "true", v -> v instanceof PythonValue.Bool b && b.value());
        kind(tests, "false", v -> v instanceof PythonValue.Bool b && !b.value());
        kind(tests, "integer", v -> v instanceof PythonValue.Int);
        kind(tests, "float", v -> v instanceof PythonValue.Real);
        kind(tests, "number", PythonNumbers::isNumber);
        kind(tests, "string", v -> v instanceof PythonValue.Text);
        kind(tests, "mapping", v -> v instanceof PythonValue.Dict);
        kind(tests, "callable", v -> v instanceof PythonValue.Function || v instanceof PythonValue.Undefined);
        kind(tests, "iterable", v -> v instanceof PythonValue.Generator || hasElements(v));
        kind(tests, "sequence", v -> hasElements(v) && !isView(v));
        kind(tests, "escaped", Markup::is);
    }

    private static void kind(Map<String, Test> tests, String name, Predicate<PythonValue> test) {
        tests.put(name, (r, v, a) -> test.test(v));
    }

    static boolean hasElements(PythonValue value) {
        return value instanceof PythonValue.Undefined
                || value instanceof PythonValue.Text
                || value instanceof PythonValue.Sequence
                || value instanceof PythonValue.Dict;
    }

    private static boolean isView(PythonValue value) {
        return value instanceof PythonValue.Sequence sequence && !sequence.hasItems();
    }

    /** Numbers that aren't whole are neither even nor odd. */
    private static boolean isModulo2(PythonValue value, int rest) {
        return PythonNumbers.integer(value)
                .map(i -> i.testBit(0) == (rest == 1))
                .orElseGet(() -> Math.abs(PythonNumbers.real(value) % 2) == rest);
    }
}
