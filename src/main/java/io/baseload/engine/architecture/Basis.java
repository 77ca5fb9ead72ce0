package io.baseload.engine.architecture;

import io.baseload.engine.config.Activation;
import io.baseload.engine.config.ConfigNumbers;
import io.baseload.engine.config.Factors;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.ModelShape;
import io.baseload.engine.config.Norms;
import io.baseload.engine.config.Rope;
import io.baseload.engine.config.RopeScaling;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The part of the configuration that nearly all families share, read in one way. */
record Basis(Keys keys, ConfigNumbers numbers, ModelShape shape) {
    private static final Key HIDDEN_ACT = new Key("hidden_act", "");
    private static final Key HIDDEN_ACTIVATION = new Key("hidden_activation", "");
    private static final Key ATTENTION_BIAS = new Key("attention_bias", "");
    private static final Key MLP_BIAS = new Key("mlp_bias", "");
    private static final Key LAYER_TYPES = new Key("layer_types", "");
    private static final Set<String> SILU = Set.of("silu", "swish");
    private static final Set<String> GELU = Set.of("gelu", "gelu_new", "gelu_pytorch_tanh");

    static Basis read(Keys keys) {
        return new Basis(keys, new ConfigNumbers(keys), ModelShape.read(keys, 0));
    }

    /** @param defaultHeadDim width of a head if config.json doesn't specify it */
    static Basis read(Keys keys, int defaultHeadDim) {
        return new Basis(keys, new ConfigNumbers(keys), ModelShape.read(keys, keys.gguf() ? 0 : defaultHeadDim));
    }

    /** Tokens of the sliding window, 0 for none; {@code otherwise} if the files don't have the key. */
    int window(int otherwise) {
        return keys.mentions(Key.WINDOW) ? numbers.count(Key.WINDOW) : otherwise;
    }

    /** @param defaultBase θ if the files don't specify it */
    Optional<Rope> rope(double defaultBase) {
        return Optional.of(keys.rope(shape.headDim(), defaultBase));
    }

    /** Whether queries, keys and values have biases, in a family that has both kinds. */
    boolean attentionBias() {
        return keys.gguf()
                ? keys.stores("blk.0.attn_q.bias")
                : keys.flag(ATTENTION_BIAS).orElse(false);
    }

    /** Whether attention's output has a bias, in a family that has both kinds. */
    boolean outputBias() {
        return keys.gguf() ? keys.stores("blk.0.attn_output.bias") : attentionBias();
    }

    /** A gated feed-forward layer, with biases if the files specify them. */
    Gated silu() {
        boolean bias = keys.gguf()
                ? keys.stores("blk.0.ffn_gate.bias")
                : keys.flag(MLP_BIAS).orElse(false);
        return new Gated(shape.feedForward(), activation(SILU, Activation.SILU), bias);
    }

    /** Gemma's gated feed-forward layer, whose GELU is the tanh form even if an old config says {@code gelu}. */
    Gated gelu() {
        return new Gated(shape.feedForward(), activation(GELU, Activation.GELU_TANH), false);
    }

    private Activation activation(Set<String> names, Activation activation) {
        for (Key key : List.of(HIDDEN_ACT, HIDDEN_ACTIVATION)) {
            keys.text(key).filter(name -> !names.contains(name)).ifPresent(name -> {
                throw keys.refuse(key, "is " + name + "; supported are " + String.join(", ", names));
            });
        }
        return activation;
    }

    /**
     * Whether each layer has a sliding window, according to {@code layer_types}.
     *
     * @param family the family's rule if the files have no such list
     */
    boolean[] sliding(IntFunction<Boolean> family) {
        List<String> types = keys.texts(LAYER_TYPES);
        if (!types.isEmpty() && types.size() != shape.layers()) {
            throw keys.refuse(
                    LAYER_TYPES, "has " + types.size() + " elements, but there are " + shape.layers() + " layers");
        }
        boolean[] sliding = new boolean[shape.layers()];
        for (int i = 0; i < sliding.length; i++) {
            sliding[i] = types.isEmpty() ? family.apply(i) : sliding(types.get(i));
        }
        return sliding;
    }

    private boolean sliding(String type) {
        return switch (type) {
            case "sliding_attention" -> true;
            case "full_attention" -> false;
            default ->
                throw keys.refuse(LAYER_TYPES, "has " + type + "; supported are full_attention and sliding_attention");
        };
    }

    /** A number whose default applies if the files don't have its key; 0, for not used, if they have null or 0. */
    double numberOrNone(Key key, double otherwise) {
        return keys.mentions(key) ? numbers.zeroOrMore(key) : otherwise;
    }

    ModelConfig model(Norms.Placement placement, boolean tied, Factors factors, IntFunction<LayerConfig> layer) {
        List<LayerConfig> layers =
                IntStream.range(0, shape.layers()).mapToObj(layer).toList();
        return new ModelConfig(
                keys.architecture(),
                keys.name(),
                contextLength(layers),
                keys.vocabulary(),
                shape.hidden(),
                tied,
                new Norms(placement, (float) numbers.positive(Key.EPSILON)),
                factors,
                layers,
                Optional.empty());
    }

    /** The context ends where dynamic scaling would begin, because that isn't implemented. */
    private int contextLength(List<LayerConfig> layers) {
        return layers.stream()
                .flatMap(layer -> layer.attention().rotation().stream())
                .mapToInt(rope -> rope.scaling() instanceof RopeScaling.Dynamic(int limit) ? limit : Integer.MAX_VALUE)
                .reduce(shape.contextLength(), Math::min);
    }
}
