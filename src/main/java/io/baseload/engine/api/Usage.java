package io.baseload.engine.api;

/**
 * Tokens of one generation.
 *
 * @param prompt the prompt's length
 * @param completion tokens that were decoded, stop tokens too
 */
public record Usage(int prompt, int completion) {
    public int total() {
        return prompt + completion;
    }
}
