package io.baseload.chat.api;

import java.util.List;

/** A model's tokens, without a question. */
public interface TokenCodec {
    /**
     * The tokens that the model would see of each prompt, of a conversation those of the rendered template; tools and settings count as in an answer.
     *
     * @throws InvalidRequestException if the input can't be put into this model
     */
    List<int[]> of(CompletionRequest request);

    /**
     * The text of tokens; bytes that are no characters become U+FFFD.
     *
     * @throws InvalidRequestException if an id is not in the vocabulary
     */
    String text(int[] tokens);

    /** How many tokens prompt and answer may have together. */
    int contextLength();
}
