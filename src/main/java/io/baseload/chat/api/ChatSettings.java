package io.baseload.chat.api;

import java.util.Optional;

/**
 * Settings that override a model's files.
 *
 * @param chatTemplate source of a chat template to use instead of the model's own
 * @param toolFormat the model's tool-call format: one of the names in docs/chat.md, such as "hermes"; empty = recognized from the template
 */
public record ChatSettings(Optional<String> chatTemplate, Optional<String> toolFormat) {
    public static final ChatSettings NONE = new ChatSettings(Optional.empty(), Optional.empty());
}
