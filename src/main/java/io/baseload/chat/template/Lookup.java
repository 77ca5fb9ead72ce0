package io.baseload.chat.template;

import java.math.BigInteger;
import java.util.Optional;

/** Attributes, items and slices. */
final class Lookup {
    private Lookup() {}

    /** {@code object.name}: a method first, then an item. */
    static Value attribute(Value object, String name, Rendering rendering) {
        return attributeOnly(object, name, rendering)
                .or(() -> object instanceof Value.Dict d ? d.get(new Value.Text(name)) : Optional.empty())
                .orElseGet(() -> missing(object, name));
    }

    /** {@code object[key]}: an item first, then a method. */
    static Value item(Value object, Value key, Rendering rendering) {
        Optional<Value> item = switch (object) {
            case Value.Undefined u -> throw u.failure();
            case Value.Dict d -> Comparisons.isHashable(key) ? d.get(rendering.comparisons.key(key)) : Optional.empty();
            case Value.Sequence s
            when s.hasItems() -> place(key, s.items().size()).map(s.items()::get);
            case Value.Text t -> character(t, key, rendering);
            default -> Optional.empty();
        };
        return item.or(() -> key instanceof Value.Text name
                        ? attributeOnly(object, name.value(), rendering)
                        : Optional.empty())
                .orElseGet(() -> missing(object, rendering.printer.str(key)));
    }

    /** As the filter {@code attr}. */
    static Optional<Value> attributeOnly(Value object, String name, Rendering rendering) {
        return switch (object) {
            case Value.Undefined u -> throw u.failure();
            case Value.Namespace n -> Optional.ofNullable(n.members().get(name));
            case Value.Opaque o -> o.members().member(name);
            case Value.Function f -> f.members().member(name);
            case Value.Sequence s
            when s.form() == Value.Sequence.Form.GROUP && name.equals("grouper") ->
                Optional.of(s.items().get(0));
            case Value.Sequence s
            when s.form() == Value.Sequence.Form.GROUP && name.equals("list") ->
                Optional.of(s.items().get(1));
            default -> Methods.find(object, name, rendering);
        };
    }

    private static Value missing(Value object, String name) {
        String type = object == Value.None.NONE ? "None" : "'" + object.type() + " object'";
        return new Value.Undefined(type + " has no attribute '" + name + "'");
    }

    private static Optional<Value> character(Value.Text text, Value key, Rendering rendering) {
        return place(key, rendering.length(text))
                .map(place -> text.value().codePointAt(text.value().offsetByCodePoints(0, place)))
                .map(c -> new Value.Text(Character.toString(c), text.markup()));
    }

    private static Optional<Integer> place(Value key, int size) {
        return Numbers.integer(key)
                .map(i -> i.signum() < 0 ? i.add(BigInteger.valueOf(size)) : i)
                .filter(i -> i.signum() >= 0 && i.compareTo(BigInteger.valueOf(size)) < 0)
                .map(BigInteger::intValue);
    }

    static Value slice(
            Value object,
            Optional<Integer> start,
            Optional<Integer> stop,
            Optional<Integer> step,
            Rendering rendering) {
        return switch (object) {
            case Value.Undefined u -> throw u.failure();
            case Value.Text t -> new Value.Text(slice(t.value(), start, stop, step, rendering), t.markup());
            case Value.Sequence s
            when s.hasItems() -> {
                Range range = Range.of(start, stop, step, s.items().size());
                rendering.budget.elements(range.size());
                yield new Value.Sequence(
                        s.form(), range.places().map(s.items()::get).toList());
            }
            default -> throw new TemplateException("'" + object.type() + "' object is not subscriptable");
        };
    }

    static String slice(
            String text, Optional<Integer> start, Optional<Integer> stop, Optional<Integer> step, Rendering rendering) {
        rendering.budget.block(text.length());
        Range range = Range.of(start, stop, step, text.codePointCount(0, text.length()));
        if (range.step() == 1) {
            int from = text.offsetByCodePoints(0, range.from());
            return text.substring(from, text.offsetByCodePoints(from, range.size()));
        }
        rendering.budget.characters(text.length());
        int[] characters = text.codePoints().toArray();
        StringBuilder out = new StringBuilder();
        range.places().forEach(i -> out.appendCodePoint(characters[i]));
        return out.toString();
    }
}
