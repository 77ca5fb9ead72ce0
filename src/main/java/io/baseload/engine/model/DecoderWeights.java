package io.baseload.engine.model;

import io.baseload.engine.config.AttentionConfig;
import io.baseload.engine.config.Dense;
import io.baseload.engine.config.EncoderConfig;
import io.baseload.engine.config.Experts;
import io.baseload.engine.config.FeedForwardConfig;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.Latent;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.LocalizedFiltering;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.RopeScaling;
import io.baseload.engine.kernel.PromptRows;
import io.baseload.engine.model.DenseFeedForward.DenseWeights;
import io.baseload.engine.model.ExpertsFeedForward.ExpertsWeights;
import io.baseload.engine.model.GatedFeedForward.GatedWeights;
import io.baseload.engine.model.GroupedQueryAttention.GroupedQueryWeights;
import io.baseload.engine.model.LatentAttention.LatentWeights;
import io.baseload.engine.model.LocalizedFilteringAttention.LocalizedFilteringWeights;
import io.baseload.engine.model.NoHeads.NoHeadsWeights;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The weights of a transformer: those of its layers, and those before and after them.
 *
 * @param embedding one row for each token
 * @param norm the final norm; none if norms are those of sums
 * @param head the matrix that computes logits; the embedding itself in a tied model, and in an encoder, which has no logits
 * @param ropeFactors the numbers of each {@link RopeScaling.Numbers.Weight}
 * @param encoder an encoder's additional weights
 */
public record DecoderWeights(
        ModelConfig config,
        PackedMatrix embedding,
        List<Layer> layers,
        Norm norm,
        PackedMatrix head,
        Map<String, float[]> ropeFactors,
        Optional<EncoderWeights> encoder) {

    record Layer(
            Norm attentionNorm,
            BlockWeights attention,
            Norm attentionPostNorm,
            Norm feedForwardNorm,
            BlockWeights feedForward,
            Norm feedForwardPostNorm) {}

    /** Reads all weights of a model, each once. */
    public static DecoderWeights load(ModelConfig config, Weights weights) {
        int hidden = config.hidden();
        PackedMatrix embedding = weights.matrix("embedding", config.vocabulary(), hidden);
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < config.layers().size(); i++) {
            layers.add(layer(config, i, weights));
        }
        Norm norm = config.norms().ofSum() ? Norm.NONE : Norm.load(weights, "norm", hidden, config.norms());
        PackedMatrix head = config.tied() ? embedding : weights.matrix("head", config.vocabulary(), hidden);
        Optional<EncoderWeights> encoder = config.encoder().map(parts -> EncoderWeights.load(parts, config, weights));
        return new DecoderWeights(config, embedding, layers, norm, head, ropeFactors(config, weights), encoder);
    }

    private static Layer layer(ModelConfig config, int index, Weights weights) {
        String prefix = "layers." + index + ".";
        LayerConfig layer = config.layers().get(index);
        boolean before = config.norms().before();
        boolean inputNorm = config.encoder().map(EncoderConfig::inputNorm).orElse(false);
        boolean after = config.norms().after();
        return new Layer(
                before && !(index == 0 && inputNorm) ? norm(weights, prefix + "attention_norm", config) : Norm.NONE,
                attention(config, layer.attention(), index, weights),
                after ? norm(weights, prefix + "attention_post_norm", config) : Norm.NONE,
                before ? norm(weights, prefix + "feed_forward_norm", config) : Norm.NONE,
                feedForward(config, layer.feedForward(), prefix, weights),
                after ? norm(weights, prefix + "feed_forward_post_norm", config) : Norm.NONE);
    }

    private static Norm norm(Weights weights, String name, ModelConfig config) {
        return Norm.load(weights, name, config.hidden(), config.norms());
    }

    private static BlockWeights attention(ModelConfig config, AttentionConfig kind, int layer, Weights weights) {
        return switch (kind) {
            case GroupedQuery grouped when grouped.heads() == 0 -> new NoHeadsWeights(grouped);
            case GroupedQuery grouped ->
                GroupedQueryWeights.load(
                        weights, layer, grouped, config.hidden(), config.norms().epsilon());
            case Latent latent -> LatentWeights.load(weights, layer, latent, config.hidden());
            case LocalizedFiltering filtering ->
                LocalizedFilteringWeights.load(
                        weights, layer, filtering, config.norms().epsilon());
        };
    }

    private static BlockWeights feedForward(
            ModelConfig config, FeedForwardConfig kind, String prefix, Weights weights) {
        return switch (kind) {
            case Gated gated -> GatedWeights.load(weights, prefix + "feed_forward.", gated, config.hidden());
            case Dense dense -> DenseWeights.load(weights, prefix + "feed_forward.", dense, config.hidden());
            case Experts experts -> ExpertsWeights.load(weights, prefix + "feed_forward.", experts, config.hidden());
        };
    }

    private static Map<String, float[]> ropeFactors(ModelConfig config, Weights weights) {
        Map<String, float[]> factors = new TreeMap<>();
        for (LayerConfig layer : config.layers()) {
            layer.attention().rotation().ifPresent(rope -> {
                for (String name : rope.scaling().weights()) {
                    factors.computeIfAbsent(name, key -> weights.vector(key, rope.dimensions() / 2));
                }
            });
        }
        return factors;
    }

    /** The largest number of columns of the matrices, or the width of a key or value. */
    public int widest() {
        int head = Math.max(config.attention().keyDim(), config.attention().valueDim());
        int widest = Math.max(config.hidden(), head);
        for (Layer layer : layers) {
            widest = Math.max(
                    widest,
                    Math.max(layer.attention().widest(), layer.feedForward().widest()));
        }
        return widest;
    }

    /**
     * Elements of the largest input of a linear layer, quantized.
     *
     * @param widest as {@link #widest} of such a model
     * @param rows the most rows of a step
     */
    public static long promptElements(ModelConfig config, int widest, int rows) {
        long most = PromptRows.elements(rows, widest);
        for (LayerConfig layer : config.layers()) {
            if (layer.feedForward() instanceof Experts experts) {
                int inputs = rows * experts.routing().chosen();
                most = Math.max(most, PromptRows.elements(inputs, Math.max(config.hidden(), experts.width())));
            }
        }
        return most;
    }
}
