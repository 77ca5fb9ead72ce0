package io.baseload.chat.template;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Filters that bring values into an order. */
final class OrderFilters {
    private OrderFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("sort", OrderFilters::sort);
        filters.put("dictsort", OrderFilters::dictSort);
        filters.put("min", (r, v, a) -> extreme(r, v, a, 1));
        filters.put("max", (r, v, a) -> extreme(r, v, a, -1));
        filters.put("groupby", OrderFilters::groupBy);
    }

    /** What a value is compared by: it, or the attribute that is named; texts without case unless {@code exact}. */
    static Function<Value, Value> key(Rendering rendering, Optional<Value> path, boolean exact) {
        return item -> folded(rendering, Filters.pathOrSelf(item, path, rendering), exact);
    }

    private static Value folded(Rendering rendering, Value value, boolean exact) {
        return value instanceof Value.Text t && !exact ? rendering.text(TextFilters.lower(t.value())) : value;
    }

    /** By several attributes, if they are named with commas. Keys are lists, so that two that are undefined are equal. */
    private static Value sort(Rendering rendering, Value value, Arguments arguments) {
        boolean exact = arguments.flag(1, "case_sensitive", false);
        Optional<Value> attribute = arguments.find(2, "attribute");
        List<Value> paths = attribute.orElse(Value.None.NONE) instanceof Value.Text names
                ? rendering.texts(Texts.split(names.value(), ",", -1)).items()
                : List.of(attribute.orElse(Value.None.NONE));
        List<Function<Value, Value>> keys = new ArrayList<>();
        paths.forEach(path -> keys.add(key(rendering, Optional.of(path), exact)));
        return sorted(
                rendering,
                rendering.iterate(value),
                item -> rendering.list(keys.stream().map(k -> k.apply(item)).toList()),
                arguments.flag(0, "reverse", false));
    }

    private static Value dictSort(Rendering rendering, Value value, Arguments arguments) {
        boolean exact = arguments.flag(0, "case_sensitive", false);
        int by = switch (arguments.text(1, "by", "key")) {
            case "key" -> 0;
            case "value" -> 1;
            default -> throw new TemplateException("You can only sort by either \"key\" or \"value\"");
        };
        if (!(value instanceof Value.Dict dict)) {
            throw new TemplateException("'" + value.type() + "' object has no attribute 'items'");
        }
        return sorted(
                rendering,
                GeneratorFilters.items(rendering, dict),
                item -> folded(rendering, ((Value.Sequence) item).items().get(by), exact),
                arguments.flag(2, "reverse", false));
    }

    /** Stable, also when reversed. */
    private static Value.Sequence sorted(
            Rendering rendering, List<Value> items, Function<Value, Value> key, boolean reverse) {
        record Keyed(Value key, Value item) {}
        Comparator<Keyed> ascending = (a, b) -> rendering.comparisons.order("<", a.key, b.key);
        List<Keyed> keyed = new ArrayList<>();
        rendering.budget.elements(items.size() * 16L);
        items.forEach(item -> keyed.add(new Keyed(key.apply(item), item)));
        keyed.sort(reverse ? ascending.reversed() : ascending);
        return rendering.list(keyed.stream().map(Keyed::item).toList());
    }

    private static Value extreme(Rendering rendering, Value value, Arguments arguments, int sign) {
        Function<Value, Value> key =
                key(rendering, arguments.find(1, "attribute"), arguments.flag(0, "case_sensitive", false));
        List<Value> items = rendering.iterate(value);
        if (items.isEmpty()) {
            return new Value.Undefined("No aggregated item, sequence was empty.");
        }
        Value best = items.getFirst();
        Value bestKey = key.apply(best);
        for (Value item : items.subList(1, items.size())) {
            Value itemKey = key.apply(item);
            if (sign * rendering.comparisons.order("<", itemKey, bestKey) < 0) {
                best = item;
                bestKey = itemKey;
            }
        }
        return best;
    }

    /** Groups in the order of their keys; a group's key is that of its first value. */
    private static Value groupBy(Rendering rendering, Value value, Arguments arguments) {
        Value path = arguments.get(0, "attribute");
        Optional<Value> absent = arguments.find(1, "default");
        boolean exact = arguments.flag(2, "case_sensitive", false);
        Function<Value, Value> key = item -> folded(rendering, Filters.path(item, path, absent, rendering), exact);
        Map<Value, List<Value>> groups = new LinkedHashMap<>();
        for (Value item :
                sorted(rendering, rendering.iterate(value), key, false).items()) {
            rendering.budget.elements(1 + groups.size() / 16);
            groups.computeIfAbsent(rendering.comparisons.key(key.apply(item)), k -> new ArrayList<>())
                    .add(item);
        }
        return rendering.list(groups.values().stream()
                .map(group -> group(Filters.path(group.getFirst(), path, absent, rendering), group, rendering))
                .toList());
    }

    private static Value group(Value key, List<Value> items, Rendering rendering) {
        return new Value.Sequence(Value.Sequence.Form.GROUP, List.of(key, rendering.list(items)));
    }
}
