package io.baseload.chat.template;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the parts of one rendering share: its budget, and the making and walking of values within it. */
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

    /** A text that is new, and whose characters were looked at. */
    Value.Text text(String text) {
        budget.characters(text.length());
        return new Value.Text(text);
    }

    Value.Sequence list(List<Value> items) {
        budget.elements(items.size());
        return Value.Sequence.list(items);
    }

    Value.Sequence texts(List<String> items) {
        return list(items.stream().map(i -> (Value) text(i)).toList());
    }

    Value.Dict dict(Map<Value, Value> members) {
        Map<Value, Value.Dict.Entry> entries = new LinkedHashMap<>();
        members.forEach((key, value) -> put(entries, key, value));
        return new Value.Dict(entries);
    }

    /** Tuples cost more: equal hashes can't be told apart but one by one. */
    void put(Map<Value, Value.Dict.Entry> entries, Value key, Value value) {
        budget.elements(key instanceof Value.Sequence ? 1 + entries.size() : 1);
        entries.merge(
                comparisons.key(key),
                new Value.Dict.Entry(key, value),
                (old, added) -> new Value.Dict.Entry(old.key(), added.value()));
    }

    /** The elements of whatever can be looped over. */
    List<Value> iterate(Value value) {
        List<Value> items = switch (value) {
            case Value.Undefined u -> List.of();
            case Value.Sequence s -> s.items();
            case Value.Text t -> Texts.characters(t.value());
            case Value.Dict d -> keys(d);
            case Value.Generator g -> rest(g);
            default -> throw new TemplateException("'" + value.type() + "' object is not iterable");
        };
        budget.elements(items.size());
        return items;
    }

    private static List<Value> rest(Value.Generator generator) {
        List<Value> items = new ArrayList<>();
        generator.rest().forEachRemaining(items::add);
        return items;
    }

    static List<Value> keys(Value.Dict dict) {
        List<Value> keys = new ArrayList<>(dict.entries().size());
        dict.entries().values().forEach(e -> keys.add(e.key()));
        return keys;
    }

    /** As the filter {@code length}. */
    int length(Value value) {
        return switch (value) {
            case Value.Undefined u -> 0;
            case Value.Text t -> {
                budget.block(t.value().length());
                yield t.length();
            }
            case Value.Sequence s -> s.items().size();
            case Value.Dict d -> d.entries().size();
            default -> throw new TemplateException("object of type '" + value.type() + "' has no len()");
        };
    }
}
