package io.baseload.chat.api;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.Vocabulary;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;

/** The interface for using a model with text. Thread-safe. */
public interface Completions {

    /** Like {@link #of(LoadedModel, ChatSettings)}, with the settings of the model's files. */
    static Completions of(LoadedModel model) {
        return of(model, ChatSettings.NONE);
    }

    /**
     * Prepares a loaded model for text: builds its tokenizer and compiles its chat template.
     *
     * @throws io.baseload.engine.api.ModelFileException if the vocabulary or the template is broken or unknown
     * @throws IllegalArgumentException if the settings name an unknown tool format
     */
    static Completions of(LoadedModel model, ChatSettings settings) {
        return provider().of(model, settings);
    }

    /**
     * Checks that a model which is not loaded yet can be used: builds its tokenizer and compiles its chat template.
     *
     * @param model the file or folder, for the messages
     * @return warnings for the user; a template that can't be compiled may still be replaced
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

    /** A lower bound for the tokens of the prompts, at the cost of one look at each character: for callers that want to refuse a request before it is rendered and tokenized. */
    long leastTokens(CompletionRequest request);

    /**
     * The model's tokens.
     *
     * @param flow the flow whose long texts take turns with those of others
     * @throws InvalidRequestException if the prompts are tokenized elsewhere, so that the tokens are unknown here
     */
    TokenCodec tokens(FlowId flow);

    /**
     * Renders and tokenizes; generates nothing yet.
     *
     * @param flow the flow in which the request shares the engine with others
     * @param scope the scope in which cached prefixes and compiled grammars are shared
     * @throws InvalidRequestException if the request can't be answered by this model
     * @throws io.baseload.engine.api.OverloadedException if too many long prompts of this flow are waiting to be tokenized
     */
    PreparedCompletion prepare(CompletionRequest request, FlowId flow, CacheScope scope);

    /** The same for a program that is the only user of the model. */
    default PreparedCompletion prepare(CompletionRequest request) {
        return prepare(request, FlowId.NONE, CacheScope.PRIVATE);
    }
}
