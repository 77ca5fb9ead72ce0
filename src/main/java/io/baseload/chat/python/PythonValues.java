package io.baseload.chat.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Copies plain data into values, and counts them. */
public final class PythonValues {
    private static final int MAX_DEPTH = 100;

    private long values;
    private long characters;

    public PythonValue copy(@Nullable Object data) {
        return copy(data, 0);
    }

    /** The budget for a template with the copied values. */
    public Budget budget() {
        return new Budget(values, characters);
    }

    private PythonValue copy(@Nullable Object data, int depth) {
        if (depth > MAX_DEPTH) {
            throw new TemplateException("the variables nest deeper than " + MAX_DEPTH + " levels");
        }
        values++;
        return switch (data) {
            case null -> PythonValue.None.NONE;
            case String s -> text(s);
            case Boolean b -> PythonValue.Bool.of(b);
            case BigInteger i -> new PythonValue.Int(PythonNumbers.bounded(i));
            case Double d -> new PythonValue.Real(d);
            case Float f -> new PythonValue.Real(f);
            case BigDecimal d -> new PythonValue.Real(d.doubleValue());
            case Number n -> PythonValue.Int.of(n.longValue());
            case List<?> l ->
                PythonValue.Sequence.list(
                        l.stream().map(item -> copy(item, depth + 1)).toList());
            case Map<?, ?> m -> dict(m, depth);
            default ->
                throw new IllegalArgumentException(
                        "a template can't see a " + data.getClass().getName());
        };
    }

    private PythonValue text(String text) {
        characters += text.length();
        return new PythonValue.Text(text);
    }

    private PythonValue dict(Map<?, ?> map, int depth) {
        Map<PythonValue, PythonValue.Dict.Entry> entries = new LinkedHashMap<>();
        map.forEach((name, item) -> {
            PythonValue key = text((String) name);
            entries.put(key, new PythonValue.Dict.Entry(key, copy(item, depth + 1)));
        });
        return new PythonValue.Dict(entries);
    }
}
