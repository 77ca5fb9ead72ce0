package io.baseload.engine.architecture;

import io.baseload.engine.config.ConfigNumbers;
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
import io.baseload.engine.config.Rope;
import io.baseload.engine.config.Scores;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The part of the configuration that BERT and its successors share, read in one way. */
record EncoderBasis(Keys keys, ConfigNumbers numbers, ModelShape shape) {
    private static final Key CLASSES = new Key("architectures", "");

    static EncoderBasis of(Keys keys, ModelShape shape) {
        return new EncoderBasis(keys, new ConfigNumbers(keys), shape);
    }

    /** Refuses a text other than the supported one; a missing key means that one. */
    void require(Key key, String supported) {
        keys.text(key).filter(value -> !value.equals(supported)).ifPresent(value -> {
            throw keys.refuse(key, "is " + value + "; supported is " + supported);
        });
    }

    /** Refuses true; a missing key means false. */
    void requireFalse(Key key) {
        if (keys.flag(key).orElse(false)) {
            throw keys.refuse(key, "is true; supported is false");
        }
    }

    /** Whether a Hugging Face folder has a classifier's class. */
    boolean classifies() {
        return keys.texts(CLASSES).stream().anyMatch(name -> name.endsWith("ForSequenceClassification"));
    }

    /** The output of a family without supported classifiers: the mean, unless the pooling's own files say otherwise. */
    EncoderOutput embedding() {
        if (keys.gguf() ? Poolings.ranks(keys) : classifies()) {
            throw keys.refuse(
                    keys.gguf() ? Key.ARCHITECTURE : CLASSES,
                    "has a classifier, which is not supported in " + keys.architecture());
        }
        return mean();
    }

    /** The mean of a text's rows. GGUF has no key for normalized vectors; its runtimes normalize them. */
    EncoderOutput mean() {
        return new EncoderOutput.Embedding(Pooling.MEAN, keys.gguf());
    }

    /**
     * Attention in which a token sees those before and after it.
     *
     * @param window number of tokens that it sees on each side, including itself; 0 for all
     */
    GroupedQuery attention(Optional<Rope> rope, int window, boolean bias) {
        return new GroupedQuery(
                shape.heads(),
                shape.kvHeads(),
                shape.headDim(),
                rope,
                Scores.bothSides(shape.headDim(), window),
                QueryKeyNorm.NONE,
                bias,
                bias);
    }

    /** @param layer its configuration by its index */
    ModelConfig model(Norms norms, EncoderConfig encoder, IntFunction<LayerConfig> layer) {
        List<LayerConfig> layers =
                IntStream.range(0, shape.layers()).mapToObj(layer).toList();
        return new ModelConfig(
                keys.architecture(),
                keys.name(),
                shape.contextLength() - encoder.firstPosition(),
                keys.vocabulary(),
                shape.hidden(),
                true, // an encoder has no head
                norms,
                Factors.NONE,
                layers,
                Optional.of(encoder));
    }
}
