package io.baseload.chat.api;

import java.util.Optional;

/**
 * What somebody knows better of a model's words than its files.
 *
 * @param chatTemplate source of a chat template to use instead of the model's own
 * @param toolFormat how the model writes calls of tools: one of the formats that docs/chat.md names, such as "hermes"; empty = as the template shows
 */
public record ChatSettings(Optional<String> chatTemplate, Optional<String> toolFormat) {
    public static final ChatSettings NONE = new ChatSettings(Optional.empty(), Optional.empty());
}
