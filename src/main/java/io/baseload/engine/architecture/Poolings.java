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

/**
 * Reads the pooling from {@code modules.json} of sentence-transformers. A model of any generating family is an encoder if its folder has that file.
 */
final class Poolings {
    private Poolings() {}

    /** The configuration, changed to an encoder's if the folder has such a file. */
    static ModelConfig applied(ModelConfig config, Keys keys, ModelFolder folder) {
        if (!Files.isDirectory(folder.path()) || isRelevance(config)) {
            return config;
        }
        return SentenceModules.read(folder.path())
                .map(modules -> with(config, keys, embedding(modules)))
                .orElse(config);
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
