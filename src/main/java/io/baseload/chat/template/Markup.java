package io.baseload.chat.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Text marked by {@code safe} or {@code escape}: anything joined to it by {@code +} or inserted into it is escaped for HTML first, and the result is marked again; {@code ~},
 * {@code join} and {@code tojson} give ordinary text. Like markupsafe's class of this name, which Jinja uses even if nothing else is escaped.
 */
final class Markup {
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

    private static final Set<String> FILTERS = Set.of(
            "upper", "lower", "capitalize", "string", "trim", "center", "indent", "truncate", "format", "reverse");

    private Markup() {}

    static boolean is(TemplateValue value) {
        return value instanceof TemplateValue.Text text && text.markup();
    }

    /** The value in the form for joining to marked text. */
    static TemplateValue.Text escaped(TemplateValue value, Rendering rendering) {
        return value instanceof TemplateValue.Text text && text.markup()
                ? text
                : new TemplateValue.Text(
                        rendering
                                .text(TextFilters.escape(rendering.printer.str(value)))
                                .value(),
                        true);
    }

    /** Text, or texts in a list, marked. */
    static TemplateValue mark(TemplateValue value) {
        return switch (value) {
            case TemplateValue.Text text -> new TemplateValue.Text(text.value(), true);
            case TemplateValue.Sequence s ->
                new TemplateValue.Sequence(
                        s.form(), s.items().stream().map(Markup::mark).toList());
            default -> value;
        };
    }

    /** A method of ordinary text, adapted to marked text. */
    static TemplateValue.Body method(String name, TemplateValue.Body plain, Rendering rendering) {
        return METHODS.contains(name) ? arguments -> mark(plain.call(arguments(name, arguments, rendering))) : plain;
    }

    private static Arguments arguments(String name, Arguments arguments, Rendering rendering) {
        return switch (name) {
            case "format" -> escaped(arguments, rendering);
            case "replace" ->
                Arguments.of(
                        arguments.get(0, "old"),
                        escaped(arguments.get(1, "new"), rendering),
                        arguments.find(2, "count").orElse(TemplateValue.Int.of(-1)));
            case "join" ->
                Arguments.of(rendering.list(escaped(rendering.iterate(arguments.get(0, "iterable")), rendering)));
            default -> arguments;
        };
    }

    static Arguments escaped(Arguments arguments, Rendering rendering) {
        Map<String, TemplateValue> named = new LinkedHashMap<>();
        arguments.named().forEach((name, value) -> named.put(name, insert(value, rendering)));
        return new Arguments(
                arguments.positional().stream().map(v -> insert(v, rendering)).toList(), named);
    }

    /** Values that {@code %} inserts into marked text: one value, or those of a tuple. */
    static TemplateValue inserted(TemplateValue value, Rendering rendering) {
        return value instanceof TemplateValue.Sequence s && s.form() == TemplateValue.Sequence.Form.TUPLE
                ? new TemplateValue.Sequence(s.form(), escaped(s.items(), rendering))
                : insert(value, rendering);
    }

    /** Numbers stay numbers, because a format may require them. */
    private static TemplateValue insert(TemplateValue value, Rendering rendering) {
        return PythonNumbers.isNumber(value) ? value : escaped(value, rendering);
    }

    private static List<TemplateValue> escaped(List<TemplateValue> items, Rendering rendering) {
        List<TemplateValue> all = new ArrayList<>();
        items.forEach(item -> all.add(insert(item, rendering)));
        return all;
    }

    /** The result of a filter on marked text. */
    static TemplateValue filtered(String name, TemplateValue output) {
        return FILTERS.contains(name) ? mark(output) : output;
    }
}
