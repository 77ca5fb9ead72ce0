package io.baseload.chat.api;

import io.baseload.engine.api.LoadedModel;

/** Found by {@link java.util.ServiceLoader}. */
@FunctionalInterface
public interface CompletionsProvider {
    Completions of(LoadedModel model, ChatSettings settings);
}
