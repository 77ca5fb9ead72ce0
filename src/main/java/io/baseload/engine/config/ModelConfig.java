package io.baseload.engine.config;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.kv.KvLayout;
import java.util.List;
import java.util.Optional;

/**
 * The hyperparameters of a transformer that generates or encodes.
 *
 * @param architecture the family's name in the files
 * @param name the model's name in the files; "" if there is none
 * @param contextLength the context length, in tokens
 * @param vocabulary number of tokens, and of logits
 * @param hidden width of the residual stream
 * @param tied whether the embedding is also the matrix that computes logits
 * @param layers one for each layer, from the embedding up
 * @param encoder an encoder's additional configuration; empty for a model that generates
 */
public record ModelConfig(
        String architecture,
        String name,
        int contextLength,
        int vocabulary,
        int hidden,
        boolean tied,
        Norms norms,
        Factors factors,
        List<LayerConfig> layers,
        Optional<EncoderConfig> encoder) {

    public ModelConfig {
        layers = List.copyOf(layers);
    }

    /** The attention of the first layer; all layers have the same number and width of heads. */
    public AttentionConfig attention() {
        return layers.getFirst().attention();
    }

    /** The routing of mixtures of experts, the same in all layers that have one. */
    public Optional<Routing> routing() {
        return layers.stream()
                .map(LayerConfig::feedForward)
                .filter(Experts.class::isInstance)
                .map(mixture -> ((Experts) mixture).routing())
                .findFirst();
    }

    /**
     * The length up to which a sequence may grow without being recomputed: beyond it, all positions are rotated differently. {@link Integer#MAX_VALUE} in models where the rotation doesn't
     * depend on the length.
     */
    public int recomputedBeyond() {
        return layers.stream()
                .flatMap(layer -> layer.attention().rotation().stream())
                .mapToInt(rope ->
                        rope.scaling() instanceof RopeScaling.LongRope scaling ? scaling.original() : Integer.MAX_VALUE)
                .min()
                .orElse(Integer.MAX_VALUE);
    }

    /** The same layers as an encoder. */
    public ModelConfig with(EncoderConfig made) {
        return new ModelConfig(
                architecture, name, contextLength, vocabulary, hidden, true, norms, factors, layers, Optional.of(made));
    }

    /** The same with a context of at most so many tokens. */
    public ModelConfig within(int length) {
        return new ModelConfig(
                architecture,
                name,
                Math.min(contextLength, length),
                vocabulary,
                hidden,
                tied,
                norms,
                factors,
                layers,
                encoder);
    }

    /** The layout of a token in the KV cache. An encoder keeps nothing: its layers use the same memory, one after the other. */
    public KvLayout kvLayout(KvPrecision precision) {
        AttentionConfig attention = attention();
        return new KvLayout(
                encoder.isPresent() ? 1 : layers.size(),
                attention.kvHeads(),
                attention.keyDim(),
                attention.valueDim(),
                attention.stateWidth(),
                encoder.isPresent() ? KvPrecision.F32 : precision,
                attention.valuesInKeys());
    }
}
