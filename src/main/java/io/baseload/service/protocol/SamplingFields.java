package io.baseload.service.protocol;

import io.baseload.engine.api.SamplingOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** How tokens are chosen and where answers end: the fields that chat and completions share. */
public final class SamplingFields {
    private static final int MAX_STOPS = 4;

    private SamplingFields() {}

    public static SamplingOptions options(Fields fields) {
        return new SamplingOptions(
                fields.decimal("temperature", 0, 2, 1),
                fields.decimal("top_p", 0, 1, 1),
                Math.max(0, fields.integer("top_k", -1, Integer.MAX_VALUE, 0)),
                fields.decimal("min_p", 0, 1, 0),
                fields.decimal("presence_penalty", -2, 2, 0),
                fields.decimal("frequency_penalty", -2, 2, 0),
                fields.find("seed").map(value -> OptionalLong.of(value.int64())).orElse(OptionalLong.empty()),
                fields.find("logit_bias").map(SamplingFields::bias).orElse(Map.of()));
    }

    /** One text or up to four, none of them empty. */
    public static List<String> stops(Fields fields) {
        return fields.find("stop").map(SamplingFields::stops).orElse(List.of());
    }

    private static List<String> stops(Value stop) {
        if (stop.node().isString()) {
            return List.of(stop.nonEmptyText());
        }
        if (!stop.node().isArray()) {
            throw Invalid.type(stop.path(), "a string or an array of strings", stop.node());
        }
        return stop.items(1, MAX_STOPS).stream().map(Value::nonEmptyText).toList();
    }

    private static Map<Integer, Float> bias(Value value) {
        Fields entries = value.fields();
        var biases = new HashMap<Integer, Float>();
        for (String key : entries.names()) {
            Value bias =
                    entries.find(key).orElseThrow(() -> Invalid.value(value.path(), "each value must be a number."));
            biases.put(tokenId(key, value.path()), new Value(bias.node(), value.path()).decimal(-100, 100));
        }
        return biases;
    }

    private static int tokenId(String key, String path) {
        if (!key.matches("[0-9]{1,9}")) {
            throw Invalid.value(path, "each key must be a token id, not '" + key + "'.");
        }
        return Integer.parseInt(key);
    }
}
