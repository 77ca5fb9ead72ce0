package io.baseload.engine.architecture;

import io.baseload.engine.config.EncoderConfig;
import io.baseload.engine.config.EncoderOutput;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.Pooling;
import io.baseload.engine.format.ModelFolder;
import io.baseload.engine.format.SentenceModules;
import java.nio.file.Files;
import java.util.Optional;

/**
 * Reads the pooling from {@code modules.json} of sentence-transformers, or from {@code pooling_type} in GGUF. A model of any generating family is an encoder if it has that file or key.
 */
final class Poolings {
    private static final Key TYPE = new Key("", "pooling_type");

    /** GGUF's numbers. */
    private static final int NONE = 0;

    private static final int MEAN = 1;
    private static final int FIRST = 2;
    private static final int LAST = 3;
    private static final int RANK = 4;

    /** The tensor by which a cross-encoder is recognized in a file that names no pooling. */
    private static final String SCORE = "cls.output.weight";

    private Poolings() {}

    /** The configuration, changed to an encoder's if the files declare pooling. */
    static ModelConfig applied(ModelConfig config, Keys keys, ModelFolder folder) {
        if (isRelevance(config)) {
            return config;
        }
        if (keys.gguf()) {
            return gguf(keys)
                    .map(pooling -> with(config, keys, new EncoderOutput.Embedding(pooling, true)))
                    .orElse(config);
        }
        if (!Files.isDirectory(folder.path())) {
            return config;
        }
        return SentenceModules.read(folder.path())
                .map(modules -> with(config, keys, embedding(modules)))
                .orElse(config);
    }

    private static Optional<Pooling> gguf(Keys keys) {
        long type = keys.integer(TYPE).orElse(NONE);
        return switch ((int) Math.clamp(type, -1, Integer.MAX_VALUE)) {
            case NONE -> Optional.empty();
            case MEAN -> Optional.of(Pooling.MEAN);
            case FIRST -> Optional.of(Pooling.FIRST);
            case LAST -> Optional.of(Pooling.LAST);
            default -> throw keys.refuse(TYPE, "is " + type + "; supported are 1 (mean), 2 (first) and 3 (last)");
        };
    }

    /** Whether a GGUF file is a cross-encoder. Converters write the pooling of only some of them. */
    static boolean ranks(Keys keys) {
        long type = keys.integer(TYPE).orElse(NONE);
        return type == RANK || type == NONE && keys.stores(SCORE);
    }

    private static boolean isRelevance(ModelConfig config) {
        return config.encoder()
                .filter(encoder -> encoder.output() instanceof EncoderOutput.Relevance)
                .isPresent();
    }

    private static ModelConfig with(ModelConfig config, Keys keys, EncoderOutput.Embedding output) {
        if (config.encoder().isPresent()) {
            return config.with(config.encoder().get().with(output));
        }
        if (!config.layers().stream().allMatch(layer -> layer.attention() instanceof GroupedQuery)) {
            throw keys.refuse(
                    Key.ARCHITECTURE, "is " + config.architecture() + ", which has no embeddings in this version");
        }
        return config.with(EncoderConfig.ofDecoder(output));
    }

    private static EncoderOutput.Embedding embedding(SentenceModules modules) {
        Pooling pooling = switch (modules.pooling()) {
            case "cls" -> Pooling.FIRST;
            case "lasttoken" -> Pooling.LAST;
            default -> Pooling.MEAN;
        };
        return new EncoderOutput.Embedding(pooling, modules.normalized());
    }
}
