package io.baseload.engine.architecture;

import io.baseload.engine.config.Dense;
import io.baseload.engine.config.EncoderConfig;
import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.ModelShape;
import io.baseload.engine.config.Norms;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** DistilBERT (Sanh et al., 2019): BERT without segments. Read from Hugging Face folders only. */
final class DistilBert implements Architecture {
    private static final Key HIDDEN = new Key("dim", "");
    private static final Key LAYERS = new Key("n_layers", "");
    private static final Key HEADS = new Key("n_heads", "");
    private static final Key FEED_FORWARD = new Key("hidden_dim", "");
    private static final Key ACTIVATION = new Key("activation", "");
    private static final float EPSILON = 1e-12f;

    @Override
    public Set<String> modelTypes() {
        return Set.of("distilbert");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of();
    }

    @Override
    public List<String> prefixes() {
        return List.of("distilbert.");
    }

    @Override
    public ModelConfig config(Keys keys) {
        ModelShape shape = ModelShape.read(keys, Key.CONTEXT, HIDDEN, LAYERS, HEADS, FEED_FORWARD);
        EncoderBasis basis = EncoderBasis.of(keys, shape);
        basis.require(ACTIVATION, "gelu");
        var layer = new LayerConfig(basis.attention(Optional.empty(), 0, true), new Dense(shape.feedForward(), true));
        return basis.model(
                new Norms(Norms.Placement.SUM, Norms.Kind.LAYER, EPSILON),
                new EncoderConfig(shape.contextLength(), 0, 0, true, basis.embedding()),
                i -> layer);
    }

    @Override
    public TensorMap huggingFaceTensors(ModelConfig config) {
        String layer = "transformer.layer.#.";
        return TensorMap.empty()
                .named("embedding", "embeddings.word_embeddings.weight")
                .named("positions", "embeddings.position_embeddings.weight")
                .withBias("embedding_norm", "embeddings.LayerNorm.")
                .withBias("layers.#.attention.query", layer + "attention.q_lin.")
                .withBias("layers.#.attention.key", layer + "attention.k_lin.")
                .withBias("layers.#.attention.value", layer + "attention.v_lin.")
                .withBias("layers.#.attention.output", layer + "attention.out_lin.")
                .withBias("layers.#.attention_post_norm", layer + "sa_layer_norm.")
                .withBias("layers.#.feed_forward.up", layer + "ffn.lin1.")
                .withBias("layers.#.feed_forward.down", layer + "ffn.lin2.")
                .withBias("layers.#.feed_forward_post_norm", layer + "output_layer_norm.")
                .ignoring("embeddings.position_ids")
                .ignoringBelow("vocab_");
    }
}
