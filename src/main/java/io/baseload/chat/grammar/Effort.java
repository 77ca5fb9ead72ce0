package io.baseload.chat.grammar;

/** A limit on the cost of a computation, in steps of a microsecond or less, so that it ends even if its parts multiply. Used by one thread at a time. */
public final class Effort {
    private static final long MAX_STEPS = 10_000_000;

    private final long most;
    private long left;

    Effort(long most) {
        this.most = most;
        this.left = most;
    }

    /** The limit for reading one schema, with all combinations of its patterns and choices. */
    public static Effort ofOneSchema() {
        return new Effort(MAX_STEPS);
    }

    static Effort unlimited() {
        return new Effort(Long.MAX_VALUE);
    }

    /** @throws GrammarException if there is less left */
    public void spend(long steps) {
        if (steps > left) {
            throw new GrammarException(
                    "", "too large or too ambiguous: compiling or matching it needs too much memory or time");
        }
        left -= steps;
    }

    /** The steps spent so far. */
    long spent() {
        return most - left;
    }
}
