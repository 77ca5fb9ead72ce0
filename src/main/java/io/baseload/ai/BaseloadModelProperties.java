package io.baseload.ai;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The model of the in-process chat model, unless the application loads it.
 *
 * @param model GGUF file, Hugging Face folder or imported model; required.
 */
@ConfigurationProperties(BaseloadChatProperties.PREFIX)
public record BaseloadModelProperties(Path model) {

    /** Makes the binding fail, which Spring Boot reports with the property's name, if no model is given. */
    public BaseloadModelProperties {
        requireModel(model);
    }

    private static void requireModel(@Nullable Path model) {
        if (model == null) {
            throw new IllegalArgumentException("the chat model runs in this process and needs a model: set "
                    + BaseloadChatProperties.PREFIX
                    + ".model to the path of a GGUF file, a Hugging Face folder or an imported model, or choose"
                    + " another chat model with spring.ai.model.chat");
        }
    }
}
