package io.baseload.engine.config;

import java.util.OptionalDouble;

/** Rotary embedding as the metadata and tensors of a GGUF file have it. */
final class GgufRope {
    private static final Key BASE = new Key("", "rope.freq_base");
    private static final Key DIMENSIONS = new Key("", "rope.dimension_count");
    private static final Key TYPE = new Key("", "rope.scaling.type");
    private static final Key FACTOR = new Key("", "rope.scaling.factor");
    private static final Key OLD_FACTOR = new Key("", "rope.scale_linear");

    /** Llama 3's scaling is in a tensor. */
    private static final String FACTORS = "rope_freqs.weight";

    private GgufRope() {}

    static Rope read(Keys keys, int width, double defaultBase) {
        var numbers = new Numbers(keys);
        int dimensions = numbers.size(DIMENSIONS, width);
        if (dimensions > width || dimensions % 2 != 0) {
            throw keys.refuse(
                    DIMENSIONS, "is " + dimensions + ", it must be even and at most the head's width " + width);
        }
        RopeScaling scaling = keys.stores(FACTORS) ? new RopeScaling.Stored("rope.factors") : scaling(keys, numbers);
        return new Rope(numbers.positive(BASE, defaultBase), dimensions, scaling);
    }

    /** Files from before scaling had a type have only {@code rope.scale_linear}. */
    private static RopeScaling scaling(Keys keys, Numbers numbers) {
        String type = keys.text(TYPE).orElse("linear");
        OptionalDouble old = keys.number(OLD_FACTOR);
        double factor = numbers.positive(FACTOR, old.orElse(1));
        return switch (type) {
            case "none" -> new RopeScaling.None();
            case "linear" -> factor == 1 ? new RopeScaling.None() : new RopeScaling.Linear(factor);
            default -> throw keys.refuse(TYPE, "is " + type + "; supported are none and linear");
        };
    }
}
