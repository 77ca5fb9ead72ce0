package io.baseload.chat.template;

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
    static Function<TemplateValue, TemplateValue> key(
            Rendering rendering, Optional<TemplateValue> path, boolean exact) {
        return item -> folded(rendering, Filters.pathOrSelf(item, path, rendering), exact);
    }

    private static TemplateValue folded(Rendering rendering, TemplateValue value, boolean exact) {
        return value instanceof TemplateValue.Text t && !exact ? rendering.text(TextFilters.lower(t.value())) : value;
    }

    /** Sorts by several attributes if they are separated by commas. Keys are lists, so that two undefined ones are equal. */
    private static TemplateValue sort(Rendering rendering, TemplateValue value, Arguments arguments) {
        boolean exact = arguments.flag(1, "case_sensitive", false);
        Optional<TemplateValue> attribute = arguments.find(2, "attribute");
        List<TemplateValue> paths = attribute.orElse(TemplateValue.None.NONE) instanceof TemplateValue.Text names
                ? rendering.texts(Texts.split(names.value(), ",", -1)).items()
                : List.of(attribute.orElse(TemplateValue.None.NONE));
        List<Function<TemplateValue, TemplateValue>> keys = new ArrayList<>();
        paths.forEach(path -> keys.add(key(rendering, Optional.of(path), exact)));
        return sorted(
                rendering,
                rendering.iterate(value),
                item -> rendering.list(keys.stream().map(k -> k.apply(item)).toList()),
                arguments.flag(0, "reverse", false));
    }

    private static TemplateValue dictSort(Rendering rendering, TemplateValue value, Arguments arguments) {
        boolean exact = arguments.flag(0, "case_sensitive", false);
        int by = switch (arguments.text(1, "by", "key")) {
            case "key" -> 0;
            case "value" -> 1;
            default -> throw new TemplateException("You can only sort by either \"key\" or \"value\"");
        };
        if (!(value instanceof TemplateValue.Dict dict)) {
            throw new TemplateException("'" + value.type() + "' object has no attribute 'items'");
        }
        return sorted(
                rendering,
                GeneratorFilters.items(rendering, dict),
                item -> folded(
                        rendering, ((TemplateValue.Sequence) item).items().get(by), exact),
                arguments.flag(2, "reverse", false));
    }

    /** A stable sort, also if reversed. */
    private static TemplateValue.Sequence sorted(
            Rendering rendering,
            List<TemplateValue> items,
            Function<TemplateValue, TemplateValue> key,
            boolean reverse) {
        record Keyed(TemplateValue key, TemplateValue item) {}
        Comparator<Keyed> ascending = (a, b) -> rendering.comparisons.order("<", a.key, b.key);
        List<Keyed> keyed = new ArrayList<>();
        rendering.budget.elements(items.size() * 16L);
        items.forEach(item -> keyed.add(new Keyed(key.apply(item), item)));
        keyed.sort(reverse ? ascending.reversed() : ascending);
        return rendering.list(keyed.stream().map(Keyed::item).toList());
    }

    private static TemplateValue extreme(Rendering rendering, TemplateValue value, Arguments arguments, int sign) {
        Function<TemplateValue, TemplateValue> key =
                key(rendering, arguments.find(1, "attribute"), arguments.flag(0, "case_sensitive", false));
        List<TemplateValue> items = rendering.iterate(value);
        if (items.isEmpty()) {
            return new TemplateValue.Undefined("No aggregated item, sequence was empty.");
        }
        TemplateValue best = items.getFirst();
        TemplateValue bestKey = key.apply(best);
        for (TemplateValue item : items.subList(1, items.size())) {
            TemplateValue itemKey = key.apply(item);
            if (sign * rendering.comparisons.order("<", itemKey, bestKey) < 0) {
                best = item;
                bestKey = itemKey;
            }
        }
        return best;
    }

    /** Groups in the order of their keys; a group's key is that of its first value. */
    private static TemplateValue groupBy(Rendering rendering, TemplateValue value, Arguments arguments) {
        TemplateValue path = arguments.get(0, "attribute");
        Optional<TemplateValue> absent = arguments.find(1, "default");
        boolean exact = arguments.flag(2, "case_sensitive", false);
        Function<TemplateValue, TemplateValue> key =
                item -> folded(rendering, Filters.path(item, path, absent, rendering), exact);
        Map<TemplateValue, List<TemplateValue>> groups = new LinkedHashMap<>();
        for (TemplateValue item :
                sorted(rendering, rendering.iterate(value), key, false).items()) {
            rendering.budget.elements(1 + groups.size() / 16);
            groups.computeIfAbsent(rendering.comparisons.key(key.apply(item)), k -> new ArrayList<>())
                    .add(item);
        }
        return rendering.list(groups.values().stream()
                .map(group -> group(Filters.path(group.getFirst(), path, absent, rendering), group, rendering))
                .toList());
    }

    private static TemplateValue group(TemplateValue key, List<TemplateValue> items, Rendering rendering) {
        return new TemplateValue.Sequence(TemplateValue.Sequence.Form.GROUP, List.of(key, rendering.list(items)));
    }
}
