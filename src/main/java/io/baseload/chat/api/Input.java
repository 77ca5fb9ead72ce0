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

    /**
     * Plain texts.
     *
     * @param parseSpecial whether the texts of special tokens are these tokens, or ordinary text
     * @param addSpecial whether the tokens that begin and end a text are added, as the vocabulary says
     */
    record Texts(List<String> prompts, boolean parseSpecial, boolean addSpecial) implements Input {
        public Texts(List<String> prompts) {
            this(prompts, true, true);
        }
    }

    /** Token ids as they are. */
    record Tokens(List<int[]> prompts) implements Input {}
}
