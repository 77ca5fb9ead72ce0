package io.baseload.chat.python;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Text marked by {@code safe} or {@code escape}: anything joined to it by {@code +} or inserted into it is escaped for HTML first, and the result is marked again; {@code ~},
 * {@code join} and {@code tojson} give ordinary text. Like markupsafe's class of this name, which Jinja uses even if nothing else is escaped.
 */
public final class Markup {
    private static final Set<String> METHODS = Set.of(
            "strip",
            "lstrip",
            "rstrip",
            "upper",
            "lower",
            "casefold",
            "title",
            "capitalize",
            "swapcase",
            "removeprefix",
            "removesuffix",
            "replace",
            "ljust",
            "rjust",
            "center",
            "zfill",
            "format",
            "split",
            "rsplit",
            "splitlines",
            "partition",
            "rpartition",
            "join");

    private Markup() {}

    public static boolean is(PythonValue value) {
        return value instanceof PythonValue.Text text && text.markup();
    }

    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace(">", "&gt;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }

    /** The value in the form for joining to marked text. */
    public static PythonValue.Text escaped(PythonValue value, Rendering rendering) {
        return value instanceof PythonValue.Text text && text.markup()
                ? text
                : new PythonValue.Text(
                        rendering.text(escape(rendering.printer.str(value))).value(), true);
    }

    /** Text, or texts in a list, marked. */
    public static PythonValue mark(PythonValue value) {
        return switch (value) {
            case PythonValue.Text text -> new PythonValue.Text(text.value(), true);
            case PythonValue.Sequence s ->
                new PythonValue.Sequence(
                        s.form(), s.items().stream().map(Markup::mark).toList());
            default -> value;
        };
    }

    /** A method of ordinary text, adapted to marked text. */
    static PythonValue.Body method(String name, PythonValue.Body plain, Rendering rendering) {
        return METHODS.contains(name) ? arguments -> mark(plain.call(arguments(name, arguments, rendering))) : plain;
    }

    private static Arguments arguments(String name, Arguments arguments, Rendering rendering) {
        return switch (name) {
            case "format" -> escaped(arguments, rendering);
            case "replace" ->
                Arguments.of(
                        arguments.get(0, "old"),
                        escaped(arguments.get(1, "new"), rendering),
                        arguments.find(2, "count").orElse(PythonValue.Int.of(-1)));
            case "join" ->
                Arguments.of(rendering.list(escaped(rendering.iterate(arguments.get(0, "iterable")), rendering)));
            default -> arguments;
        };
    }

    public static Arguments escaped(Arguments arguments, Rendering rendering) {
        Map<String, PythonValue> named = new LinkedHashMap<>();
        arguments.named().forEach((name, value) -> named.put(name, insert(value, rendering)));
        return new Arguments(
                arguments.positional().stream().map(v -> insert(v, rendering)).toList(), named);
    }

    /** Values that {@code %} inserts into marked text: one value, or those of a tuple. */
    static PythonValue inserted(PythonValue value, Rendering rendering) {
        return value instanceof PythonValue.Sequence s && s.form() == PythonValue.Sequence.Form.TUPLE
                ? new PythonValue.Sequence(s.form(), escaped(s.items(), rendering))
                : insert(value, rendering);
    }

    /** Numbers stay numbers, because a format may require them. */
    private static PythonValue insert(PythonValue value, Rendering rendering) {
        return PythonNumbers.isNumber(value) ? value : escaped(value, rendering);
    }

    private static List<PythonValue> escaped(List<PythonValue> items, Rendering rendering) {
        List<PythonValue> all = new ArrayList<>();
        items.forEach(item -> all.add(insert(item, rendering)));
        return all;
    }
}
