package io.baseload.chat.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
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
            case Value.Dict d -> d.get(rendering.comparisons.key(key));
            case Value.Sequence s -> Numbers.integer(key).flatMap(i -> at(s.items(), i));
            case Value.Text t
            when Numbers.integer(key).isPresent() ->
                at(rendering.iterate(t), Numbers.integer(key).get())
                        .map(character -> t.markup() ? Markup.mark(character) : character);
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

    private static Optional<Value> at(List<Value> items, BigInteger index) {
        BigInteger place = index.signum() < 0 ? index.add(BigInteger.valueOf(items.size())) : index;
        boolean inside = place.signum() >= 0 && place.compareTo(BigInteger.valueOf(items.size())) < 0;
        return inside ? Optional.of(items.get(place.intValue())) : Optional.empty();
    }

    static Value slice(
            Value object,
            Optional<Integer> start,
            Optional<Integer> stop,
            Optional<Integer> step,
            Rendering rendering) {
        return switch (object) {
            case Value.Undefined u -> throw u.failure();
            case Value.Text t -> {
                StringBuilder out = new StringBuilder();
                slice(rendering.iterate(t), start, stop, step).forEach(c -> out.append(Texts.require(c)));
                yield new Value.Text(rendering.text(out.toString()).value(), t.markup());
            }
            case Value.Sequence s -> {
                rendering.budget.spend(s.items().size());
                yield new Value.Sequence(s.form(), slice(s.items(), start, stop, step));
            }
            default -> throw new TemplateException("'" + object.type() + "' object is not subscriptable");
        };
    }

    private static List<Value> slice(
            List<Value> items, Optional<Integer> start, Optional<Integer> stop, Optional<Integer> step) {
        int stride = step.orElse(1);
        if (stride == 0) {
            throw new TemplateException("slice step cannot be zero");
        }
        int size = items.size();
        int low = stride > 0 ? 0 : -1;
        int high = stride > 0 ? size : size - 1;
        int from = start.map(i -> clamp(i, size, low, high)).orElse(stride > 0 ? low : high);
        int to = stop.map(i -> clamp(i, size, low, high)).orElse(stride > 0 ? high : low);
        List<Value> out = new ArrayList<>();
        for (long i = from; stride > 0 ? i < to : i > to; i += stride) {
            out.add(items.get((int) i));
        }
        return out;
    }

    private static int clamp(int index, int size, int low, int high) {
        return Math.clamp(index < 0 ? (long) index + size : index, low, high);
    }
}
