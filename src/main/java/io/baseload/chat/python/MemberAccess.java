package io.baseload.chat.python;

import java.math.BigInteger;
import java.util.Optional;

/** Attributes, items and slices. */
public final class MemberAccess {
    private MemberAccess() {}

    /** {@code object.name}: a method first, then an item. */
    public static PythonValue attribute(PythonValue object, String name, Rendering rendering) {
        return attributeOnly(object, name, rendering)
                .or(() -> object instanceof PythonValue.Dict d ? d.get(new PythonValue.Text(name)) : Optional.empty())
                .orElseGet(() -> missing(object, name));
    }

    /** {@code object[key]}: an item first, then a method. */
    public static PythonValue item(PythonValue object, PythonValue key, Rendering rendering) {
        Optional<PythonValue> item = switch (object) {
            case PythonValue.Undefined u -> throw u.failure();
            case PythonValue.Dict d ->
                Comparisons.isHashable(key) ? d.get(rendering.comparisons.key(key)) : Optional.empty();
            case PythonValue.Sequence s
            when s.hasItems() -> place(key, s.items().size()).map(s.items()::get);
            case PythonValue.Text t -> character(t, key, rendering);
            default -> Optional.empty();
        };
        return item.or(() -> key instanceof PythonValue.Text name
                        ? attributeOnly(object, name.value(), rendering)
                        : Optional.empty())
                .orElseGet(() -> missing(object, rendering.printer.str(key)));
    }

    /** Access as by the filter {@code attr}. */
    public static Optional<PythonValue> attributeOnly(PythonValue object, String name, Rendering rendering) {
        return switch (object) {
            case PythonValue.Undefined u -> throw u.failure();
            case PythonValue.Namespace n -> Optional.ofNullable(n.members().get(name));
            case PythonValue.Opaque o -> o.members().member(name);
            case PythonValue.Function f -> f.members().member(name);
            case PythonValue.Sequence s
            when s.form() == PythonValue.Sequence.Form.GROUP && name.equals("grouper") ->
                Optional.of(s.items().get(0));
            case PythonValue.Sequence s
            when s.form() == PythonValue.Sequence.Form.GROUP && name.equals("list") ->
                Optional.of(s.items().get(1));
            default -> Methods.find(object, name, rendering);
        };
    }

    private static PythonValue missing(PythonValue object, String name) {
        String type = object == PythonValue.None.NONE ? "None" : "'" + object.type() + " object'";
        return new PythonValue.Undefined(type + " has no attribute '" + name + "'");
    }

    private static Optional<PythonValue> character(PythonValue.Text text, PythonValue key, Rendering rendering) {
        return place(key, rendering.length(text))
                .map(place -> text.value().codePointAt(text.value().offsetByCodePoints(0, place)))
                .map(c -> new PythonValue.Text(Character.toString(c), text.markup()));
    }

    private static Optional<Integer> place(PythonValue key, int size) {
        return PythonNumbers.integer(key)
                .map(i -> i.signum() < 0 ? i.add(BigInteger.valueOf(size)) : i)
                .filter(i -> i.signum() >= 0 && i.compareTo(BigInteger.valueOf(size)) < 0)
                .map(BigInteger::intValue);
    }

    public static PythonValue slice(
            PythonValue object,
            Optional<Integer> start,
            Optional<Integer> stop,
            Optional<Integer> step,
            Rendering rendering) {
        return switch (object) {
            case PythonValue.Undefined u -> throw u.failure();
            case PythonValue.Text t -> new PythonValue.Text(slice(t.value(), start, stop, step, rendering), t.markup());
            case PythonValue.Sequence s
            when s.hasItems() -> {
                Range range = Range.of(start, stop, step, s.items().size());
                rendering.budget.elements(range.size());
                yield new PythonValue.Sequence(
                        s.form(), range.places().map(s.items()::get).toList());
            }
            default -> throw new TemplateException("'" + object.type() + "' object is not subscriptable");
        };
    }

    public static String slice(
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
