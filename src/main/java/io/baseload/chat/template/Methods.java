package io.baseload.chat.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The methods that Python's own types have and templates use; none changes its object. */
final class Methods {
    private Methods() {}

    /** The method, bound to its object. */
    static Optional<Value> find(Value object, String name, Rendering rendering) {
        Optional<Value.Body> body = switch (object) {
            case Value.Text t ->
                TextMethods.find(t.value(), name, rendering)
                        .map(b -> t.markup() ? Markup.method(name, b, rendering) : b);
            case Value.Dict d -> dict(d, name, rendering);
            case Value.Sequence s -> sequence(s, name, rendering);
            case Value.Int i
            when name.equals("bit_length") ->
                Optional.of(a -> Value.Int.of(i.value().abs().bitLength()));
            case Value.Int i when name.equals("real") -> Optional.empty();
            default -> Optional.empty();
        };
        if (object instanceof Value.Int && name.equals("real")) {
            return Optional.of(object);
        }
        return body.map(b -> new Value.Function(name, b));
    }

    static List<Value> pairs(Value.Dict dict) {
        List<Value> pairs = new ArrayList<>();
        dict.entries().values().forEach(e -> pairs.add(Value.Sequence.tuple(e.key(), e.value())));
        return pairs;
    }

    private static Optional<Value.Body> dict(Value.Dict dict, String name, Rendering rendering) {
        return Optional.ofNullable(
                switch (name) {
                    case "items" -> a -> view(Value.Sequence.Form.ITEMS, pairs(dict), rendering);
                    case "keys" -> a -> view(Value.Sequence.Form.KEYS, Rendering.keys(dict), rendering);
                    case "values" ->
                        a -> view(
                                Value.Sequence.Form.VALUES,
                                dict.entries().values().stream()
                                        .map(Value.Dict.Entry::value)
                                        .toList(),
                                rendering);
                    case "get" ->
                        a -> dict.get(rendering.comparisons.key(a.get(0, "key")))
                                .orElseGet(() -> a.find(1, "default").orElse(Value.None.NONE));
                    case "copy" -> a -> dict;
                    default -> (Value.Body) null;
                });
    }

    private static Value view(Value.Sequence.Form form, List<Value> items, Rendering rendering) {
        rendering.budget.elements(items.size());
        return new Value.Sequence(form, items);
    }

    private static Optional<Value.Body> sequence(Value.Sequence sequence, String name, Rendering rendering) {
        return Optional.ofNullable(
                switch (name) {
                    case "index" -> a -> Value.Int.of(indexOf(sequence, a.get(0, "value"), rendering));
                    case "count" ->
                        a -> Value.Int.of(sequence.items().stream()
                                .filter(i -> rendering.comparisons.equal(i, a.get(0, "value")))
                                .count());
                    case "copy" -> a -> sequence;
                    default -> (Value.Body) null;
                });
    }

    private static int indexOf(Value.Sequence sequence, Value value, Rendering rendering) {
        for (int i = 0; i < sequence.items().size(); i++) {
            if (rendering.comparisons.equal(sequence.items().get(i), value)) {
                return i;
            }
        }
        throw new TemplateException(rendering.printer.repr(value) + " is not in list");
    }
}
