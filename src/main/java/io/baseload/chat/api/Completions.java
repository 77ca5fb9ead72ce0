package io.baseload.chat.api;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.Vocabulary;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;

/** The one interface for asking a model in words. Safe for use by several threads. */
public interface Completions {

    /** As {@link #of(LoadedModel, ChatSettings)}, by what the model's files say. */
    static Completions of(LoadedModel model) {
        return of(model, ChatSettings.NONE);
    }

    /**
     * Makes a loaded model askable: builds its tokenizer and compiles its chat template.
     *
     * @throws io.baseload.engine.api.ModelFileException if the vocabulary or the template is broken or unknown
     * @throws IllegalArgumentException if the settings name a tool format that there isn't
     */
    static Completions of(LoadedModel model, ChatSettings settings) {
        return provider().of(model, settings);
    }

    /**
     * That a model which is not loaded yet can be asked: its tokenizer is built, and its chat template compiled.
     *
     * @param model the file or folder, for the messages
     * @return what a user should be told; a template that can't be compiled may still be replaced
     * @throws io.baseload.engine.api.ModelFileException if the vocabulary is broken or unknown
     */
    static List<String> check(Vocabulary vocabulary, Path model) {
        return provider().check(vocabulary, model);
    }

    private static CompletionsProvider provider() {
        return ServiceLoader.load(CompletionsProvider.class, Completions.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no Baseload chat layer on the class path"));
    }

    /** Tokens that the prompts have at least, at the cost of one look at each character: for those who want to refuse a question before it is rendered and tokenized. */
    long leastTokens(CompletionRequest request);

    /**
     * The model's tokens.
     *
     * @throws InvalidRequestException if somebody else tokenizes, so that nobody here knows them
     */
    TokenCodec tokens();

    /**
     * Renders and tokenizes; generates nothing yet.
     *
     * @param flow who shares the engine with others
     * @param scope who shares cached prefixes and compiled grammars with others
     * @throws InvalidRequestException if the request can't be answered by this model
     */
    PreparedCompletion prepare(CompletionRequest request, FlowId flow, CacheScope scope);

    /** The same for a program that has the model to itself. */
    default PreparedCompletion prepare(CompletionRequest request) {
        return prepare(request, FlowId.NONE, CacheScope.PRIVATE);
    }
}
