package io.baseload.engine.architecture;

import io.baseload.engine.config.Activation;
import io.baseload.engine.config.EncoderConfig;
import io.baseload.engine.config.EncoderOutput;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.GroupedQuery;
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

/**
 * GTE v1.5 and mGTE (Zhang et al., 2024), whose type is {@code new}: BERT with a rotary embedding instead of learned positions, and a gated feed-forward layer:
 *
 * <pre>
 * x = ln(E[token] + S[segment])
 * x = ln(x + Wo·attention(rotated Wq·x, rotated Wk·x, Wv·x))        for each layer; a token sees the whole text
 * x = ln(x + Wdown·(gelu(Wgate·x) ⊙ Wup·x))
 * </pre>
 *
 * Linear layers have biases, except gate and up. With the scaling {@code ntk} by a factor f, texts of any length are rotated with the base θ·f and with frequencies divided by f to the power
 * 2/width. The classifier of a multilingual model for words in sparse vectors isn't used.
 */
final class Gte implements Architecture {
    private static final Key LENGTH_SCALE = new Key("logn_attention_scale", "");
    private static final Key LENGTH_CLIP = new Key("logn_attention_clip1", "");
    private static final Key NORM = new Key("layer_norm_type", "");
    private static final Key PACKED = new Key("pack_qkv", "");
    private static final Key UNPADDED = new Key("unpad_inputs", "");
    private static final Key MEMORY_EFFICIENT = new Key("use_memory_efficient_attention", "");
    private static final Key SCALING = new Key("rope_scaling.type", "");
    private static final Key FACTOR = new Key("rope_scaling.factor", "");
    private static final Key MIXED = new Key("rope_scaling.mixed_b", "");
    private static final Key THETA = new Key("rope_theta", "");
    private static final double DEFAULT_THETA = 10_000;

    @Override
    public Set<String> modelTypes() {
        return Set.of("new");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of();
    }

    @Override
    public List<String> prefixes() {
        return List.of("new.");
    }

    @Override
    public ModelConfig config(Keys keys) {
        ModelShape shape = ModelShape.read(keys, 0);
        EncoderBasis basis = EncoderBasis.of(keys, shape);
        basis.require(Bert.POSITIONS, "rope");
        basis.require(Bert.ACTIVATION, "gelu");
        basis.require(NORM, "layer_norm");
        basis.requireFalse(LENGTH_SCALE);
        if (!keys.flag(PACKED).orElse(true)) {
            throw keys.refuse(PACKED, "is false; supported is true");
        }
        List.of(LENGTH_CLIP, UNPADDED, MEMORY_EFFICIENT).forEach(keys::flag); // the result is the same
        var layer = new LayerConfig(
                basis.attention(Optional.of(rope(basis)), 0, true),
                new Gated(shape.feedForward(), Activation.GELU, false, true));
        double epsilon = basis.numbers().positive(Bert.EPSILON, 1e-12);
        int segments = basis.numbers().count(Bert.SEGMENTS);
        return basis.model(
                new Norms(Norms.Placement.SUM, Norms.Kind.LAYER, (float) epsilon),
                new EncoderConfig(0, 0, segments, true, Bert.output(basis)),
                i -> layer);
    }

    private static Rope rope(EncoderBasis basis) {
        int width = basis.shape().headDim();
        if (!basis.keys().text(SCALING).filter("ntk"::equals).isPresent()) {
            return basis.keys().rope(width, DEFAULT_THETA);
        }
        basis.keys().number(MIXED).ifPresent(mixed -> {
            throw basis.keys().refuse(MIXED, "is " + mixed + "; supported is null");
        });
        double factor = basis.numbers().positive(FACTOR);
        double theta = basis.numbers().positive(THETA, DEFAULT_THETA);
        // the authors' code scales nothing if the context doesn't become longer
        return factor <= 1
                ? new Rope(theta, width, new RopeScaling.None())
                : new Rope(theta * factor, width, new RopeScaling.Linear(Math.pow(factor, 2.0 / width)));
    }

    @Override
    public TensorMap huggingFaceTensors(ModelConfig config) {
        String layer = "encoder.layer.#.";
        int width = ((Gated) config.layers().getFirst().feedForward()).width();
        TensorMap map = TensorMap.empty()
                .named("embedding", "embeddings.word_embeddings.weight")
                .named("segments", "embeddings.token_type_embeddings.weight")
                .withBias("embedding_norm", "embeddings.LayerNorm.")
                .queryKeyValueWithBias(layer + "attention.qkv_proj.", (GroupedQuery) config.attention())
                .withBias("layers.#.attention.output", layer + "attention.o_proj.")
                .withBias("layers.#.attention_post_norm", layer + "attn_ln.")
                .slice("layers.#.feed_forward.up", layer + "mlp.up_gate_proj.weight", 0, 2 * width)
                .slice("layers.#.feed_forward.gate", layer + "mlp.up_gate_proj.weight", width, 2 * width)
                .withBias("layers.#.feed_forward.down", layer + "mlp.down_proj.")
                .withBias("layers.#.feed_forward_post_norm", layer + "mlp_ln.")
                .ignoringBelow("lm_head.")
                .ignoringBelow("pooler.");
        boolean ranks = config.encoder()
                .filter(encoder -> encoder.output() instanceof EncoderOutput.Relevance)
                .isPresent();
        return ranks ? Bert.relevance(map, "pooler.dense.", "classifier.") : map.ignoringBelow("classifier.");
    }
}
