package io.baseload.chat.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Copies plain data into values, and counts them. */
final class Values {
    private static final int DEPTH = 100;

    private long values;
    private long characters;

    Value copy(@Nullable Object data) {
        return copy(data, 0);
    }

    /** What a template may spend on all that was copied. */
    Budget budget() {
        return new Budget(values, characters);
    }

    private Value copy(@Nullable Object data, int depth) {
        if (depth > DEPTH) {
            throw new TemplateException("the variables nest deeper than " + DEPTH + " levels");
        }
        values++;
        return switch (data) {
            case null -> Value.None.NONE;
            case String s -> text(s);
            case Boolean b -> Value.Bool.of(b);
            case BigInteger i -> new Value.Int(Numbers.bounded(i));
            case Double d -> new Value.Real(d);
            case Float f -> new Value.Real(f);
            case BigDecimal d -> new Value.Real(d.doubleValue());
            case Number n -> Value.Int.of(n.longValue());
            case List<?> l ->
                Value.Sequence.list(
                        l.stream().map(item -> copy(item, depth + 1)).toList());
            case Map<?, ?> m -> dict(m, depth);
            default ->
                throw new IllegalArgumentException(
                        "a template can't see a " + data.getClass().getName());
        };
    }

    private Value text(String text) {
        characters += text.length();
        return new Value.Text(text);
    }

    private Value dict(Map<?, ?> map, int depth) {
        Map<Value, Value.Dict.Entry> entries = new LinkedHashMap<>();
        map.forEach((name, item) -> {
            Value key = text((String) name);
            entries.put(key, new Value.Dict.Entry(key, copy(item, depth + 1)));
        });
        return new Value.Dict(entries);
    }
}
