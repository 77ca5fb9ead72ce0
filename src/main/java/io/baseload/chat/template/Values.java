package io.baseload.chat.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Copies plain data into values. */
final class Values {
    private static final int DEPTH = 100;

    private Values() {}

    static Value of(@Nullable Object data) {
        return of(data, 0);
    }

    private static Value of(@Nullable Object data, int depth) {
        if (depth > DEPTH) {
            throw new TemplateException("the variables nest deeper than " + DEPTH + " levels");
        }
        return switch (data) {
            case null -> Value.None.NONE;
            case String s -> new Value.Text(s);
            case Boolean b -> Value.Bool.of(b);
            case BigInteger i -> new Value.Int(Numbers.bounded(i));
            case Double d -> new Value.Real(d);
            case Float f -> new Value.Real(f);
            case BigDecimal d -> new Value.Real(d.doubleValue());
            case Number n -> Value.Int.of(n.longValue());
            case List<?> l ->
                Value.Sequence.list(l.stream().map(item -> of(item, depth + 1)).toList());
            case Map<?, ?> m -> dict(m, depth);
            default ->
                throw new IllegalArgumentException(
                        "a template can't see a " + data.getClass().getName());
        };
    }

    private static Value dict(Map<?, ?> map, int depth) {
        Map<Value, Value.Dict.Entry> entries = new LinkedHashMap<>();
        map.forEach((name, item) -> {
            Value key = new Value.Text((String) name);
            entries.put(key, new Value.Dict.Entry(key, of(item, depth + 1)));
        });
        return new Value.Dict(entries);
    }
}
