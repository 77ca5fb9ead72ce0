package io.baseload.chat.template;

import io.baseload.chat.python.Arguments;
import io.baseload.chat.python.MemberAccess;
import io.baseload.chat.python.Methods;
import io.baseload.chat.python.PythonNumbers;
import io.baseload.chat.python.PythonValue;
import io.baseload.chat.python.Rendering;
import io.baseload.chat.python.TemplateException;
import io.baseload.chat.python.Truth;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Filters with lazy results. */
final class GeneratorFilters {
    private GeneratorFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("map", (r, v, a) -> generator(() -> map(r, v, a)));
        filters.put("select", (r, v, a) -> generator(() -> select(r, v, Optional.empty(), a, true)));
        filters.put("reject", (r, v, a) -> generator(() -> select(r, v, Optional.empty(), a, false)));
        filters.put("selectattr", (r, v, a) -> generator(() -> byAttribute(r, v, a, true)));
        filters.put("rejectattr", (r, v, a) -> generator(() -> byAttribute(r, v, a, false)));
        filters.put("items", (r, v, a) -> generator(() -> items(r, v).stream()));
        filters.put("unique", (r, v, a) -> generator(() -> unique(r, v, a)));
        filters.put("batch", (r, v, a) -> cut(a.get(0, "linecount"), a, (n, fill) -> batch(r, v, n, fill)));
        filters.put("slice", (r, v, a) -> cut(a.get(0, "slices"), a, (n, fill) -> slice(r, v, n, fill)));
        filters.put("reverse", (r, v, a) -> reverse(r, v));
    }

    @FunctionalInterface
    private interface Source {
        Stream<PythonValue> values();
    }

    private static PythonValue generator(Source source) {
        return new PythonValue.Generator("generator", () -> source.values().iterator());
    }

    private static Stream<PythonValue> map(Rendering rendering, PythonValue value, Arguments arguments) {
        Optional<PythonValue> path = Optional.ofNullable(arguments.named().get("attribute"));
        if (path.isEmpty()) {
            return iterateIfTrue(rendering, value)
                    .map(item -> Filters.apply(arguments.text(0, "filter"), rendering, item, arguments.rest()));
        }
        Optional<PythonValue> absent = Optional.ofNullable(arguments.named().get("default"));
        return iterateIfTrue(rendering, value).map(item -> Filters.path(item, path.get(), absent, rendering));
    }

    private static Stream<PythonValue> byAttribute(
            Rendering rendering, PythonValue value, Arguments arguments, boolean keep) {
        return select(rendering, value, Optional.of(arguments.get(0, "attribute")), arguments.rest(), keep);
    }

    private static Stream<PythonValue> select(
            Rendering rendering, PythonValue value, Optional<PythonValue> path, Arguments arguments, boolean keep) {
        return iterateIfTrue(rendering, value).filter(item -> {
            PythonValue tested = Filters.pathOrSelf(item, path, rendering);
            boolean holds = arguments.positional().isEmpty()
                    ? Truth.of(tested)
                    : Tests.apply(arguments.text(0, "test"), rendering, tested, arguments.rest());
            return holds == keep;
        });
    }

    /** None has no elements, but these filters treat it as an empty list. */
    private static Stream<PythonValue> iterateIfTrue(Rendering rendering, PythonValue value) {
        return Truth.of(value) ? rendering.iterate(value).stream() : Stream.empty();
    }

    static List<PythonValue> items(Rendering rendering, PythonValue value) {
        return switch (value) {
            case PythonValue.Undefined u -> List.of();
            case PythonValue.Dict d -> {
                rendering.budget.elements(d.entries().size());
                yield Methods.pairs(d);
            }
            default -> throw new TemplateException("Can only get item pairs from a mapping.");
        };
    }

    private static PythonValue reverse(Rendering rendering, PythonValue value) {
        if (value instanceof PythonValue.Text text) {
            String reversed =
                    MemberAccess.slice(text.value(), Optional.empty(), Optional.empty(), Optional.of(-1), rendering);
            return new PythonValue.Text(reversed, text.markup());
        }
        List<PythonValue> items = new ArrayList<>(rendering.iterate(value));
        Collections.reverse(items);
        return value instanceof PythonValue.Generator
                ? PythonValue.Sequence.list(items)
                : new PythonValue.Generator("list_reverseiterator", items::iterator);
    }

    private static Stream<PythonValue> unique(Rendering rendering, PythonValue value, Arguments arguments) {
        Function<PythonValue, PythonValue> key =
                OrderFilters.key(rendering, arguments.find(1, "attribute"), arguments.flag(0, "case_sensitive", false));
        Set<PythonValue> seen = new HashSet<>();
        return rendering.iterate(value).stream().filter(item -> {
            rendering.budget.elements(item instanceof PythonValue.Sequence ? seen.size() : 1);
            return seen.add(rendering.comparisons.key(key.apply(item)));
        });
    }

    @FunctionalInterface
    private interface Cut {
        Stream<PythonValue> apply(int count, Optional<PythonValue> fill);
    }

    private static PythonValue cut(PythonValue count, Arguments arguments, Cut cut) {
        Optional<PythonValue> fill = arguments.find(1, "fill_with").filter(f -> f != PythonValue.None.NONE);
        return generator(() -> cut.apply(PythonNumbers.index(count), fill));
    }

    private static Stream<PythonValue> batch(
            Rendering rendering, PythonValue value, int size, Optional<PythonValue> fill) {
        List<PythonValue> items = rendering.iterate(value);
        List<PythonValue> out = new ArrayList<>();
        int step = size > 0 ? size : Math.max(1, items.size());
        for (long from = 0; from < items.size(); from += step) {
            List<PythonValue> row =
                    new ArrayList<>(items.subList((int) from, (int) Math.min(items.size(), from + step)));
            fill.ifPresent(f -> fill(rendering, row, f, size));
            out.add(rendering.list(row));
        }
        return out.stream();
    }

    private static void fill(Rendering rendering, List<PythonValue> row, PythonValue fill, int size) {
        rendering.budget.elements(Math.max(0, size - row.size()));
        while (row.size() < size) {
            row.add(fill);
        }
    }

    private static Stream<PythonValue> slice(
            Rendering rendering, PythonValue value, int count, Optional<PythonValue> fill) {
        List<PythonValue> items = rendering.iterate(value);
        if (count == 0) {
            throw new TemplateException("division by zero");
        }
        rendering.budget.elements(Math.max(0, count));
        List<PythonValue> out = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < count; i++) {
            boolean longer = i < items.size() % count;
            int to = from + items.size() / count + (longer ? 1 : 0);
            List<PythonValue> column = new ArrayList<>(items.subList(from, to));
            if (!longer) {
                fill.ifPresent(column::add);
            }
            out.add(rendering.list(column));
            from = to;
        }
        return out.stream();
    }
}
