package io.baseload.chat.api;

import java.util.Map;
import java.util.OptionalInt;

/**
 * How an encoder's texts are cut at their ends. What the tokenizer adds is kept, and so is the query before a document.
 *
 * @param text maximum tokens of a text, or of a query with its document, including those that the tokenizer adds; {@link #CONTEXT} = the model's context length; empty = texts that don't fit
 *     are refused
 * @param document maximum tokens of a document alone; empty = any number
 * @param fields the request's own fields for it, for a remote server
 */
public record Truncation(OptionalInt text, OptionalInt document, Map<String, Object> fields) {
    /** The context length, in place of a number of tokens. */
    public static final int CONTEXT = -1;

    /** Nothing is cut. */
    public static final Truncation NONE = new Truncation(OptionalInt.empty(), OptionalInt.empty(), Map.of());

    /** Whether anything may be cut. */
    public boolean cuts() {
        return text.isPresent() || document.isPresent();
    }
}
