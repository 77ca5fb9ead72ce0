package io.baseload.ai;

import org.jspecify.annotations.Nullable;
import org.springframework.ai.embedding.EmbeddingOptions;

/**
 * Spring AI's portable options, and the name of a prompt.
 *
 * @param model null = the encoder's own name, which is the only one allowed
 * @param dimensions null = all
 * @param promptName the name of the text that is placed before each one, for models whose files define such names; null = the application's configuration
 */
public record BaseloadEmbeddingOptions(
        @Nullable String model,
        @Nullable Integer dimensions,
        @Nullable String promptName) implements EmbeddingOptions {

    /** Only a prompt. */
    public static BaseloadEmbeddingOptions prompt(String name) {
        return new BaseloadEmbeddingOptions(null, null, name);
    }

    @Override
    public @Nullable String getModel() {
        return model;
    }

    @Override
    public @Nullable Integer getDimensions() {
        return dimensions;
    }
}
