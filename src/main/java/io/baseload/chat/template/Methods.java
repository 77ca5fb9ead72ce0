package io.baseload.chat.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The methods of Python's own types that templates use; none changes its object. */
final class Methods {
    private Methods() {}

    /** The method, bound to its object. */
    static Optional<TemplateValue> find(TemplateValue object, String name, Rendering rendering) {
        Optional<TemplateValue.Body> body = switch (object) {
            case TemplateValue.Text t ->
                TextMethods.find(t.value(), name, rendering)
                        .map(b -> t.markup() ? Markup.method(name, b, rendering) : b);
            case TemplateValue.Dict d -> dict(d, name, rendering);
            case TemplateValue.Sequence s -> sequence(s, name, rendering);
            case TemplateValue.Int i
            when name.equals("bit_length") ->
                Optional.of(a -> TemplateValue.Int.of(i.value().abs().bitLength()));
            case TemplateValue.Int i when name.equals("real") -> Optional.empty();
            default -> Optional.empty();
        };
        if (object instanceof TemplateValue.Int && name.equals("real")) {
            return Optional.of(object);
        }
        return body.map(b -> new TemplateValue.Function(name, b));
    }

    static List<TemplateValue> pairs(TemplateValue.Dict dict) {
        List<TemplateValue> pairs = new ArrayList<>();
        dict.entries().values().forEach(e -> pairs.add(TemplateValue.Sequence.tuple(e.key(), e.value())));
        return pairs;
    }

    private static Optional<TemplateValue.Body> dict(TemplateValue.Dict dict, String name, Rendering rendering) {
        return Optional.ofNullable(
                switch (name) {
                    case "items" -> a -> view(TemplateValue.Sequence.Form.ITEMS, pairs(dict), rendering);
                    case "keys" -> a -> view(TemplateValue.Sequence.Form.KEYS, Rendering.keys(dict), rendering);
                    case "values" ->
                        a -> view(
                                TemplateValue.Sequence.Form.VALUES,
                                dict.entries().values().stream()
                                        .map(TemplateValue.Dict.Entry::value)
                                        .toList(),
                                rendering);
                    case "get" ->
                        a -> dict.get(rendering.comparisons.key(a.get(0, "key")))
                                .orElseGet(() -> a.find(1, "default").orElse(TemplateValue.None.NONE));
                    case "copy" -> a -> dict;
                    default -> (TemplateValue.Body) null;
                });
    }

    private static TemplateValue view(
            TemplateValue.Sequence.Form form, List<TemplateValue> items, Rendering rendering) {
        rendering.budget.elements(items.size());
        return new TemplateValue.Sequence(form, items);
    }

    private static Optional<TemplateValue.Body> sequence(
            TemplateValue.Sequence sequence, String name, Rendering rendering) {
        return Optional.ofNullable(
                switch (name) {
                    case "index" -> a -> TemplateValue.Int.of(indexOf(sequence, a.get(0, "value"), rendering));
                    case "count" ->
                        a -> TemplateValue.Int.of(sequence.items().stream()
                                .filter(i -> rendering.comparisons.equal(i, a.get(0, "value")))
                                .count());
                    case "copy" -> a -> sequence;
                    default -> (TemplateValue.Body) null;
                });
    }

    private static int indexOf(TemplateValue.Sequence sequence, TemplateValue value, Rendering rendering) {
        for (int i = 0; i < sequence.items().size(); i++) {
            if (rendering.comparisons.equal(sequence.items().get(i), value)) {
                return i;
            }
        }
        throw new TemplateException(rendering.printer.repr(value) + " is not in list");
    }
}
