package io.baseload.engine.config;

import io.baseload.engine.config.RopeScaling.Numbers.Weight;

/** Rotary embedding in the metadata and tensors of a GGUF file. */
final class GgufRope {
    private static final Key BASE = new Key("", "rope.freq_base");
    private static final Key LOCAL_BASE = new Key("", "rope.freq_base_swa");
    private static final Key DIMENSIONS = new Key("", "rope.dimension_count");
    private static final Key TYPE = new Key("", "rope.scaling.type");
    private static final Key FACTOR = new Key("", "rope.scaling.factor");
    private static final Key OLD_FACTOR = new Key("", "rope.scale_linear");
    private static final Key ORIGINAL = new Key("", "rope.scaling.original_context_length");
    private static final Key MAGNITUDE = new Key("", "rope.scaling.attn_factor");
    private static final Key FAST = new Key("", "rope.scaling.yarn_beta_fast");
    private static final Key SLOW = new Key("", "rope.scaling.yarn_beta_slow");

    /** Tensors with a number for each pair. */
    private static final String FACTORS = "rope_freqs.weight";

    private static final String LONG_FACTORS = "rope_factors_long.weight";

    private final GgufKeys keys;
    private final ConfigNumbers numbers;
    private final int headDim;

    GgufRope(GgufKeys keys, int headDim) {
        this.keys = keys;
        this.numbers = new ConfigNumbers(keys);
        this.headDim = headDim;
    }

    Rope read(double defaultBase) {
        return new Rope(numbers.positive(BASE, defaultBase), dimensions(), scaling());
    }

    Rope local(double defaultBase) {
        return new Rope(numbers.positive(LOCAL_BASE, defaultBase), dimensions(), new RopeScaling.None());
    }

    private int dimensions() {
        int dimensions = numbers.size(DIMENSIONS, headDim);
        if (dimensions > headDim || dimensions % 2 != 0) {
            throw keys.refuse(
                    DIMENSIONS, "is " + dimensions + "; it must be even and at most the head's width " + headDim);
        }
        return dimensions;
    }

    /** Llama 3's and Phi 3's scalings have no type: they are tensors. Old files, from before scaling had a type, have only {@code rope.scale_linear}. */
    private RopeScaling scaling() {
        if (keys.stores(FACTORS)) {
            return new RopeScaling.Divided(new Weight("rope.factors"));
        }
        if (keys.stores(LONG_FACTORS)) {
            return longRope();
        }
        String type = keys.text(TYPE).orElse("linear");
        return switch (type) {
            case "none" -> new RopeScaling.None();
            case "linear" -> linear(numbers.positive(FACTOR, numbers.positive(OLD_FACTOR, 1)));
            case "yarn" -> yarn();
            default -> throw keys.refuse(TYPE, "is " + type + "; supported are none, linear and yarn");
        };
    }

    private static RopeScaling linear(double factor) {
        return factor == 1 ? new RopeScaling.None() : new RopeScaling.Linear(factor);
    }

    private RopeScaling longRope() {
        return new RopeScaling.LongRope(
                new Weight("rope.short_factors"),
                new Weight("rope.long_factors"),
                numbers.size(ORIGINAL),
                numbers.positive(MAGNITUDE, 1));
    }

    private RopeScaling yarn() {
        double factor = numbers.positive(FACTOR);
        return new RopeScaling.Yarn(
                factor,
                numbers.positive(FAST, 32),
                numbers.positive(SLOW, 1),
                numbers.size(ORIGINAL),
                true,
                numbers.positive(MAGNITUDE, 1) * RopeScaling.Yarn.magnitude(factor, 1));
    }
}
