package io.baseload.chat.api;

import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.Vocabulary;
import java.nio.file.Path;
import java.util.List;

/** Found by {@link java.util.ServiceLoader}. */
public interface CompletionsProvider {
    /** Implements {@link Completions#of(LoadedModel, ChatSettings)}. */
    Completions of(LoadedModel model, ChatSettings settings);

    /** Implements {@link Completions#check}. */
    List<String> check(Vocabulary vocabulary, Path model);
}
