package io.baseload.chat.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The methods of Python's own types that templates use; none changes its object. */
public final class Methods {
    private Methods() {}

    /** The method, bound to its object. */
    static Optional<PythonValue> find(PythonValue object, String name, Rendering rendering) {
        Optional<PythonValue.Body> body = switch (object) {
            case PythonValue.Text t ->
                TextMethods.find(t.value(), name, rendering)
                        .map(b -> t.markup() ? Markup.method(name, b, rendering) : b);
            case PythonValue.Dict d -> dict(d, name, rendering);
            case PythonValue.Sequence s -> sequence(s, name, rendering);
            case PythonValue.Int i
            when name.equals("bit_length") ->
                Optional.of(a -> PythonValue.Int.of(i.value().abs().bitLength()));
            case PythonValue.Int i when name.equals("real") -> Optional.empty();
            default -> Optional.empty();
        };
        if (object instanceof PythonValue.Int && name.equals("real")) {
            return Optional.of(object);
        }
        return body.map(b -> new PythonValue.Function(name, b));
    }

    public static List<PythonValue> pairs(PythonValue.Dict dict) {
        List<PythonValue> pairs = new ArrayList<>();
        dict.entries().values().forEach(e -> pairs.add(PythonValue.Sequence.tuple(e.key(), e.value())));
        return pairs;
    }

    private static Optional<PythonValue.Body> dict(PythonValue.Dict dict, String name, Rendering rendering) {
        return Optional.ofNullable(
                switch (name) {
                    case "items" -> a -> view(PythonValue.Sequence.Form.ITEMS, pairs(dict), rendering);
                    case "keys" -> a -> view(PythonValue.Sequence.Form.KEYS, Rendering.keys(dict), rendering);
                    case "values" ->
                        a -> view(
                                PythonValue.Sequence.Form.VALUES,
                                dict.entries().values().stream()
                                        .map(PythonValue.Dict.Entry::value)
                                        .toList(),
                                rendering);
                    case "get" ->
                        a -> dict.get(rendering.comparisons.key(a.get(0, "key")))
                                .orElseGet(() -> a.find(1, "default").orElse(PythonValue.None.NONE));
                    case "copy" -> a -> dict;
                    default -> (PythonValue.Body) null;
                });
    }

    private static PythonValue view(PythonValue.Sequence.Form form, List<PythonValue> items, Rendering rendering) {
        rendering.budget.elements(items.size());
        return new PythonValue.Sequence(form, items);
    }

    private static Optional<PythonValue.Body> sequence(
            PythonValue.Sequence sequence, String name, Rendering rendering) {
        return Optional.ofNullable(
                switch (name) {
                    case "index" -> a -> PythonValue.Int.of(indexOf(sequence, a.get(0, "value"), rendering));
                    case "count" ->
                        a -> PythonValue.Int.of(sequence.items().stream()
                                .filter(i -> rendering.comparisons.equal(i, a.get(0, "value")))
                                .count());
                    case "copy" -> a -> sequence;
                    default -> (PythonValue.Body) null;
                });
    }

    private static int indexOf(PythonValue.Sequence sequence, PythonValue value, Rendering rendering) {
        for (int i = 0; i < sequence.items().size(); i++) {
            if (rendering.comparisons.equal(sequence.items().get(i), value)) {
                return i;
            }
        }
        throw new TemplateException(rendering.printer.repr(value) + " is not in list");
    }
}
