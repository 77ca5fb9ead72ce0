package io.baseload.chat.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Copies plain data into values, and counts them. */
final class TemplateValues {
    private static final int DEPTH = 100;

    private long values;
    private long characters;

    TemplateValue copy(@Nullable Object data) {
        return copy(data, 0);
    }

    /** The budget for a template with the copied values. */
    Budget budget() {
        return new Budget(values, characters);
    }

    private TemplateValue copy(@Nullable Object data, int depth) {
        if (depth > DEPTH) {
            throw new TemplateException("the variables nest deeper than " + DEPTH + " levels");
        }
        values++;
        return switch (data) {
            case null -> TemplateValue.None.NONE;
            case String s -> text(s);
            case Boolean b -> TemplateValue.Bool.of(b);
            case BigInteger i -> new TemplateValue.Int(PythonNumbers.bounded(i));
            case Double d -> new TemplateValue.Real(d);
            case Float f -> new TemplateValue.Real(f);
            case BigDecimal d -> new TemplateValue.Real(d.doubleValue());
            case Number n -> TemplateValue.Int.of(n.longValue());
            case List<?> l ->
                TemplateValue.Sequence.list(
                        l.stream().map(item -> copy(item, depth + 1)).toList());
            case Map<?, ?> m -> dict(m, depth);
            default ->
                throw new IllegalArgumentException(
                        "a template can't see a " + data.getClass().getName());
        };
    }

    private TemplateValue text(String text) {
        characters += text.length();
        return new TemplateValue.Text(text);
    }

    private TemplateValue dict(Map<?, ?> map, int depth) {
        Map<TemplateValue, TemplateValue.Dict.Entry> entries = new LinkedHashMap<>();
        map.forEach((name, item) -> {
            TemplateValue key = text((String) name);
            entries.put(key, new TemplateValue.Dict.Entry(key, copy(item, depth + 1)));
        });
        return new TemplateValue.Dict(entries);
    }
}
