package io.baseload.chat.template;

/** What counts as true. */
final class Truth {
    private Truth() {}

    static boolean of(Value value) {
        return switch (value) {
            case Value.Undefined u -> false;
            case Value.None n -> false;
            case Value.Bool b -> b.value();
            case Value.Int i -> i.value().signum() != 0;
            case Value.Real r -> r.value() != 0;
            case Value.Text t -> !t.value().isEmpty();
            case Value.Sequence s -> !s.items().isEmpty();
            case Value.Dict d -> !d.entries().isEmpty();
            case Value.Generator g -> true;
            case Value.Namespace n -> true;
            case Value.Opaque o -> true;
            case Value.Function f -> true;
        };
    }
}
