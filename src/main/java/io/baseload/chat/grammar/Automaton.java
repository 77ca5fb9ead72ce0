package io.baseload.chat.grammar;

import io.baseload.chat.grammar.Stacks.Frame;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A grammar as a network of states: one automaton for each rule, reading bytes, calling other rules (Woods, 1970). Bounded repetition counts: a state in a loop's body has a count of how
 * often the body was read before.
 */
final class Automaton {
    /** Reads nothing. */
    static final int EPSILON = 0;

    /** Reads a byte from {@code a} to {@code b}. */
    static final int BYTE = 1;

    /** Reads a text of rule {@code a}, at least one byte. */
    static final int CALL = 2;

    /** Reads token {@code a}. */
    static final int TOKEN = 3;

    /** Enters the body of loop {@code a}, if it may be read once more. */
    static final int ENTER = 4;

    /** Leaves loop {@code a}, if its body was read often enough. */
    static final int EXIT = 5;

    /** Goes from the end of the body of loop {@code a} to its head, and counts. */
    static final int BACK = 6;

    /** Reads byte {@code a} of a name if a part with bits {@code guards[b]} of the state's {@link Selection} may be read. */
    static final int NAME = 7;

    /** Goes on after the name of part {@code a} of the state's selection. */
    static final int PICK = 8;

    /** Enters a part without a name of the state's selection, if it may be read. */
    static final int OTHER = 9;

    /** Goes on to the separator, if another part of the state's selection may be read. */
    static final int MORE = 10;

    /** Leaves the state's selection, if what was read suffices. */
    static final int DONE = 11;

    /** Reads any {@linkplain WordShapes character of a word}; other edges, which read bytes, read the same. */
    static final int WORD = 12;

    /** {@link #loop} of a state outside of loops. */
    static final int NO_LOOP = -1;

    /** {@link #plainExit} of other states. */
    static final int NOT_PLAIN = -1;

    /** {@link #plainExit} of states from which each run of plain characters can be read, and never leaves the rule. */
    static final int ANY_PLAIN = -2;

    private static final int MAX_STEPS_TO_END = 16;

    /** The edges of state {@code s} are those from {@code edges[s]} to {@code edges[s + 1]}. */
    final int[] edges;

    final int[] kind;
    final int[] a;
    final int[] b;
    final int[] target;

    /** The loop of a state's count. */
    final int[] loop;

    final int[] loopMin;
    final int[] loopMax;

    /** The selections among the loops; null for loops that count. */
    final @Nullable Selection[] selections;

    final long[] guards;

    /** States where a rule ends. */
    final boolean[] ends;

    /** States from which nothing is reached without reading. */
    final boolean[] onlyReads;

    /** States that can only end their rule, so that a call that returns there need not be remembered. */
    final boolean[] onlyEnds;

    /** For states that begin the body of a repetition of characters that include all {@link PlainText plain} ones: the state after the repetition. */
    final int[] plainExit;

    /** For states that begin the body of a repetition of characters: bits of the {@linkplain PlainText#kind kinds} of which all characters can be repeated. */
    final long[] repeats;

    /** Whether that repetition counts. */
    private final boolean[] counts;

    /** States of the first rule from which any text of whole characters leads to its end. */
    final boolean[] acceptsAnything;

    final int[] ruleStart;

    /** Whether the empty text belongs to the language. */
    final boolean mayBeEmpty;

