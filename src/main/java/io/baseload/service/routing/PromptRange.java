package io.baseload.service.routing;

import java.util.OptionalInt;

/**
 * The sizes of the prompts that a target of a name gets, in tokens; both ends belong to it.
 *
 * @param max empty = no limit
 */
public record PromptRange(int min, OptionalInt max) {
    public static final PromptRange ANY = new PromptRange(0, OptionalInt.empty());

    public boolean isAny() {
        return equals(ANY);
    }

    public boolean contains(long tokens) {
        return tokens >= min && (max.isEmpty() || tokens <= max.getAsInt());
    }

    /** The highest of its ends: larger prompts are all in it, or all outside. */
    public int highestEnd() {
        return max.orElse(min);
    }

    /** Such as {@code 0-4000} or {@code from 4001}. */
    public String description() {
        return max.isPresent() ? min + "-" + max.getAsInt() : "from " + min;
    }
}
