package io.baseload.chat.python;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The shared state of one rendering: its budget, and the creation and iteration of values within it. */
public final class Rendering {
    public final LocalDateTime now;
    public final Budget budget;
    public final Printer printer;
    public final Comparisons comparisons;

    public Rendering(LocalDateTime now, Budget budget) {
        this.now = now;
        this.budget = budget;
        this.printer = new Printer(budget);
        this.comparisons = new Comparisons(budget);
    }

    /** A new text, whose characters are charged. */
    public PythonValue.Text text(String text) {
        budget.characters(text.length());
        return new PythonValue.Text(text);
    }

    public PythonValue.Sequence list(List<PythonValue> items) {
        budget.elements(items.size());
        return PythonValue.Sequence.list(items);
    }

    public PythonValue.Sequence texts(List<String> items) {
        return list(items.stream().map(i -> (PythonValue) text(i)).toList());
    }

    public PythonValue.Dict dict(Map<PythonValue, PythonValue> members) {
        Map<PythonValue, PythonValue.Dict.Entry> entries = new LinkedHashMap<>();
        members.forEach((key, value) -> put(entries, key, value));
        return new PythonValue.Dict(entries);
    }

    /** Tuples cost more, because those with equal hashes are compared one by one. */
    public void put(Map<PythonValue, PythonValue.Dict.Entry> entries, PythonValue key, PythonValue value) {
        budget.elements(key instanceof PythonValue.Sequence ? 1 + entries.size() : 1);
        entries.merge(
                comparisons.key(key),
                new PythonValue.Dict.Entry(key, value),
                (old, added) -> new PythonValue.Dict.Entry(old.key(), added.value()));
    }

    /** The elements of any iterable value. */
    public List<PythonValue> iterate(PythonValue value) {
        List<PythonValue> items = switch (value) {
            case PythonValue.Undefined u -> List.of();
            case PythonValue.Sequence s -> s.items();
            case PythonValue.Text t -> Texts.characters(t.value());
            case PythonValue.Dict d -> keys(d);
            case PythonValue.Generator g -> rest(g);
            default -> throw new TemplateException("'" + value.type() + "' object is not iterable");
        };
        budget.elements(items.size());
        return items;
    }

    private static List<PythonValue> rest(PythonValue.Generator generator) {
        List<PythonValue> items = new ArrayList<>();
        generator.rest().forEachRemaining(items::add);
        return items;
    }

    static List<PythonValue> keys(PythonValue.Dict dict) {
        List<PythonValue> keys = new ArrayList<>(dict.entries().size());
        dict.entries().values().forEach(e -> keys.add(e.key()));
        return keys;
    }

    /** The result of the filter {@code length}. */
    public int length(PythonValue value) {
        return switch (value) {
            case PythonValue.Undefined u -> 0;
            case PythonValue.Text t -> {
                budget.block(t.value().length());
                yield t.length();
            }
            case PythonValue.Sequence s -> s.items().size();
            case PythonValue.Dict d -> d.entries().size();
            default -> throw new TemplateException("object of type '" + value.type() + "' has no len()");
        };
    }
}
