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
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * ModernBERT (Warner et al., 2024), and embedding models made from it such as GTE-ModernBERT:
 *
 * <pre>
 * x = ln(E[token])
 * x = x + Wo·attention(rotated Wq·h, rotated Wk·h, Wv·h)        h = ln(x), in the first layer x
 * x = x + Wdown·(gelu(Wgate·ln(x)) ⊙ Wup·ln(x))
 * </pre>
 *
 * Some models have silu in place of gelu. Every third layer sees the whole text; in the others a token sees {@code local_attention / 2} tokens on each side, and rotations have another base. Linear layers have no biases, nor have norms.
 */
final class ModernBert implements Architecture {
    private static final Key EPSILON = new Key("norm_eps", "attention.layer_norm_epsilon");
    private static final Key NORM_BIAS = new Key("norm_bias", "");
    private static final Key ATTENTION_BIAS = new Key("attention_bias", "");
    private static final Key MLP_BIAS = new Key("mlp_bias", "");
    private static final Key ACTIVATION = new Key("hidden_activation", "hidden_activation");
    private static final Key PATTERN = new Key("global_attn_every_n_layers", "attention.sliding_window_pattern");
    private static final Key LOCAL = new Key("local_attention", "attention.sliding_window");
    private static final Key THETA = new Key("global_rope_theta", "");
    private static final Key LOCAL_THETA = new Key("local_rope_theta", "");

    @Override
    public Set<String> modelTypes() {
        return Set.of("modernbert");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of("modern-bert");
    }

    @Override
    public ModelConfig config(Keys keys) {
        ModelShape shape = ModelShape.read(keys, 0);
        EncoderBasis basis = EncoderBasis.of(keys, shape);
        basis.require(Bert.POSITIONS, "absolute"); // is in the files, but means nothing
        basis.requireFalse(Bert.CAUSAL);
        List.of(NORM_BIAS, ATTENTION_BIAS, MLP_BIAS).forEach(basis::requireFalse);
        int pattern = basis.numbers().size(PATTERN, 3);
        boolean everywhere = keys.gguf() && basis.numbers().count(LOCAL) == 0;
        int each = everywhere ? 0 : basis.numbers().size(LOCAL, 128) / 2;
        double theta = basis.numbers().positive(THETA, keys.gguf() ? 10_000 : 160_000);
        var global = keys.rope(shape.headDim(), theta);
        var local = keys.localRope(shape.headDim(), basis.numbers().positive(LOCAL_THETA, 10_000));
        var feedForward = new Gated(shape.feedForward(), activation(keys), false);
        var near = new LayerConfig(basis.attention(Optional.of(local), each + 1, false), feedForward);
        var all = new LayerConfig(basis.attention(Optional.of(global), 0, false), feedForward);
        boolean[] sliding = new Basis(keys, basis.numbers(), shape).sliding(i -> !everywhere && i % pattern != 0);
        float epsilon =
                (float) basis.numbers().positive(EPSILON, basis.numbers().positive(Bert.EPSILON, 1e-5));
        return basis.model(
                new Norms(Norms.Placement.PRE, Norms.Kind.LAYER_WITHOUT_BIAS, epsilon),
                new EncoderConfig(0, 0, 0, true, basis.embedding()),
                i -> sliding[i] ? near : all);
    }

    private static Activation activation(Keys keys) {
        String name = keys.text(ACTIVATION).orElse("gelu");
        return switch (name) {
            case "gelu" -> Activation.GELU;
            case "silu" -> Activation.SILU;
            default -> throw keys.refuse(ACTIVATION, "is " + name + "; supported are gelu and silu");
        };
    }

    @Override
    public TensorMap huggingFaceTensors(ModelConfig config) {
        String layer = "layers.#.";
        LayerConfig first = config.layers().getFirst();
        return TensorMap.empty()
                .named("embedding", "embeddings.tok_embeddings.weight")
                .named("embedding_norm", "embeddings.norm.weight")
                .named("norm", "final_norm.weight")
                .named("layers.#.attention_norm", layer + "attn_norm.weight")
                .named("layers.#.attention.output", layer + "attn.Wo.weight")
                .named("layers.#.feed_forward_norm", layer + "mlp_norm.weight")
                .queryKeyValue(layer + "attn.Wqkv.weight", (GroupedQuery) first.attention())
                .gateUp(layer + "mlp.Wi.weight", (Gated) first.feedForward())
                .named("layers.#.feed_forward.down", layer + "mlp.Wo.weight")
                .ignoringBelow("head.")
                .ignoringBelow("decoder.");
    }

    @Override
    public TensorMap ggufTensors(ModelConfig config) {
        LayerConfig first = config.layers().getFirst();
        return Bert.ggufEncoder(TensorNames.GGUF)
                .queryKeyValue("blk.#.attn_qkv.weight", (GroupedQuery) first.attention())
                .gateUp("blk.#.ffn_up.weight", (Gated) first.feedForward());
    }
}
