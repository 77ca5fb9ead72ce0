package io.baseload.chat.template;

import java.math.BigInteger;
import java.util.Optional;

/** Attributes, items and slices. */
final class MemberAccess {
    private MemberAccess() {}

    /** {@code object.name}: a method first, then an item. */
    static TemplateValue attribute(TemplateValue object, String name, Rendering rendering) {
        return attributeOnly(object, name, rendering)
                .or(() ->
                        object instanceof TemplateValue.Dict d ? d.get(new TemplateValue.Text(name)) : Optional.empty())
                .orElseGet(() -> missing(object, name));
    }

    /** {@code object[key]}: an item first, then a method. */
    static TemplateValue item(TemplateValue object, TemplateValue key, Rendering rendering) {
        Optional<TemplateValue> item = switch (object) {
            case TemplateValue.Undefined u -> throw u.failure();
            case TemplateValue.Dict d ->
                Comparisons.isHashable(key) ? d.get(rendering.comparisons.key(key)) : Optional.empty();
            case TemplateValue.Sequence s
            when s.hasItems() -> place(key, s.items().size()).map(s.items()::get);
            case TemplateValue.Text t -> character(t, key, rendering);
            default -> Optional.empty();
        };
        return item.or(() -> key instanceof TemplateValue.Text name
                        ? attributeOnly(object, name.value(), rendering)
                        : Optional.empty())
                .orElseGet(() -> missing(object, rendering.printer.str(key)));
    }

    /** Access as by the filter {@code attr}. */
    static Optional<TemplateValue> attributeOnly(TemplateValue object, String name, Rendering rendering) {
        return switch (object) {
            case TemplateValue.Undefined u -> throw u.failure();
            case TemplateValue.Namespace n -> Optional.ofNullable(n.members().get(name));
            case TemplateValue.Opaque o -> o.members().member(name);
            case TemplateValue.Function f -> f.members().member(name);
            case TemplateValue.Sequence s
            when s.form() == TemplateValue.Sequence.Form.GROUP && name.equals("grouper") ->
                Optional.of(s.items().get(0));
            case TemplateValue.Sequence s
            when s.form() == TemplateValue.Sequence.Form.GROUP && name.equals("list") ->
                Optional.of(s.items().get(1));
            default -> Methods.find(object, name, rendering);
        };
    }

    private static TemplateValue missing(TemplateValue object, String name) {
        String type = object == TemplateValue.None.NONE ? "None" : "'" + object.type() + " object'";
        return new TemplateValue.Undefined(type + " has no attribute '" + name + "'");
    }

    private static Optional<TemplateValue> character(TemplateValue.Text text, TemplateValue key, Rendering rendering) {
        return place(key, rendering.length(text))
                .map(place -> text.value().codePointAt(text.value().offsetByCodePoints(0, place)))
                .map(c -> new TemplateValue.Text(Character.toString(c), text.markup()));
    }

    private static Optional<Integer> place(TemplateValue key, int size) {
        return PythonNumbers.integer(key)
                .map(i -> i.signum() < 0 ? i.add(BigInteger.valueOf(size)) : i)
                .filter(i -> i.signum() >= 0 && i.compareTo(BigInteger.valueOf(size)) < 0)
                .map(BigInteger::intValue);
    }

    static TemplateValue slice(
            TemplateValue object,
            Optional<Integer> start,
            Optional<Integer> stop,
            Optional<Integer> step,
            Rendering rendering) {
        return switch (object) {
            case TemplateValue.Undefined u -> throw u.failure();
            case TemplateValue.Text t ->
                new TemplateValue.Text(slice(t.value(), start, stop, step, rendering), t.markup());
            case TemplateValue.Sequence s
            when s.hasItems() -> {
                Range range = Range.of(start, stop, step, s.items().size());
                rendering.budget.elements(range.size());
                yield new TemplateValue.Sequence(
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
