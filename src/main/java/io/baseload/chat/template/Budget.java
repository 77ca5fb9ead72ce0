package io.baseload.chat.template;

/**
 * What one rendering may cost. Fuel is spent for each step, each character and each element that is made, so it bounds time and memory alike; depth bounds
 * the stack.
 */
final class Budget {
    private static final long FUEL = 20_000_000;
    private static final int DEPTH = 300;
    /** A step costs about 50 ns, a character much less: so that the whole budget is spent within 100 ms. */
    private static final int STEP = 10;

    private long fuel = FUEL;
    private int depth;

    /** For making or walking {@code amount} characters or elements. */
    void spend(long amount) {
        if (amount < 0 || amount > fuel) {
            throw new TemplateException("the chat template needs more time or memory than one rendering may take");
        }
        fuel -= amount;
    }

    /** For finding {@code needle} in a text of that length. */
    void spendOnSearch(long haystack, long needle) {
        spend(haystack + haystack / 64 * Math.min(needle, haystack));
    }

    void enter() {
        spend(STEP);
        if (++depth > DEPTH) {
            throw new TemplateException("the chat template nests deeper than " + DEPTH + " levels");
        }
    }

    void leave() {
        depth--;
    }
}
