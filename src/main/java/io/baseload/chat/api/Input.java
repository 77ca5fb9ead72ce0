package io.baseload.chat.api;

import java.util.List;
import java.util.Map;

/** The input of a model. */
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
     * @param parseSpecial whether the text of a special token becomes that token, or is ordinary text
     * @param addSpecial whether BOS and EOS are added, as the vocabulary says
     */
    record Texts(List<String> prompts, boolean parseSpecial, boolean addSpecial) implements Input {
        public Texts(List<String> prompts) {
            this(prompts, true, true);
        }
    }

    /** Token ids, used unchanged. */
    record Tokens(List<int[]> prompts) implements Input {
        /** Of all prompts together. */
        public int count() {
            return prompts.stream().mapToInt(ids -> ids.length).sum();
        }
    }
}