    /** Order of the rules: those that may begin a rule come after it. */
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
        this.selections = builder.selections.toArray(Selection[]::new);
        this.guards = builder.guards.stream().mapToLong(guard -> guard).toArray();
        this.plainExit = builder.plainExits.toArray();
        this.repeats = new long[states()];
        this.counts = new boolean[states()];
        builder.runs.forEach(run -> {
            repeats[run.begin()] = run.kinds();
            counts[run.begin()] = run.counts();
        });
        this.ends = builder.ends();
        this.acceptsAnything = builder.acceptsAnything(edges, order);
        this.ruleStart = builder.ruleStarts.toArray();
        this.mayBeEmpty = builder.mayBeEmpty();
        this.rank = rank;
        this.onlyReads = new boolean[states()];
        this.onlyEnds = new boolean[states()];
        for (int state = 0; state < states(); state++) {
            onlyReads[state] = !ends[state] && edges[state] < edges[state + 1];
            for (int edge = edges[state]; edge < edges[state + 1]; edge++) {
                onlyReads[state] &= kind[edge] == BYTE || kind[edge] == WORD || kind[edge] == TOKEN;
            }
            onlyEnds[state] = leadsToEnd(state);
        }
    }

    private boolean leadsToEnd(int state) {
        int at = state;
        for (int steps = 0; steps < MAX_STEPS_TO_END; steps++) {
            int edge = edges[at];
            if (ends[at] || edges[at + 1] != edge + 1 || kind[edge] != EPSILON) {
                break;
            }
            at = target[edge];
        }
        return ends[at] && edges[at] == edges[at + 1];
    }

    private static int[] pick(IntList values, int[] order) {
        int[] picked = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            picked[i] = values.get(order[i]);
        }
        return picked;
    }

    /** The selection to which a state belongs. */
    Selection selection(int state) {
        return Objects.requireNonNull(selections[loop[state]]);
    }

    boolean allowsName(int edge, Frame frame) {
        return selection(frame.state).allows(frame.count, guards[b[edge]]);
    }

    /** Whether an edge of a frame's state reads a byte. */
    boolean reads(int edge, int value, Frame frame) {
        return switch (kind[edge]) {
            case BYTE -> a[edge] <= value && value <= b[edge];
            case NAME -> a[edge] == value && allowsName(edge, frame);
            default -> false;
        };
    }

    /** The least byte from which on, up to {@code value}, an edge reads all or none. */
    int leastAlike(int edge, int value) {
        return switch (kind[edge]) {
            case BYTE, NAME -> value > greatest(edge) ? greatest(edge) + 1 : value >= a[edge] ? a[edge] : 0;
            default -> 0;
        };
    }

    /** The greatest byte up to which, from {@code value} on, an edge reads all or none. */
    int greatestAlike(int edge, int value) {
        return switch (kind[edge]) {
            case BYTE, NAME -> value < a[edge] ? a[edge] - 1 : value <= greatest(edge) ? greatest(edge) : 255;
            default -> 255;
        };
    }

    private int greatest(int edge) {
        return kind[edge] == BYTE ? b[edge] : a[edge];
    }

    /** Adds the bytes that an edge of a frame's state reads to a bit set. */
    void addReadable(int edge, Frame frame, long[] bytes) {
        if (kind[edge] == BYTE || kind[edge] == NAME && allowsName(edge, frame)) {
            for (int value = a[edge]; value <= greatest(edge); value++) {
                bytes[value >> 6] |= 1L << value;
            }
        }
    }

    /** How often a frame that begins the body of a repetition can still read it. */
    long repetitionsLeft(Frame frame) {
        int most = counts[frame.state] ? loopMax[loop[frame.state]] : Expr.UNBOUNDED;
        return most == Expr.UNBOUNDED ? Long.MAX_VALUE : most - frame.count;
    }

    /** Whether the frame's state is in a loop that counts. */
    boolean isCounted(Frame frame) {
        return frame.state >= 0 && loop[frame.state] != NO_LOOP && selections[loop[frame.state]] == null;
    }

    /** @throws GrammarException if the grammar contains a token that a vocabulary of {@code size} tokens doesn't have */
    void requireTokens(int size) {
        for (int edge = 0; edge < kind.length; edge++) {
            if (kind[edge] == TOKEN && a[edge] >= size) {
                throw new GrammarException("", "the vocabulary has no token <[" + a[edge] + "]>");
            }
        }
    }

    long bytes() {
        return Integer.BYTES * (4L * kind.length + 4L * states())
                + (Long.BYTES + 5L) * states()
                + (long) Long.BYTES * guards.length;
    }

    int states() {
        return loop.length;
    }
}
