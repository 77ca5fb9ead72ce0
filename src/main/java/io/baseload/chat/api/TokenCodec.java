package io.baseload.chat.api;

import java.util.List;

/** A model's tokens, independent of a request. */
public interface TokenCodec {
    /**
     * The tokens of each prompt as the model would see them, for a conversation those of the rendered template; tools and settings count as in an answer.
     *
     * @throws InvalidRequestException if the input doesn't fit this model, or has more tokens than four contexts or a million
     * @throws io.baseload.engine.api.OverloadedException if too many long prompts of this flow are waiting to be tokenized
     */
    List<int[]> of(CompletionRequest request);

    /**
     * The text of tokens; bytes that are not characters become U+FFFD.
     *
     * @throws InvalidRequestException if an id is not in the vocabulary, if there are more than four contexts or a million of them, or their text has more than 8 MB
     */
    String text(int[] tokens);

    /** The context length: maximum tokens of prompt and answer together. */
    int contextLength();
}
