package io.baseload.chat.template;

import io.baseload.chat.python.Arguments;
import io.baseload.chat.python.Characters;
import io.baseload.chat.python.Markup;
import io.baseload.chat.python.MemberAccess;
import io.baseload.chat.python.PercentFormat;
import io.baseload.chat.python.PythonJson;
import io.baseload.chat.python.PythonNumbers;
import io.baseload.chat.python.PythonValue;
import io.baseload.chat.python.Rendering;
import io.baseload.chat.python.TemplateException;
import io.baseload.chat.python.TextMethods;
import io.baseload.chat.python.Texts;
import io.baseload.chat.python.Truth;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** Jinja's filters, used after {@code |}. */
final class Filters {
    @FunctionalInterface
    interface Filter {
        PythonValue apply(Rendering rendering, PythonValue input, Arguments arguments);
    }

    @FunctionalInterface
    interface TextFilter {
        String apply(String input);
    }

    /** Filters whose results from marked text are marked too. */
    private static final Set<String> MARKED = Set.of(
            "upper", "lower", "capitalize", "string", "trim", "center", "indent", "truncate", "format", "reverse");

    private static final Map<String, Filter> ALL = table();

    private Filters() {}

    static boolean exists(String name) {
        return ALL.containsKey(name);
    }

    static PythonValue apply(String name, Rendering rendering, PythonValue input, Arguments arguments) {
        Filter filter = ALL.get(name);
        if (filter == null) {
            throw new TemplateException("No filter named '" + name + "'.");
        }
        rendering.budget.enter();
        PythonValue output = Markup.is(input)
                ? marked(name, filter.apply(rendering, input, forMarkup(name, arguments, rendering)))
                : filter.apply(rendering, input, arguments);
        rendering.budget.leave();
        return output;
    }

    private static Arguments forMarkup(String name, Arguments arguments, Rendering rendering) {
        return name.equals("format") ? Markup.escaped(arguments, rendering) : arguments;
    }

    private static PythonValue marked(String name, PythonValue output) {
        return MARKED.contains(name) ? Markup.mark(output) : output;
    }

    private static Map<String, Filter> table() {
        Map<String, Filter> filters = new HashMap<>();
        texts(filters);
        numbers(filters);
        SequenceFilters.addTo(filters);
        filters.put("default", Filters::absent);
        filters.put("d", Filters::absent);
        filters.put("tojson", (r, v, a) -> new PythonValue.Text(PythonJson.of(v, a, r.budget)));
        filters.put(
                "attr",
                (r, v, a) -> MemberAccess.attributeOnly(v, a.text(0, "name"), r)
                        .orElseGet(() -> new PythonValue.Undefined(
                                "'" + v.type() + " object' has no attribute '" + a.text(0, "name") + "'")));
        filters.put("xmlattr", TextFilters::xmlAttributes);
        filters.put("pprint", (r, v, a) -> new PythonValue.Text(r.printer.repr(v)));
        return Map.copyOf(filters);
    }

    private static PythonValue absent(Rendering rendering, PythonValue value, Arguments arguments) {
        boolean replace =
                value instanceof PythonValue.Undefined || arguments.flag(1, "boolean", false) && !Truth.of(value);
        return replace ? arguments.find(0, "default_value").orElse(PythonValue.Text.EMPTY) : value;
    }

