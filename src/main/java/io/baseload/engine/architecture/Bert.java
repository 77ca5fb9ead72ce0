package io.baseload.engine.architecture;

import io.baseload.engine.config.Dense;
import io.baseload.engine.config.EncoderConfig;
import io.baseload.engine.config.EncoderOutput;
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
 * BERT (Devlin et al., 2019), and models with the same layers: MiniLM, E5, BGE, GTE's first models; RoBERTa (Liu et al., 2019) and XLM-R (Conneau et al., 2020), whose positions begin behind
 * that of padding.
 *
 * <pre>
 * x = ln(E[token] + P[position] + S[segment])
 * x = ln(x + Wo·attention(Wq·x, Wk·x, Wv·x))        for each layer; a token sees the whole text
 * x = ln(x + Wdown·gelu(Wup·x))
 * </pre>
 *
 * All linear layers have biases. A classifier with one label is a cross-encoder: it computes the relevance of a document to a query. GGUF calls all of these {@code bert}, and omits the
 * positions before the first, and BERT's pooler: without it a BERT's relevance can't be computed, only that of XLM-R.
 */
final class Bert implements Architecture {
    static final Key EPSILON = new Key("layer_norm_eps", "attention.layer_norm_epsilon");
    static final Key SEGMENTS = new Key("type_vocab_size", "tokenizer.ggml.token_type_count");
    static final Key CAUSAL = new Key("is_decoder", "attention.causal");
    static final Key POSITIONS = new Key("position_embedding_type", "");
    static final Key ACTIVATION = new Key("hidden_act", "");
    private static final Key PADDING = new Key("pad_token_id", "");
    private static final Key LABELS = new Key("num_labels", "classifier.output_labels");
    private static final String CLASSIFIER = "cls.";
    private static final Set<String> ROBERTAS = Set.of("roberta", "xlm-roberta");

    @Override
    public Set<String> modelTypes() {
        return Set.of("bert", "roberta", "xlm-roberta");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of("bert");
    }

    @Override
    public List<String> prefixes() {
        return List.of("bert.", "roberta.");
    }

    @Override
    public ModelConfig config(Keys keys) {
        EncoderBasis basis = EncoderBasis.of(keys, ModelShape.read(keys, 0));
        basis.require(POSITIONS, "absolute");
        basis.require(ACTIVATION, "gelu");
        basis.requireFalse(CAUSAL);
        int first = ROBERTAS.contains(keys.architecture()) ? 1 + basis.numbers().size(PADDING, 1) : 0;
        var layer = new LayerConfig(
                basis.attention(Optional.empty(), 0, true),
                new Dense(basis.shape().feedForward(), true));
        int segments = basis.numbers().count(SEGMENTS);
        float epsilon = (float) basis.numbers().positive(EPSILON, 1e-12);
        return basis.model(
                new Norms(Norms.Placement.SUM, Norms.Kind.LAYER, epsilon),
                new EncoderConfig(basis.shape().contextLength(), first, segments, true, output(basis)),
                i -> layer);
    }

    /** The relevance if the model has a classifier, otherwise the mean. */
    static EncoderOutput output(EncoderBasis basis) {
        Keys keys = basis.keys();
        if (!(keys.gguf() ? Poolings.ranks(keys) : basis.classifies())) {
            return basis.mean();
        }
        int labels = keys.labels();
        if (labels != 1) {
            throw keys.refuse(
                    LABELS, "has " + labels + " labels: a classifier is supported if it has one, the relevance");
        }
        if (keys.gguf() && !keys.stores(CLASSIFIER + "weight")) {
            throw keys.refuse(
                    Key.ARCHITECTURE,
                    "is bert, with a classifier, but the tensor cls.weight is missing: llama.cpp's converter omits the"
                            + " pooler of BERT, without which its relevance can't be computed. Use the Hugging Face"
                            + " folder");
        }
        return new EncoderOutput.Relevance();
    }

    @Override
    public TensorMap huggingFaceTensors(ModelConfig config) {
        String layer = "encoder.layer.#.";
        TensorMap map = TensorMap.empty()
                .named("embedding", "embeddings.word_embeddings.weight")
                .named("positions", "embeddings.position_embeddings.weight")
                .named("segments", "embeddings.token_type_embeddings.weight")
                .withBias("embedding_norm", "embeddings.LayerNorm.")
                .withBias("layers.#.attention.query", layer + "attention.self.query.")
                .withBias("layers.#.attention.key", layer + "attention.self.key.")
                .withBias("layers.#.attention.value", layer + "attention.self.value.")
                .withBias("layers.#.attention.output", layer + "attention.output.dense.")
                .withBias("layers.#.attention_post_norm", layer + "attention.output.LayerNorm.")
                .withBias("layers.#.feed_forward.up", layer + "intermediate.dense.")
                .withBias("layers.#.feed_forward.down", layer + "output.dense.")
                .withBias("layers.#.feed_forward_post_norm", layer + "output.LayerNorm.")
                .ignoring("embeddings.position_ids")
                .ignoringBelow("cls.")
                .ignoringBelow("lm_head.")
                .ignoringBelow("pooler.");
        return ROBERTAS.contains(config.architecture())
                ? relevance(map, "classifier.dense.", "classifier.out_proj.")
                : relevance(map, "pooler.dense.", "classifier.");
    }

    @Override
    public TensorMap ggufTensors(ModelConfig config) {
        return relevance(ggufEncoder(TensorNames.GGUF), CLASSIFIER, "cls.output.");
    }

    /** The names of GGUF's encoders. */
    static TensorMap ggufEncoder(TensorMap map) {
        return map.named("positions", "position_embd.weight")
                .named("segments", "token_types.weight")
                .withBias("embedding_norm", "token_embd_norm.")
                .ignoringBelow("cls.")
                .withBias("layers.#.attention_post_norm", "blk.#.attn_output_norm.")
                .withBias("layers.#.feed_forward_post_norm", "blk.#.layer_output_norm.");
    }

    static TensorMap relevance(TensorMap map, String dense, String score) {
        return map.withBias("relevance.dense", dense).withBias("relevance.score", score);
    }
}
