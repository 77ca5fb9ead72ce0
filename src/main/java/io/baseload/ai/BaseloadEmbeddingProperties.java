package io.baseload.ai;

import io.baseload.engine.api.Precision;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The application's configuration of its embedding model.
 *
 * @param model The encoder's GGUF file, Hugging Face folder or imported model; required.
 * @param threads Worker threads; 0 uses as many as the CPU quota allows. No effect if there is already an engine.
 * @param pinned Whether each worker thread is pinned to one CPU.
 * @param contextLength Maximum tokens of a text; 0 is the model's own, up to 8192.
 * @param precision Precision of linear layers: exact or fast.
 * @param promptName Name of the text that is placed before each one, for models whose files define such names; absent uses the default of the files.
 * @param documentPromptName The same for documents, as a vector store adds them; absent is as for other texts.
 * @param maxQueued Requests that may wait beyond the eight that run.
 */
@ConfigurationProperties(BaseloadEmbeddingProperties.PREFIX)
public record BaseloadEmbeddingProperties(
        Path model,
        @DefaultValue("0") int threads,
        @DefaultValue("true") boolean pinned,
        @DefaultValue("0") int contextLength,
        @DefaultValue("fast") Precision precision,
        @Nullable String promptName,
        @Nullable String documentPromptName,
        @DefaultValue("64") int maxQueued) {

    static final String PREFIX = "spring.ai.baseload.embedding";

    /** Makes the binding fail, which Spring Boot reports with the property's name, if no model is given. */
    public BaseloadEmbeddingProperties {
        requireModel(model);
    }

    private static void requireModel(@Nullable Path model) {
        if (model == null) {
            throw new IllegalArgumentException("the embedding model runs in this process and needs an encoder: set "
                    + PREFIX
                    + ".model to the path of its GGUF file, Hugging Face folder or imported model, or choose another"
                    + " embedding model with spring.ai.model.embedding");
        }
    }
}
