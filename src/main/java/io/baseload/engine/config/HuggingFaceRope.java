package io.baseload.engine.config;

import io.baseload.engine.config.RopeScaling.Numbers.Listed;
import io.baseload.engine.format.ConfigKeys;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Rotary embedding in config.json: {@code rope_theta} and {@code rope_scaling} with a {@code type} or {@code rope_type}, or everything in {@code rope_parameters}, read as in transformers'
 * {@code modeling_rope_utils}.
 */
final class HuggingFaceRope {
    private static final String GLOBAL = "full_attention";
    private static final String LOCAL = "sliding_attention";
    private static final String PARAMETERS = "rope_parameters";
    private static final String ORIGINAL = "original_max_position_embeddings";

    private final ConfigKeys config;
    private final int dimensions;

    HuggingFaceRope(ConfigKeys config, int dimensions) {
        this.config = config;
        this.dimensions = dimensions;
    }

    Rope read(double defaultBase) {
        ConfigKeys found = config.object(PARAMETERS)
                .map(all -> all.object(GLOBAL).orElse(all))
                .or(() -> config.object("rope_scaling"))
                .orElse(config);
        return rope(found, number(found, "rope_theta", number(config, "rope_theta", defaultBase)));
    }

    /** Layers with a sliding window: a part of {@code rope_parameters}, or unscaled with their own base. */
    Rope local(double defaultBase) {
        ConfigKeys found =
                config.object(PARAMETERS).flatMap(all -> all.object(LOCAL)).orElse(config);
        double base = number(config, "rope_local_base_freq", defaultBase);
        return found == config
                ? new Rope(base, dimensions, new RopeScaling.None())
                : rope(found, number(found, "rope_theta", base));
    }

    private Rope rope(ConfigKeys found, double base) {
        if (dimensions % 2 != 0) {
            throw config.refuse("head_dim", "leaves " + dimensions + " elements to be rotated in pairs");
        }
        return new Rope(base, dimensions, found == config ? new RopeScaling.None() : scaling(found, dimensions / 2));
    }

    private RopeScaling scaling(ConfigKeys scaling, int pairs) {
        String old = scaling.string("type").orElse("default");
        String type = scaling.string("rope_type").orElse(old);
        return switch (type) {
            case "default" -> new RopeScaling.None();
            case "linear" -> new RopeScaling.Linear(number(scaling, "factor"));
            case "dynamic" -> {
                number(scaling, "factor");
                yield new RopeScaling.Dynamic(original(scaling));
            }
            case "llama3" ->
                new RopeScaling.Llama3(
                        number(scaling, "factor"),
                        number(scaling, "low_freq_factor"),
                        number(scaling, "high_freq_factor"),
                        original(scaling));
            case "yarn" -> yarn(scaling);
            case "longrope", "su" -> longRope(scaling, pairs);
            default ->
                throw scaling.refuse(
                        "rope_type",
                        "is " + type + "; supported are default, linear, dynamic, llama3, yarn and longrope");
        };
    }

    private RopeScaling yarn(ConfigKeys scaling) {
        int original = original(scaling);
        double factor = number(scaling, "factor", (double) context() / original);
        OptionalDouble mscale = scaling.number("mscale");
        OptionalDouble all = scaling.number("mscale_all_dim");
        double magnitude = mscale.orElse(0) != 0 && all.orElse(0) != 0
                ? RopeScaling.Yarn.magnitude(factor, mscale.getAsDouble())
                        / RopeScaling.Yarn.magnitude(factor, all.getAsDouble())
                : RopeScaling.Yarn.magnitude(factor, 1);
        return new RopeScaling.Yarn(
                factor,
                number(scaling, "beta_fast", 32),
                number(scaling, "beta_slow", 1),
                original,
                scaling.flag("truncate").orElse(true),
                number(scaling, "attention_factor", magnitude));
    }

    private RopeScaling longRope(ConfigKeys scaling, int pairs) {
        int original = original(scaling);
        double factor = number(scaling, "factor", (double) context() / original);
        double magnitude = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
        return new RopeScaling.LongRope(
                factors(scaling, "short_factor", pairs),
                factors(scaling, "long_factor", pairs),
                original,
                number(scaling, "attention_factor", magnitude));
    }

    private static Listed factors(ConfigKeys scaling, String key, int pairs) {
        List<Double> factors = scaling.numbers(key);
        if (factors.size() != pairs || !factors.stream().allMatch(factor -> factor > 0 && factor < Double.MAX_VALUE)) {
            throw scaling.refuse(key, "must be " + pairs + " positive numbers, one for each rotated pair");
        }
        return new Listed(factors);
    }

    /** Context length of the original training: next to the scaling, inside it, or the model's context length. */
    private int original(ConfigKeys scaling) {
        OptionalLong inside = scaling.integer(ORIGINAL);
        long original = config.integer(ORIGINAL).orElse(inside.orElse(context()));
        if (original < 2 || original > Integer.MAX_VALUE) {
            throw scaling.refuse(ORIGINAL, "is " + original + "; it must be 2 or more");
        }
        return (int) original;
    }

    private long context() {
        return config.integer("max_position_embeddings")
                .orElseThrow(() -> config.refuse("max_position_embeddings", "is missing"));
    }

    private static double number(ConfigKeys keys, String key) {
        double value = keys.number(key).orElseThrow(() -> keys.refuse(key, "is missing"));
        return positive(keys, key, value);
    }

    private static double number(ConfigKeys keys, String key, double otherwise) {
        return positive(keys, key, keys.number(key).orElse(otherwise));
    }

    private static double positive(ConfigKeys keys, String key, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw keys.refuse(key, "is " + value + "; it must be positive");
        }
        return value;
    }
}
