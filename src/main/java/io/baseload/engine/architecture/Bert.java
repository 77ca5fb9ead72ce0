package io.baseload.engine.architecture;

import io.baseload.engine.config.ConfigNumbers;
import io.baseload.engine.config.Dense;
import io.baseload.engine.config.EncoderConfig;
import io.baseload.engine.config.EncoderOutput;
import io.baseload.engine.config.Factors;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.ModelShape;
import io.baseload.engine.config.Norms;
import io.baseload.engine.config.Pooling;
import io.baseload.engine.config.QueryKeyNorm;
import io.baseload.engine.config.Scores;
import java.util.Collections;
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
 * All linear layers have biases. Read from Hugging Face folders only. {@code …ForSequenceClassification} with one label is a cross-encoder: it computes the relevance of a document to a query.
 */
final class Bert implements Architecture {
    private static final Key EPSILON = new Key("layer_norm_eps", "");
    private static final Key SEGMENTS = new Key("type_vocab_size", "");
    private static final Key POSITIONS = new Key("position_embedding_type", "");
    private static final Key ACTIVATION = new Key("hidden_act", "");
    private static final Key PADDING = new Key("pad_token_id", "");
    private static final Key CLASSES = new Key("architectures", "");
    private static final Key LABELS = new Key("num_labels", "");
    private static final Key CAUSAL = new Key("is_decoder", "");
    private static final Set<String> ROBERTAS = Set.of("roberta", "xlm-roberta");

    @Override
    public Set<String> modelTypes() {
        return Set.of("bert", "roberta", "xlm-roberta");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of();
    }

    @Override
    public List<String> prefixes() {
        return List.of("bert.", "roberta.");
    }

    @Override
    public ModelConfig config(Keys keys) {
        ModelShape shape = ModelShape.read(keys, 0);
        refuse(keys, POSITIONS, "absolute");
        refuse(keys, ACTIVATION, "gelu");
        if (keys.flag(CAUSAL).orElse(false)) {
            throw keys.refuse(CAUSAL, "is true, supported is false");
        }
        var attention = new GroupedQuery(
                shape.heads(),
                shape.kvHeads(),
                shape.headDim(),
                Optional.empty(),
                Scores.scaled(shape.headDim(), 0),
                QueryKeyNorm.NONE,
                true,
                true);
        var layer = new LayerConfig(attention, new Dense(shape.feedForward(), true));
        var numbers = new ConfigNumbers(keys);
        int first = ROBERTAS.contains(keys.architecture()) ? 1 + numbers.size(PADDING, 1) : 0;
        var encoder = new EncoderConfig(shape.contextLength(), first, segments(keys), true, false, output(keys));
        return new ModelConfig(
                keys.architecture(),
                keys.name(),
                shape.contextLength() - first,
                keys.vocabulary(),
                shape.hidden(),
                keys.tied(true), // concerns the training head, which an encoder doesn't use
                new Norms(Norms.Placement.SUM, Norms.Kind.LAYER, (float) numbers.positive(EPSILON, 1e-12)),
                Factors.NONE,
                Collections.nCopies(shape.layers(), layer),
                Optional.of(encoder));
    }

    private static void refuse(Keys keys, Key key, String supported) {
        keys.text(key).filter(value -> !value.equals(supported)).ifPresent(value -> {
            throw keys.refuse(key, "is " + value + "; supported is " + supported);
        });
    }

    private static int segments(Keys keys) {
        return new ConfigNumbers(keys).count(SEGMENTS);
    }

    private static EncoderOutput output(Keys keys) {
        boolean classifies = keys.texts(CLASSES).stream().anyMatch(name -> name.endsWith("ForSequenceClassification"));
        if (!classifies) {
            return new EncoderOutput.Embedding(Pooling.MEAN, false);
        }
        int labels = keys.labels();
        if (labels != 1) {
            throw keys.refuse(
                    LABELS, "is " + labels + ": a classifier is supported if it has one label, the relevance");
        }
        return new EncoderOutput.Relevance();
    }

    @Override
    public TensorMap huggingFaceTensors(ModelConfig config) {
        TensorMap map = TensorMap.empty()
                .named("embedding", "embeddings.word_embeddings.weight")
                .named("positions", "embeddings.position_embeddings.weight")
                .named("segments", "embeddings.token_type_embeddings.weight")
                .named("embedding_norm", "embeddings.LayerNorm.weight")
                .named("embedding_norm.bias", "embeddings.LayerNorm.bias")
                .ignoring("embeddings.position_ids")
                .ignoringBelow("cls.")
                .ignoringBelow("lm_head.")
                .ignoringBelow("pooler.");
        String layer = "encoder.layer.#.";
        map = linear(map, "attention.query", layer + "attention.self.query.");
        map = linear(map, "attention.key", layer + "attention.self.key.");
        map = linear(map, "attention.value", layer + "attention.self.value.");
        map = linear(map, "attention.output", layer + "attention.output.dense.");
        map = linear(map, "attention_post_norm", layer + "attention.output.LayerNorm.");
        map = linear(map, "feed_forward.up", layer + "intermediate.dense.");
        map = linear(map, "feed_forward.down", layer + "output.dense.");
        map = linear(map, "feed_forward_post_norm", layer + "output.LayerNorm.");
        return ROBERTAS.contains(config.architecture())
                ? relevance(map, "classifier.dense.", "classifier.out_proj.")
                : relevance(map, "pooler.dense.", "classifier.");
    }

    private static TensorMap linear(TensorMap map, String weight, String tensor) {
        return map.named("layers.#." + weight, tensor + "weight")
                .named("layers.#." + weight + ".bias", tensor + "bias");
    }

    private static TensorMap relevance(TensorMap map, String dense, String score) {
        return map.named("relevance.dense", dense + "weight")
                .named("relevance.dense.bias", dense + "bias")
                .named("relevance.score", score + "weight")
                .named("relevance.score.bias", score + "bias");
    }
}
