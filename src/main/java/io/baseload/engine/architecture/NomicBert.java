package io.baseload.engine.architecture;

import io.baseload.engine.config.Activation;
import io.baseload.engine.config.EncoderConfig;
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
 * Nomic Embed (Nussbaum et al., 2024): BERT with a rotary embedding instead of learned positions, a gated feed-forward layer, and no biases in linear layers:
 *
 * <pre>
 * x = ln(E[token] + S[segment])
 * x = ln(x + Wo·attention(rotated Wq·x, rotated Wk·x, Wv·x))        for each layer; a token sees the whole text
 * x = ln(x + Wdown·(silu(Wgate·x) ⊙ Wup·x))
 * </pre>
 *
 * A text has at most as many tokens as the texts of the training: beyond that the authors' code stretches the rotations, which isn't implemented.
 */
final class NomicBert implements Architecture {
    private static final Key CONTEXT = new Key("n_positions", "");
    private static final Key TRAINED = new Key("max_trained_positions", "");
    private static final Key HIDDEN = new Key("n_embd", "");
    private static final Key LAYERS = new Key("n_layer", "");
    private static final Key HEADS = new Key("n_head", "");
    private static final Key FEED_FORWARD = new Key("n_inner", "");
    private static final Key EPSILON = new Key("layer_norm_epsilon", "");
    private static final Key THETA = new Key("rotary_emb_base", "");
    private static final Key ROTATED = new Key("rotary_emb_fraction", "");
    private static final Key STRETCHED = new Key("rotary_scaling_factor", "");
    private static final Key ACTIVATION = new Key("activation_function", "");
    private static final Key NEWER_ACTIVATION = new Key("hidden_act", "");
    private static final double DEFAULT_THETA = 1_000;

    @Override
    public Set<String> modelTypes() {
        return Set.of("nomic_bert");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of("nomic-bert");
    }

    @Override
    public List<String> prefixes() {
        return List.of("bert.");
    }

    @Override
    public ModelConfig config(Keys keys) {
        boolean newer = keys.mentions(Key.HIDDEN);
        ModelShape shape =
                newer ? ModelShape.read(keys, 0) : ModelShape.read(keys, CONTEXT, HIDDEN, LAYERS, HEADS, FEED_FORWARD);
        EncoderBasis basis = EncoderBasis.of(keys, shape.within(trained(keys, shape)));
        basis.require(ACTIVATION, "swiglu");
        basis.require(NEWER_ACTIVATION, "silu");
        basis.requireFalse(Bert.CAUSAL);
        Rope rope = newer ? keys.rope(shape.headDim(), DEFAULT_THETA) : rope(basis);
        var layer = new LayerConfig(
                basis.attention(Optional.of(rope), 0, false), new Gated(shape.feedForward(), Activation.SILU, false));
        double epsilon = basis.numbers().positive(newer ? Bert.EPSILON : EPSILON, 1e-12);
        int segments = basis.numbers().count(Bert.SEGMENTS);
        return basis.model(
                new Norms(Norms.Placement.SUM, Norms.Kind.LAYER, (float) epsilon),
                new EncoderConfig(0, 0, segments, true, basis.embedding()),
                i -> layer);
    }

    private static int trained(Keys keys, ModelShape shape) {
        return (int) Math.clamp(keys.integer(TRAINED).orElse(shape.contextLength()), 1, shape.contextLength());
    }

    private static Rope rope(EncoderBasis basis) {
        double rotated = basis.numbers().positive(ROTATED, 1);
        if (rotated != 1) {
            throw basis.keys().refuse(ROTATED, "is " + rotated + "; supported is 1");
        }
        basis.keys().number(STRETCHED); // for longer texts
        double theta = basis.numbers().positive(THETA, DEFAULT_THETA);
        return new Rope(theta, basis.shape().headDim(), new RopeScaling.None());
    }

    @Override
    public TensorMap huggingFaceTensors(ModelConfig config) {
        String layer = "encoder.layers.#.";
        return TensorMap.empty()
                .named("embedding", "embeddings.word_embeddings.weight")
                .named("segments", "embeddings.token_type_embeddings.weight")
                .withBias("embedding_norm", "emb_ln.")
                .named("layers.#.attention.output", layer + "attn.out_proj.weight")
                .withBias("layers.#.attention_post_norm", layer + "norm1.")
                .named("layers.#.feed_forward.up", layer + "mlp.fc11.weight")
                .named("layers.#.feed_forward.gate", layer + "mlp.fc12.weight")
                .named("layers.#.feed_forward.down", layer + "mlp.fc2.weight")
                .withBias("layers.#.feed_forward_post_norm", layer + "norm2.")
                .queryKeyValue(layer + "attn.Wqkv.weight", (GroupedQuery) config.attention())
                .ignoringBelow("cls.")
                .ignoringBelow("pooler.");
    }

    @Override
    public TensorMap ggufTensors(ModelConfig config) {
        return Bert.ggufEncoder(TensorNames.GGUF)
                .queryKeyValue("blk.#.attn_qkv.weight", (GroupedQuery) config.attention());
    }
}
