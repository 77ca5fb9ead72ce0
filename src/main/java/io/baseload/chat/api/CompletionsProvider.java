package io.baseload.chat.api;

import io.baseload.engine.api.LoadedModel;
import java.util.Optional;

/** Found by {@link java.util.ServiceLoader}. */
@FunctionalInterface
public interface CompletionsProvider {
    Completions of(LoadedModel model, Optional<String> toolFormat);
}
