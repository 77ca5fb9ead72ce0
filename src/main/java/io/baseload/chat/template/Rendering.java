package io.baseload.chat.template;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The shared state of one rendering: its budget, and the creation and iteration of values within it. */
final class Rendering {
    final LocalDateTime now;
    final Budget budget;
    final Printer printer;
    final Comparisons comparisons;

    Rendering(LocalDateTime now, Budget budget) {
        this.now = now;
        this.budget = budget;
        this.printer = new Printer(budget);
        this.comparisons = new Comparisons(budget);
    }

    /** A new text, whose characters are charged. */
    TemplateValue.Text text(String text) {
        budget.characters(text.length());
        return new TemplateValue.Text(text);
    }

    TemplateValue.Sequence list(List<TemplateValue> items) {
        budget.elements(items.size());
        return TemplateValue.Sequence.list(items);
    }

    TemplateValue.Sequence texts(List<String> items) {
        return list(items.stream().map(i -> (TemplateValue) text(i)).toList());
    }

    TemplateValue.Dict dict(Map<TemplateValue, TemplateValue> members) {
        Map<TemplateValue, TemplateValue.Dict.Entry> entries = new LinkedHashMap<>();
        members.forEach((key, value) -> put(entries, key, value));
        return new TemplateValue.Dict(entries);
    }

    /** Tuples cost more, because those with equal hashes are compared one by one. */
    void put(Map<TemplateValue, TemplateValue.Dict.Entry> entries, TemplateValue key, TemplateValue value) {
        budget.elements(key instanceof TemplateValue.Sequence ? 1 + entries.size() : 1);
        entries.merge(
                comparisons.key(key),
                new TemplateValue.Dict.Entry(key, value),
                (old, added) -> new TemplateValue.Dict.Entry(old.key(), added.value()));
    }

    /** The elements of any iterable value. */
    List<TemplateValue> iterate(TemplateValue value) {
        List<TemplateValue> items = switch (value) {
            case TemplateValue.Undefined u -> List.of();
            case TemplateValue.Sequence s -> s.items();
            case TemplateValue.Text t -> Texts.characters(t.value());
            case TemplateValue.Dict d -> keys(d);
            case TemplateValue.Generator g -> rest(g);
            default -> throw new TemplateException("'" + value.type() + "' object is not iterable");
        };
        budget.elements(items.size());
        return items;
    }

    private static List<TemplateValue> rest(TemplateValue.Generator generator) {
        List<TemplateValue> items = new ArrayList<>();
        generator.rest().forEachRemaining(items::add);
        return items;
    }

    static List<TemplateValue> keys(TemplateValue.Dict dict) {
        List<TemplateValue> keys = new ArrayList<>(dict.entries().size());
        dict.entries().values().forEach(e -> keys.add(e.key()));
        return keys;
    }

    /** The result of the filter {@code length}. */
    int length(TemplateValue value) {
        return switch (value) {
            case TemplateValue.Undefined u -> 0;
            case TemplateValue.Text t -> {
                budget.block(t.value().length());
                yield t.length();
            }
            case TemplateValue.Sequence s -> s.items().size();
            case TemplateValue.Dict d -> d.entries().size();
            default -> throw new TemplateException("object of type '" + value.type() + "' has no len()");
        };
    }
}
