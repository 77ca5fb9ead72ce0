package io.baseload.chat.api;

import io.baseload.engine.api.LoadedModel;
import java.util.Optional;
import java.util.ServiceLoader;

/** The one interface for asking a model in words. Safe for use by several threads. */
public interface Completions {

    /**
     * Makes a loaded model askable: builds its tokenizer and compiles its chat template.
     *
     * @throws io.baseload.engine.api.ModelFileException if the vocabulary or the template is broken or unknown
     */
    static Completions of(LoadedModel model) {
        return of(model, Optional.empty());
    }

    /**
     * As {@link #of(LoadedModel)}, for a model whose template doesn't show how it writes calls of tools.
     *
     * @param toolFormat one of the formats that docs/chat.md names, such as "hermes"; empty = as the template shows
     * @throws IllegalArgumentException if there is no such format
     */
    static Completions of(LoadedModel model, Optional<String> toolFormat) {
        return ServiceLoader.load(CompletionsProvider.class, Completions.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no Baseload chat layer on the class path"))
                .of(model, toolFormat);
    }

    /**
     * Renders and tokenizes; generates nothing yet.
     *
     * @throws InvalidRequestException if the request can't be answered by this model
     */
    PreparedCompletion prepare(CompletionRequest request);
}
