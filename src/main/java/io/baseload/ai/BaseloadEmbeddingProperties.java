package io.baseload.ai;

import io.baseload.engine.api.Precision;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What an application's own configuration says of its embedding model.
 *
 * @param model Folder of the encoder, in Hugging Face's form; required.
 * @param threads Worker threads; 0 takes as many as the CPU quota allows. Of no effect where there is an engine already.
 * @param pinned Whether each worker stays on one CPU.
 * @param contextLength Tokens of a text; 0 is the model's own, up to 8192.
 * @param precision What linear layers compute with: exact or fast.
 * @param maxQueued Requests that may wait beyond the eight that run.
 */
@ConfigurationProperties(BaseloadEmbeddingProperties.PREFIX)
public record BaseloadEmbeddingProperties(
        Path model,
        @DefaultValue("0") int threads,
        @DefaultValue("true") boolean pinned,
        @DefaultValue("0") int contextLength,
        @DefaultValue("fast") Precision precision,
        @DefaultValue("64") int maxQueued) {

    static final String PREFIX = "spring.ai.baseload.embedding";

    /** Fails the binding, which Spring Boot reports by name, where no model is given. */
    public BaseloadEmbeddingProperties {
        requireModel(model);
    }

    private static void requireModel(@Nullable Path model) {
        if (model == null) {
            throw new IllegalArgumentException("the embedding model runs in this process and needs an encoder: set "
                    + PREFIX + ".model to the path of its folder, or choose another embedding model with"
                    + " spring.ai.model.embedding");
        }
    }
}
