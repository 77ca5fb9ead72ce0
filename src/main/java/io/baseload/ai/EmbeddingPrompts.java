package io.baseload.ai;

import java.util.Optional;

/**
 * The names of prompts for requests that name none, for models whose files define such names.
 *
 * @param texts for texts, such as questions; empty = the default of the files
 * @param documents for documents; empty = as for texts
 */
public record EmbeddingPrompts(Optional<String> texts, Optional<String> documents) {
    public static final EmbeddingPrompts NONE = new EmbeddingPrompts(Optional.empty(), Optional.empty());
}
