package io.baseload.chat.completion;

import io.baseload.chat.api.ChatSettings;
import io.baseload.chat.api.Completions;
import io.baseload.chat.api.CompletionsProvider;
import io.baseload.chat.format.ToolFormat;
import io.baseload.chat.format.ToolFormats;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.Vocabulary;
import java.nio.file.Path;
import java.util.List;

/** The provider for {@link Completions#of}. */
public final class ModelCompletionsProvider implements CompletionsProvider {
    @Override
    public Completions of(LoadedModel model, ChatSettings settings) {
        return ModelCompletions.of(
                model, settings.chatTemplate(), settings.toolFormat().map(ModelCompletionsProvider::format));
    }

    @Override
    public List<String> check(Vocabulary vocabulary, Path model) {
        return ModelCompletions.check(vocabulary, model);
    }

    private static ToolFormat format(String name) {
        return ToolFormats.named(name)
                .orElseThrow(() -> new IllegalArgumentException("there is no tool format \"" + name
                        + "\": choose one of " + String.join(", ", ToolFormats.names())));
    }
}
