package io.baseload.engine.config;

import io.baseload.engine.format.Metadata;
import java.util.Map;
import java.util.OptionalDouble;

/** Keys that change what a model computes, in ways that this version doesn't: allowed only where their value changes nothing. */
final class Unsupported {
    /** Key, and the value that changes nothing. */
    private static final Map<String, Double> NUMBERS = Map.ofEntries(
            Map.entry("expert_count", 0.0),
            Map.entry("attention.sliding_window", 0.0),
            Map.entry("attention.clamp_kqv", 0.0),
            Map.entry("attention.max_alibi_bias", 0.0),
            Map.entry("attention.temperature_length", 0.0),
            Map.entry("attn_logit_softcapping", 0.0),
            Map.entry("final_logit_softcapping", 0.0),
            Map.entry("logit_scale", 1.0),
            Map.entry("embedding_scale", 1.0),
            Map.entry("residual_scale", 1.0),
            Map.entry("rope.scaling.attn_factor", 1.0));

    /** Keys that none of the supported models has. */
    private static final Map<String, String> PRESENT =
            Map.of("attention.scale", "another scale of attention", "pooling_type", "pooling (an embedding model)");

    private final Metadata keys;
    private final String architecture;

    Unsupported(Metadata keys, String architecture) {
        this.keys = keys;
        this.architecture = architecture;
    }

    void refuse() {
        NUMBERS.forEach(this::number);
        PRESENT.forEach(this::absent);
        String causal = architecture + ".attention.causal";
        if (!keys.flag(causal).orElse(true)) {
            throw keys.refuse(causal, "is false; supported is causal attention only");
        }
    }

    private void number(String name, double neutral) {
        String key = architecture + "." + name;
        OptionalDouble value = keys.number(key);
        if (value.isPresent() && value.getAsDouble() != neutral) {
            throw keys.refuse(key, "is " + value.getAsDouble() + ", which is not supported");
        }
    }

    private void absent(String name, String meaning) {
        String key = architecture + "." + name;
        if (keys.has(key)) {
            throw keys.refuse(key, "asks for " + meaning + ", which is not supported");
        }
    }
}
