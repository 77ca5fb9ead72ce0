package io.baseload.engine.api;

/**
 * Tokens of one generation.
 *
 * @param prompt the prompt's length
 * @param completion decoded tokens, including stop tokens
 * @param cached the number of prompt tokens that an earlier request of the same {@link CacheScope} had computed; at most {@code prompt}
 * @param estimated whether the caller of a remote model counted the tokens, because the answer had no usage; never true for this engine
 */
public record Usage(int prompt, int completion, int cached, boolean estimated) {
    /** Fails where the cached tokens aren't some of the prompt's: the rest of the prompt is paid for, and must not be negative. */
    public Usage {
        if (cached < 0 || cached > prompt) {
            throw new IllegalArgumentException(cached + " cached tokens of a prompt of " + prompt);
        }
    }

    /** Usage counted by the engine. */
    public Usage(int prompt, int completion, int cached) {
        this(prompt, completion, cached, false);
    }

    /** Usage with no cached tokens. */
    public Usage(int prompt, int completion) {
        this(prompt, completion, 0);
    }

    public int total() {
        return prompt + completion;
    }
}
