package io.baseload.chat.api;

import io.baseload.engine.api.LoadedModel;
import java.util.ServiceLoader;

/** The one interface for asking a model in words. Safe for use by several threads. */
public interface Completions {

    /**
     * Makes a loaded model askable: builds its tokenizer and compiles its chat template.
     *
     * @throws io.baseload.engine.api.ModelFileException if the vocabulary or the template is broken or unknown
     */
    static Completions of(LoadedModel model) {
        return ServiceLoader.load(CompletionsProvider.class, Completions.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no Baseload chat layer on the class path"))
                .of(model);
    }

    /**
     * Renders and tokenizes; generates nothing yet.
     *
     * @throws InvalidRequestException if the request can't be answered by this model
     */
    PreparedCompletion prepare(CompletionRequest request);
}
