package io.baseload.chat.api;

import java.util.List;
import java.util.Optional;

/** What an encoder is given. */
public sealed interface EncodingInput {
    /**
     * Texts, of each of which a vector is made.
     *
     * @param prompt the name of the text that is put before each, for models whose files name some; empty = what they name as their default
     */
    record Texts(List<String> texts, Optional<String> prompt) implements EncodingInput {}

    /** Token ids as they are, with those that the tokenizer would add. */
    record Tokens(List<int[]> texts) implements EncodingInput {}

    /** A query, and documents whose relevance to it is computed. */
    record Documents(String query, List<String> documents) implements EncodingInput {}

    /** Outputs that it has. */
    default int size() {
        return switch (this) {
            case Texts texts -> texts.texts().size();
            case Tokens tokens -> tokens.texts().size();
            case Documents documents -> documents.documents().size();
        };
    }
}
