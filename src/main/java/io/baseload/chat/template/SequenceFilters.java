package io.baseload.chat.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Filters over lists, dicts and other things that can be looped over. */
final class SequenceFilters {
    private SequenceFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("length", (r, v, a) -> Value.Int.of(Rendering.length(v)));
        filters.put("count", (r, v, a) -> Value.Int.of(Rendering.length(v)));
        filters.put("list", (r, v, a) -> Value.Sequence.list(r.iterate(v)));
        filters.put("first", (r, v, a) -> end(r.iterate(v), true));
        filters.put("last", (r, v, a) -> end(r.iterate(v), false));
        filters.put("join", SequenceFilters::join);
        filters.put("map", SequenceFilters::map);
        filters.put("select", (r, v, a) -> select(r, v, Optional.empty(), a, true));
        filters.put("reject", (r, v, a) -> select(r, v, Optional.empty(), a, false));
        filters.put("selectattr", (r, v, a) -> select(r, v, Optional.of(a.get(0, "attribute")), a.rest(), true));
        filters.put("rejectattr", (r, v, a) -> select(r, v, Optional.of(a.get(0, "attribute")), a.rest(), false));
        filters.put("sort", SequenceFilters::sort);
        filters.put("dictsort", SequenceFilters::dictSort);
        filters.put("items", (r, v, a) -> items(r, v));
        filters.put("reverse", SequenceFilters::reverse);
        filters.put("unique", SequenceFilters::unique);
        filters.put("min", (r, v, a) -> extreme(r, v, a, 1));
        filters.put("max", (r, v, a) -> extreme(r, v, a, -1));
        filters.put("sum", SequenceFilters::sum);
        filters.put("groupby", SequenceFilters::groupBy);
        filters.put("batch", SequenceFilters::batch);
        filters.put("slice", SequenceFilters::slice);
    }

    private static Value end(List<Value> items, boolean first) {
        if (items.isEmpty()) {
            return new Value.Undefined("No " + (first ? "first" : "last") + " item, sequence was empty.");
        }
        return first ? items.getFirst() : items.getLast();
    }

    private static Value join(Rendering rendering, Value value, Arguments arguments) {
        String separator = arguments.find(0, "d").map(rendering.printer::str).orElse("");
        Optional<Value> path = arguments.find(1, "attribute");
        StringBuilder out = new StringBuilder();
        boolean first = true;
        for (Value item : rendering.iterate(value)) {
            String text = rendering.printer.str(Filters.pathOrSelf(item, path, rendering));
            rendering.budget.spend(separator.length() + text.length());
            out.append(first ? "" : separator).append(text);
            first = false;
        }
        return new Value.Text(out.toString());
    }

    private static Value map(Rendering rendering, Value value, Arguments arguments) {
        List<Value> out = new ArrayList<>();
        Value path = arguments.named().get("attribute");
        for (Value item : iterateIfTrue(rendering, value)) {
            if (path == null) {
                out.add(Filters.apply(arguments.text(0, "filter"), rendering, item, arguments.rest()));
            } else {
                Value found = Filters.path(item, path, rendering);
                Value absent = arguments.named().get("default");
                out.add(found instanceof Value.Undefined && absent != null ? absent : found);
            }
        }
        return rendering.list(out);
    }

    private static Value select(
            Rendering rendering, Value value, Optional<Value> path, Arguments arguments, boolean keep) {
        List<Value> out = new ArrayList<>();
        for (Value item : iterateIfTrue(rendering, value)) {
            Value tested = Filters.pathOrSelf(item, path, rendering);
            boolean holds = arguments.positional().isEmpty()
                    ? Truth.of(tested)
                    : Tests.apply(arguments.text(0, "test"), rendering, tested, arguments.rest());
            if (holds == keep) {
                out.add(item);
            }
        }
        return rendering.list(out);
    }

    /** None has no elements, but these filters take it for an empty list. */
    private static List<Value> iterateIfTrue(Rendering rendering, Value value) {
        return Truth.of(value) ? rendering.iterate(value) : List.of();
    }

    private static Value sort(Rendering rendering, Value value, Arguments arguments) {
        List<Value> items = new ArrayList<>(rendering.iterate(value));
        boolean exact = arguments.flag(1, "case_sensitive", false);
        Optional<Value> path = arguments.find(2, "attribute");
        order(
                rendering,
                items,
                item -> folded(Filters.pathOrSelf(item, path, rendering), exact),
                arguments.flag(0, "reverse", false));
        return rendering.list(items);
    }

    private static Value dictSort(Rendering rendering, Value value, Arguments arguments) {
        List<Value> items = new ArrayList<>(((Value.Sequence) items(rendering, value)).items());
        boolean exact = arguments.flag(0, "case_sensitive", false);
        int by = arguments.text(1, "by", "key").equals("key") ? 0 : 1;
        order(
                rendering,
                items,
                item -> folded(((Value.Sequence) item).items().get(by), exact),
                arguments.flag(2, "reverse", false));
        return rendering.list(items);
    }

    /** Stable, also when reversed. */
    private static void order(
            Rendering rendering, List<Value> items, java.util.function.UnaryOperator<Value> key, boolean reverse) {
        record Keyed(Value key, Value item) {}
        Comparator<Keyed> ascending = (a, b) -> rendering.comparisons.order("<", a.key, b.key);
        List<Keyed> keyed = new ArrayList<>();
        items.forEach(item -> keyed.add(new Keyed(key.apply(item), item)));
        rendering.budget.spend(items.size() * 16L);
        keyed.sort(reverse ? ascending.reversed() : ascending);
        items.clear();
        keyed.forEach(k -> items.add(k.item));
    }

    private static Value folded(Value value, boolean exact) {
        return value instanceof Value.Text t && !exact ? new Value.Text(TextFilters.lower(t.value())) : value;
    }

    static Value items(Rendering rendering, Value value) {
        return switch (value) {
            case Value.Undefined u -> Value.Sequence.list(List.of());
            case Value.Dict d -> rendering.list(Methods.pairs(d));
            default -> throw new TemplateException("Can only get item pairs from a mapping.");
        };
    }

    private static Value reverse(Rendering rendering, Value value, Arguments arguments) {
        if (value instanceof Value.Text) {
            return Lookup.slice(value, Optional.empty(), Optional.empty(), Optional.of(-1), rendering);
        }
        List<Value> items = new ArrayList<>(rendering.iterate(value));
        Collections.reverse(items);
        return Value.Sequence.list(items);
    }

    private static Value unique(Rendering rendering, Value value, Arguments arguments) {
        boolean exact = arguments.flag(0, "case_sensitive", false);
        Optional<Value> path = arguments.find(1, "attribute");
        Set<Value> seen = new LinkedHashSet<>();
        List<Value> out = new ArrayList<>();
        for (Value item : rendering.iterate(value)) {
            if (seen.add(rendering.comparisons.key(folded(Filters.pathOrSelf(item, path, rendering), exact)))) {
                out.add(item);
            }
        }
        return rendering.list(out);
    }

    private static Value extreme(Rendering rendering, Value value, Arguments arguments, int sign) {
        boolean exact = arguments.flag(0, "case_sensitive", false);
        Optional<Value> path = arguments.find(1, "attribute");
        Optional<Value> best = Optional.empty();
        for (Value item : rendering.iterate(value)) {
            if (best.isEmpty()
                    || sign
                                    * rendering.comparisons.order(
                                            "<",
                                            folded(Filters.pathOrSelf(item, path, rendering), exact),
                                            folded(Filters.pathOrSelf(best.get(), path, rendering), exact))
                            < 0) {
                best = Optional.of(item);
            }
        }
        return best.orElseGet(() -> new Value.Undefined("No aggregated item, sequence was empty."));
    }

    private static Value sum(Rendering rendering, Value value, Arguments arguments) {
        Optional<Value> path = arguments.find(0, "attribute");
        Value total = arguments.find(1, "start").orElse(Value.Int.of(0));
        for (Value item : rendering.iterate(value)) {
            total = Operators.binary("+", total, Filters.pathOrSelf(item, path, rendering), rendering);
        }
        return total;
    }

    /** Groups in the order of their keys. */
    private static Value groupBy(Rendering rendering, Value value, Arguments arguments) {
        Value path = arguments.get(0, "attribute");
        boolean exact = arguments.flag(2, "case_sensitive", false);
        List<Value> items = new ArrayList<>(rendering.iterate(value));
        order(rendering, items, item -> folded(Filters.path(item, path, rendering), exact), false);
        Map<Value, List<Value>> groups = new LinkedHashMap<>();
        for (Value item : items) {
            Value key = rendering.comparisons.key(folded(Filters.path(item, path, rendering), exact));
            groups.computeIfAbsent(key, k -> new ArrayList<>()).add(item);
        }
        return rendering.list(groups.values().stream()
                .map(group -> group(path, group, rendering))
                .toList());
    }

    private static Value group(Value path, List<Value> items, Rendering rendering) {
        Value key = Filters.path(items.getFirst(), path, rendering);
        return new Value.Sequence(Value.Sequence.Form.GROUP, List.of(key, rendering.list(items)));
    }

    private static Value batch(Rendering rendering, Value value, Arguments arguments) {
        int size = Math.max(1, arguments.integer(0, "linecount", 1));
        List<Value> items = rendering.iterate(value);
        List<Value> out = new ArrayList<>();
        for (int from = 0; from < items.size(); from += size) {
            List<Value> row = new ArrayList<>(items.subList(from, Math.min(items.size(), from + size)));
            arguments.find(1, "fill_with").ifPresent(fill -> fill(rendering, row, fill, size));
            out.add(rendering.list(row));
        }
        return rendering.list(out);
    }

    private static void fill(Rendering rendering, List<Value> row, Value fill, int size) {
        rendering.budget.spend(size);
        while (row.size() < size) {
            row.add(fill);
        }
    }

    private static Value slice(Rendering rendering, Value value, Arguments arguments) {
        int count = Math.clamp(arguments.integer(0, "slices", 1), 1, 10_000);
        List<Value> items = rendering.iterate(value);
        List<Value> out = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < count; i++) {
            boolean longer = i < items.size() % count;
            int to = from + items.size() / count + (longer ? 1 : 0);
            List<Value> column = new ArrayList<>(items.subList(from, to));
            if (!longer && items.size() % count > 0) {
                arguments.find(1, "fill_with").ifPresent(column::add);
            }
            out.add(rendering.list(column));
            from = to;
        }
        return rendering.list(out);
    }
}
