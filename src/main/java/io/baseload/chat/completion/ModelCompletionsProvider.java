package io.baseload.chat.completion;

import io.baseload.chat.api.Completions;
import io.baseload.chat.api.CompletionsProvider;
import io.baseload.engine.api.LoadedModel;

/** What {@link Completions#of} finds. */
public final class ModelCompletionsProvider implements CompletionsProvider {
    @Override
    public Completions of(LoadedModel model) {
        return ModelCompletions.of(model);
    }
}
