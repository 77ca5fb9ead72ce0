package io.baseload.engine.config;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.kv.KvLayout;
import java.util.List;
import java.util.Optional;

/**
 * The hyperparameters of a transformer: one that generates, or an encoder.
 *
 * @param architecture the family, as its files call it
 * @param name what the model calls itself, "" if it doesn't
 * @param contextLength tokens that the model was made for
 * @param vocabulary number of tokens, and of logits
 * @param hidden width of the residual stream
 * @param tied whether the matrix that makes logits is the embedding
 * @param layers one for each layer, from the embedding up
 * @param encoder what makes it an encoder; empty for a model that generates
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

    /** The attention of the first layer; those of all layers have heads of one number and width. */
    public AttentionConfig attention() {
        return layers.getFirst().attention();
    }

    /** How mixtures of experts choose, the same in all layers that have one. */
    public Optional<Routing> routing() {
        return layers.stream()
                .map(LayerConfig::feedForward)
                .filter(Experts.class::isInstance)
                .map(mixture -> ((Experts) mixture).routing())
                .findFirst();
    }

    /**
     * Tokens up to which a sequence may grow without being computed again: beyond, all its positions are rotated in another way. {@link Integer#MAX_VALUE} in models
     * where the length doesn't matter.
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

    /** What the KV cache holds of a token. An encoder keeps nothing: its layers have the same room, one after the other. */
    public KvLayout kvLayout(KvPrecision precision) {
        AttentionConfig attention = attention();
        return new KvLayout(
                encoder.isPresent() ? 1 : layers.size(),
                attention.kvHeads(),
                attention.keyDim(),
                attention.valueDim(),
                attention.stateWidth(),
                encoder.isPresent() ? KvPrecision.F32 : precision);
    }
}
