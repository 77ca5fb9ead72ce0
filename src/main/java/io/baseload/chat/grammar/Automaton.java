package io.baseload.chat.grammar;

/**
 * A grammar as a network of states: one automaton for each rule, reading bytes, calling other rules (Woods, 1970). Bounded repetition counts: a state in a
 * loop's body comes with how often the body was read before.
 */
final class Automaton {
    /** Reads nothing. */
    static final int EPSILON = 0;

    /** Reads a byte from {@code a} to {@code b}. */
    static final int BYTE = 1;

    /** Reads what rule {@code a} derives, at least one byte of it. */
    static final int CALL = 2;

    /** Reads token {@code a}. */
    static final int TOKEN = 3;

    /** Into the body of loop {@code a}, if it may be read once more. */
    static final int ENTER = 4;

    /** Out of loop {@code a}, if its body was read often enough. */
    static final int EXIT = 5;

    /** From the end of the body of loop {@code a} to its head: counts. */
    static final int BACK = 6;

    /** {@link #loop} of a state that is in none. */
    static final int NO_LOOP = -1;

    /** {@link #plainExit} of a state that is not of that kind. */
    static final int NOT_PLAIN = -1;

    /** Edges of state {@code s}: from {@code edges[s]} to {@code edges[s + 1]}. */
    final int[] edges;

    final int[] kind;
    final int[] a;
    final int[] b;
    final int[] target;

    /** The counting loop that a state's count belongs to. */
    final int[] loop;

    final int[] loopMin;
    final int[] loopMax;

    /** States where a rule ends. */
    final boolean[] ends;

    /** Of states that begin the body of a repetition of characters, all {@link PlainText plain} ones among them: where the repetition is left. */
    final int[] plainExit;

    final int[] ruleStart;

    /** Whether the empty text belongs to the language. */
    final boolean mayBeEmpty;

    /** Rules that may begin a rule come after it. */
    final int[] rank;

    Automaton(AutomatonBuilder builder, int[] rank) {
        this.edges = builder.edgeOffsets();
        int[] order = builder.edgesByState();
        this.kind = pick(builder.kinds, order);
        this.a = pick(builder.as, order);
        this.b = pick(builder.bs, order);
        this.target = pick(builder.targets, order);
        this.loop = builder.loops.toArray();
        this.loopMin = builder.loopMins.toArray();
        this.loopMax = builder.loopMaxes.toArray();
        this.plainExit = builder.plainExits.toArray();
        this.ends = builder.ends();
        this.ruleStart = builder.ruleStarts.toArray();
        this.mayBeEmpty = builder.mayBeEmpty();
        this.rank = rank;
    }

    private static int[] pick(IntList values, int[] order) {
        int[] picked = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            picked[i] = values.get(order[i]);
        }
        return picked;
    }

    /** @throws GrammarException if a token is asked for that a vocabulary of so many doesn't have */
    void requireTokens(int size) {
        for (int edge = 0; edge < kind.length; edge++) {
            if (kind[edge] == TOKEN && a[edge] >= size) {
                throw new GrammarException("", "the vocabulary has no token <[" + a[edge] + "]>");
            }
        }
    }

    long bytes() {
        return (long) Integer.BYTES * (4L * kind.length + 4L * states());
    }

    int states() {
        return loop.length;
    }

    /** Nothing to do but to end the rule: whoever calls and then comes here need not be remembered. */
    boolean onlyEnds(int state) {
        return ends[state] && edges[state] == edges[state + 1];
    }
}
