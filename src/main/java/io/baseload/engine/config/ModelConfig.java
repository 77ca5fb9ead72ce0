package io.baseload.engine.config;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.kv.KvLayout;
import java.util.List;
import java.util.Optional;

/**
 * The hyperparameters of a decoder-only transformer.
 *
 * @param architecture the family, as its files call it
 * @param name what the model calls itself, "" if it doesn't
 * @param contextLength tokens that the model was made for
 * @param vocabulary number of tokens, and of logits
 * @param hidden width of the residual stream
 * @param tied whether the matrix that makes logits is the embedding
 * @param layers one for each layer, from the embedding up
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
        List<LayerConfig> layers) {

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

    /** What the KV cache holds of a token. */
    public KvLayout kvLayout(KvPrecision precision) {
        AttentionConfig attention = attention();
        return new KvLayout(
                layers.size(),
                attention.kvHeads(),
                attention.keyDim(),
                attention.valueDim(),
                attention.stateWidth(),
                precision);
    }
}
