package io.baseload.engine.api;

/**
 * Tokens of one generation.
 *
 * @param prompt the prompt's length
 * @param completion tokens that were decoded, stop tokens too
 * @param cached how many of the prompt's tokens an earlier request of the same {@link CacheScope} had computed
 * @param estimated whether this was counted from outside, because who computed the answer did not say; never in this engine
 */
public record Usage(int prompt, int completion, int cached, boolean estimated) {
    /** As the engine counts. */
    public Usage(int prompt, int completion, int cached) {
        this(prompt, completion, cached, false);
    }

    /** Of a prompt that was computed as a whole. */
    public Usage(int prompt, int completion) {
        this(prompt, completion, 0);
    }

    public int total() {
        return prompt + completion;
    }
}
