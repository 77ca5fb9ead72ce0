package io.baseload.chat.api;

import java.util.List;
import java.util.Optional;

/** The input of an encoder. */
public sealed interface EncodingInput {
    /**
     * Texts, each of which becomes a vector.
     *
     * @param prompt the name of the text that is placed before each one, for models whose files define such names; empty = the default of the files
     */
    record Texts(List<String> texts, Optional<String> prompt) implements EncodingInput {}

    /** Token ids, used unchanged, including those that the tokenizer would add. */
    record Tokens(List<int[]> texts) implements EncodingInput {}

    /** A query, and documents whose relevance to it is computed. */
    record Documents(String query, List<String> documents) implements EncodingInput {}

    /** The number of characters to be tokenized, without a named prompt. */
    default long characters() {
        return switch (this) {
            case Texts texts -> texts.texts().stream().mapToLong(String::length).sum();
            case Tokens tokens -> 0;
            case Documents documents ->
                documents.documents().stream()
                        .mapToLong(document -> documents.query().length() + document.length())
                        .sum();
        };
    }

    /** The field of a request with the texts. */
    default String field() {
        return this instanceof Documents ? "documents" : "input";
    }

    /** The refusal of more tokens than a request may have. */
    default InvalidRequestException tooManyTokens(int max) {
        return new InvalidRequestException(
                field(), "invalid_value", "Invalid '" + field() + "': a request may have at most " + max + " tokens.");
    }

    /** The number of its outputs. */
    default int size() {
        return switch (this) {
            case Texts texts -> texts.texts().size();
            case Tokens tokens -> tokens.texts().size();
            case Documents documents -> documents.documents().size();
        };
    }
}
