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
 * Every third layer sees the whole text; in the others a token sees {@code local_attention / 2} tokens on each side, and rotations have another base. Linear layers have no biases, nor have norms.
 * Read from Hugging Face folders only.
 */
final class ModernBert implements Architecture {
    private static final Key EPSILON = new Key("norm_eps", "");
    private static final Key NORM_BIAS = new Key("norm_bias", "");
    private static final Key ATTENTION_BIAS = new Key("attention_bias", "");
    private static final Key MLP_BIAS = new Key("mlp_bias", "");
    private static final Key ACTIVATION = new Key("hidden_activation", "");
    private static final Key PATTERN = new Key("global_attn_every_n_layers", "");
    private static final Key LOCAL = new Key("local_attention", "");
    private static final Key THETA = new Key("global_rope_theta", "");
    private static final Key LOCAL_THETA = new Key("local_rope_theta", "");

    @Override
    public Set<String> modelTypes() {
        return Set.of("modernbert");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of();
    }

    @Override
    public ModelConfig config(Keys keys) {
        ModelShape shape = ModelShape.read(keys, 0);
        EncoderBasis basis = EncoderBasis.of(keys, shape);
        basis.require(ACTIVATION, "gelu");
        basis.require(Bert.POSITIONS, "absolute"); // is in the files, but means nothing
        List.of(NORM_BIAS, ATTENTION_BIAS, MLP_BIAS).forEach(basis::requireFalse);
        int pattern = basis.numbers().size(PATTERN, 3);
        int each = basis.numbers().size(LOCAL, 128) / 2;
        var global = keys.rope(shape.headDim(), basis.numbers().positive(THETA, 160_000));
        var local = keys.localRope(shape.headDim(), basis.numbers().positive(LOCAL_THETA, 10_000));
        var feedForward = new Gated(shape.feedForward(), Activation.GELU, false);
        var near = new LayerConfig(basis.attention(Optional.of(local), each + 1, false), feedForward);
        var all = new LayerConfig(basis.attention(Optional.of(global), 0, false), feedForward);
        boolean[] sliding = new Basis(keys, basis.numbers(), shape).sliding(i -> i % pattern != 0);
        float epsilon =
                (float) basis.numbers().positive(EPSILON, basis.numbers().positive(Bert.EPSILON, 1e-5));
        return basis.model(
                new Norms(Norms.Placement.PRE, Norms.Kind.LAYER_WITHOUT_BIAS, epsilon),
                new EncoderConfig(0, 0, 0, true, basis.embedding()),
                i -> sliding[i] ? near : all);
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
}
