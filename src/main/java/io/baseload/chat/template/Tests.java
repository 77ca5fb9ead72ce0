package io.baseload.chat.template;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/** Jinja's tests, used after {@code is}. */
final class Tests {
    @FunctionalInterface
    interface Test {
        boolean holds(Rendering rendering, TemplateValue value, Arguments arguments);
    }

    private static final Map<String, Test> ALL = table();

    private Tests() {}

    static boolean exists(String name) {
        return ALL.containsKey(name);
    }

    static boolean apply(String name, Rendering rendering, TemplateValue value, Arguments arguments) {
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
        tests.put("even", (r, v, a) -> !odd(v));
        tests.put("odd", (r, v, a) -> odd(v));
        tests.put("lower", (r, v, a) -> Characters.isLower(r.text(r.printer.str(v))));
        tests.put("upper", (r, v, a) -> Characters.isUpper(r.text(r.printer.str(v))));
        tests.put("filter", (r, v, a) -> v instanceof TemplateValue.Text t && Filters.exists(t.value()));
        tests.put("test", (r, v, a) -> v instanceof TemplateValue.Text t && exists(t.value()));
        return Map.copyOf(tests);
    }

    private static void kinds(Map<String, Test> tests) {
        kind(tests, "defined", v -> !(v instanceof TemplateValue.Undefined));
        kind(tests, "undefined", v -> v instanceof TemplateValue.Undefined);
        kind(tests, "none", v -> v == TemplateValue.None.NONE);
        kind(tests, "boolean", v -> v instanceof TemplateValue.Bool);
        kind(tests, "true", v -> v instanceof TemplateValue.Bool b && b.value());
        kind(tests, "false", v -> v instanceof TemplateValue.Bool b && !b.value());
        kind(tests, "integer", v -> v instanceof TemplateValue.Int);
        kind(tests, "float", v -> v instanceof TemplateValue.Real);
        kind(tests, "number", PythonNumbers::isNumber);
        kind(tests, "string", v -> v instanceof TemplateValue.Text);
        kind(tests, "mapping", v -> v instanceof TemplateValue.Dict);
        kind(tests, "callable", v -> v instanceof TemplateValue.Function || v instanceof TemplateValue.Undefined);
        kind(tests, "iterable", v -> v instanceof TemplateValue.Generator || sequence(v));
        kind(tests, "sequence", Tests::sequence);
        kind(tests, "escaped", Markup::is);
    }

    private static void kind(Map<String, Test> tests, String name, Predicate<TemplateValue> test) {
        tests.put(name, (r, v, a) -> test.test(v));
    }

    static boolean sequence(TemplateValue value) {
        return value instanceof TemplateValue.Undefined
                || value instanceof TemplateValue.Text
                || value instanceof TemplateValue.Sequence
                || value instanceof TemplateValue.Dict;
    }

    private static boolean odd(TemplateValue value) {
        return PythonNumbers.integer(value)
                .map(i -> i.testBit(0) && i.signum() != 0 || i.equals(BigInteger.ONE))
                .orElseGet(() -> Math.floorMod((long) PythonNumbers.real(value), 2L) == 1);
    }
}
