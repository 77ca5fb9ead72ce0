package io.baseload.chat.api;

import java.util.List;
import java.util.Map;

/** What a model is asked. */
public sealed interface Input {
    /**
     * A conversation, rendered by the model's chat template.
     *
     * @param variables further variables for the template: text, numbers, booleans, lists and maps of these
     */
    record Chat(List<Message> messages, Map<String, Object> variables) implements Input {}

    /** Plain texts, tokenized with special tokens recognised. */
    record Texts(List<String> prompts) implements Input {}

    /** Token ids as they are. */
    record Tokens(List<int[]> prompts) implements Input {}
}
