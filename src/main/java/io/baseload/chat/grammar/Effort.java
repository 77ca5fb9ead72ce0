package io.baseload.chat.grammar;

/** What something may cost, counted in steps of a microsecond or less: however its parts multiply, it comes to an end. Used by one thread at a time. */
public final class Effort {
    private static final long ONE_SCHEMA = 10_000_000;

    private long left;

    Effort(long most) {
        this.left = most;
    }

    /** For reading one schema, with all that its patterns and choices multiply to. */
    public static Effort ofOneSchema() {
        return new Effort(ONE_SCHEMA);
    }

    static Effort unlimited() {
        return new Effort(Long.MAX_VALUE);
    }

    /** @throws GrammarException if there isn't so much left */
    public void spend(long steps) {
        if (steps > left) {
            throw new GrammarException("", "too large or too ambiguous: to follow it takes too much memory or time");
        }
        left -= steps;
    }
}