    private static void texts(Map<String, Filter> filters) {
        text(filters, "upper", s -> s.toUpperCase(Locale.ROOT));
        text(filters, "lower", s -> s.toLowerCase(Locale.ROOT));
        text(filters, "capitalize", Characters::capitalize);
        text(filters, "title", TextFilters::title);
        text(filters, "string", s -> s);
        filters.put("safe", (r, v, a) -> Markup.mark(r.text(r.printer.str(v))));
        filters.put("e", (r, v, a) -> Markup.escaped(v, r));
        filters.put("escape", (r, v, a) -> Markup.escaped(v, r));
        filters.put("forceescape", (r, v, a) -> Markup.mark(r.text(Markup.escape(r.printer.str(v)))));
        text(filters, "striptags", TextFilters::stripTags);
        filters.put("urlencode", TextFilters::urlEncode);
        filters.put("trim", (r, v, a) -> {
            String text = r.printer.str(v);
            r.budget.block(text.length());
            return new PythonValue.Text(Texts.strip(
                    text,
                    a.find(0, "chars").filter(c -> c != PythonValue.None.NONE).map(Texts::require),
                    true,
                    true));
        });
        filters.put(
                "replace",
                (r, v, a) -> TextMethods.replace(
                        r,
                        r.printer.str(v),
                        r.printer.str(a.get(0, "old")),
                        r.printer.str(a.get(1, "new")),
                        a.integer(2, "count", -1)));
        filters.put("indent", TextFilters::indent);
        filters.put(
                "center", (r, v, a) -> r.text(TextMethods.pad(r, r.printer.str(v), a.integer(0, "width", 80), " ", 0)));
        filters.put("truncate", TextFilters::truncate);
        filters.put("format", (r, v, a) -> r.text(PercentFormat.format(r.printer.str(v), formatted(a, r), r)));
        filters.put(
                "wordcount",
                (r, v, a) -> PythonValue.Int.of(
                        TextFilters.countWords(r.text(r.printer.str(v)).value())));
    }

    /** Values by position, or by name: {@code '%(a)s'|format(a=1)}. */
    private static PythonValue formatted(Arguments arguments, Rendering rendering) {
        if (arguments.named().isEmpty()) {
            return new PythonValue.Sequence(PythonValue.Sequence.Form.TUPLE, arguments.positional());
        }
        if (!arguments.positional().isEmpty()) {
            throw new TemplateException("can't handle positional and keyword arguments at the same time");
        }
        Map<PythonValue, PythonValue> named = new HashMap<>();
        arguments.named().forEach((name, value) -> named.put(new PythonValue.Text(name), value));
        return rendering.dict(named);
    }

    private static void text(Map<String, Filter> filters, String name, TextFilter filter) {
        filters.put(name, (r, v, a) -> {
            String text = r.printer.str(v);
            r.budget.characters(2L * text.length());
            return r.text(filter.apply(text));
        });
    }

    private static void numbers(Map<String, Filter> filters) {
        filters.put("abs", (r, v, a) -> PythonNumbers.absolute(v));
        number(filters, "int", NumberFilters::integer);
        number(filters, "float", NumberFilters::real);
        filters.put("round", (r, v, a) -> NumberFilters.round(v, a));
        filters.put("filesizeformat", (r, v, a) -> r.text(NumberFilters.fileSize(v, a.flag(0, "binary", false))));
    }

    private static void number(
            Map<String, Filter> filters, String name, BiFunction<PythonValue, Arguments, PythonValue> filter) {
        filters.put(name, (r, v, a) -> {
            NumberFilters.spend(v, r.budget);
            return filter.apply(v, a);
        });
    }

    /**
     * The value at an attribute path such as {@code a.b.0}.
     *
     * @param absent replaces undefined values
     */
    static PythonValue path(PythonValue start, PythonValue path, Optional<PythonValue> absent, Rendering rendering) {
        if (!(path instanceof PythonValue.Text text)) {
            return defined(MemberAccess.item(start, path, rendering), absent);
        }
        PythonValue value = start;
        for (String part : Texts.split(text.value(), ".", -1)) {
            boolean number =
                    !part.isEmpty() && part.length() < 10 && part.chars().allMatch(c -> c >= '0' && c <= '9');
            PythonValue key = number ? PythonValue.Int.of(Integer.parseInt(part)) : new PythonValue.Text(part);
            value = defined(MemberAccess.item(value, key, rendering), absent);
        }
        return value;
    }

    private static PythonValue defined(PythonValue value, Optional<PythonValue> absent) {
        return value instanceof PythonValue.Undefined && absent.isPresent() && absent.get() != PythonValue.None.NONE
                ? absent.get()
                : value;
    }

    /** The attribute named by a filter's argument, or the item itself if none is named. */
    static PythonValue pathOrSelf(PythonValue item, Optional<PythonValue> path, Rendering rendering) {
        return path.filter(p -> p != PythonValue.None.NONE)
                .map(p -> path(item, p, Optional.empty(), rendering))
                .orElse(item);
    }
}
