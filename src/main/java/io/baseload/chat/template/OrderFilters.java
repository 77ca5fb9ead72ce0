package io.baseload.chat.template;

import io.baseload.chat.python.Arguments;
import io.baseload.chat.python.PythonValue;
import io.baseload.chat.python.Rendering;
import io.baseload.chat.python.TemplateException;
import io.baseload.chat.python.Texts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Filters that sort and group values. */
final class OrderFilters {
    private OrderFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("sort", OrderFilters::sort);
        filters.put("dictsort", OrderFilters::dictSort);
        filters.put("min", (r, v, a) -> extreme(r, v, a, 1));
        filters.put("max", (r, v, a) -> extreme(r, v, a, -1));
        filters.put("groupby", OrderFilters::groupBy);
    }

    /** The key for comparing a value: the value, or the named attribute; texts without case unless {@code exact}. */
    static Function<PythonValue, PythonValue> key(Rendering rendering, Optional<PythonValue> path, boolean exact) {
        return item -> folded(rendering, Filters.pathOrSelf(item, path, rendering), exact);
    }

    private static PythonValue folded(Rendering rendering, PythonValue value, boolean exact) {
        return value instanceof PythonValue.Text t && !exact ? rendering.text(TextFilters.lower(t.value())) : value;
    }

    /** Sorts by several attributes if they are separated by commas. Keys are lists, so that two undefined ones are equal. */
    private static PythonValue sort(Rendering rendering, PythonValue value, Arguments arguments) {
        boolean exact = arguments.flag(1, "case_sensitive", false);
        Optional<PythonValue> attribute = arguments.find(2, "attribute");
        List<PythonValue> paths = attribute.orElse(PythonValue.None.NONE) instanceof PythonValue.Text names
                ? rendering.texts(Texts.split(names.value(), ",", -1)).items()
                : List.of(attribute.orElse(PythonValue.None.NONE));
        List<Function<PythonValue, PythonValue>> keys = new ArrayList<>();
        paths.forEach(path -> keys.add(key(rendering, Optional.of(path), exact)));
        return sorted(
                rendering,
                rendering.iterate(value),
                item -> rendering.list(keys.stream().map(k -> k.apply(item)).toList()),
                arguments.flag(0, "reverse", false));
    }

    private static PythonValue dictSort(Rendering rendering, PythonValue value, Arguments arguments) {
        boolean exact = arguments.flag(0, "case_sensitive", false);
        int by = switch (arguments.text(1, "by", "key")) {
            case "key" -> 0;
            case "value" -> 1;
            default -> throw new TemplateException("You can only sort by either \"key\" or \"value\"");
        };
        if (!(value instanceof PythonValue.Dict dict)) {
            throw new TemplateException("'" + value.type() + "' object has no attribute 'items'");
        }
        return sorted(
                rendering,
                GeneratorFilters.items(rendering, dict),
                item -> folded(rendering, ((PythonValue.Sequence) item).items().get(by), exact),
                arguments.flag(2, "reverse", false));
    }

    /** A stable sort, also if reversed. */
    private static PythonValue.Sequence sorted(
            Rendering rendering, List<PythonValue> items, Function<PythonValue, PythonValue> key, boolean reverse) {
        record Keyed(PythonValue key, PythonValue item) {}
        Comparator<Keyed> ascending = (a, b) -> rendering.comparisons.order("<", a.key, b.key);
        List<Keyed> keyed = new ArrayList<>();
        rendering.budget.elements(items.size() * 16L);
        items.forEach(item -> keyed.add(new Keyed(key.apply(item), item)));
        keyed.sort(reverse ? ascending.reversed() : ascending);
        return rendering.list(keyed.stream().map(Keyed::item).toList());
    }

    private static PythonValue extreme(Rendering rendering, PythonValue value, Arguments arguments, int sign) {
        Function<PythonValue, PythonValue> key =
                key(rendering, arguments.find(1, "attribute"), arguments.flag(0, "case_sensitive", false));
        List<PythonValue> items = rendering.iterate(value);
        if (items.isEmpty()) {
            return new PythonValue.Undefined("No aggregated item, sequence was empty.");
        }
        PythonValue best = items.getFirst();
        PythonValue bestKey = key.apply(best);
        for (PythonValue item : items.subList(1, items.size())) {
            PythonValue itemKey = key.apply(item);
            if (sign * rendering.comparisons.order("<", itemKey, bestKey) < 0) {
                best = item;
                bestKey = itemKey;
            }
        }
        return best;
    }

    /** Groups in the order of their keys; a group's key is that of its first value. */
    private static PythonValue groupBy(Rendering rendering, PythonValue value, Arguments arguments) {
        PythonValue path = arguments.get(0, "attribute");
        Optional<PythonValue> absent = arguments.find(1, "default");
        boolean exact = arguments.flag(2, "case_sensitive", false);
        Function<PythonValue, PythonValue> key =
                item -> folded(rendering, Filters.path(item, path, absent, rendering), exact);
        Map<PythonValue, List<PythonValue>> groups = new LinkedHashMap<>();
        for (PythonValue item :
                sorted(rendering, rendering.iterate(value), key, false).items()) {
            rendering.budget.elements(1 + groups.size() / 16);
            groups.computeIfAbsent(rendering.comparisons.key(key.apply(item)), k -> new ArrayList<>())
                    .add(item);
        }
        return rendering.list(groups.values().stream()
                .map(group -> group(Filters.path(group.getFirst(), path, absent, rendering), group, rendering))
                .toList());
    }

    private static PythonValue group(PythonValue key, List<PythonValue> items, Rendering rendering) {
        return new PythonValue.Sequence(PythonValue.Sequence.Form.GROUP, List.of(key, rendering.list(items)));
    }
}
