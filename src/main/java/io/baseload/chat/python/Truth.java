package io.baseload.chat.python;

/** The truth of values. */
public final class Truth {
    private Truth() {}

    public static boolean of(PythonValue value) {
        return switch (value) {
            case PythonValue.Undefined u -> false;
            case PythonValue.None n -> false;
            case PythonValue.Bool b -> b.value();
            case PythonValue.Int i -> i.value().signum() != 0;
            case PythonValue.Real r -> r.value() != 0;
            case PythonValue.Text t -> !t.value().isEmpty();
            case PythonValue.Sequence s -> !s.items().isEmpty();
            case PythonValue.Dict d -> !d.entries().isEmpty();
            case PythonValue.Generator g -> true;
            case PythonValue.Namespace n -> true;
            case PythonValue.Opaque o -> true;
            case PythonValue.Function f -> true;
        };
    }
}
