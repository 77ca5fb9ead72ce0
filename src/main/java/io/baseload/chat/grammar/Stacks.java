package io.baseload.chat.grammar;

import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * All positions in which a reader may be, as a graph-structured stack (Tomita, 1986): a set of frames, each on a set of frames that called it. Interned by its {@link Reader}, so that equal
 * ones are identical.
 */
final class Stacks {
    static final Stacks NONE = new Stacks(new Frame[0], 0);

    /** A state, the count of its loop or what was read of its {@link Selection}, and the callers of its rule. */
    static final class Frame {
        final int state;
        final long count;
        final Stacks below;
        private long serial;

        Frame(int state, long count, Stacks below) {
            this.state = state;
            this.count = count;
            this.below = below;
        }

        /** Numbers frames in the order in which they were interned. */
        Frame numbered(long serial) {
            this.serial = serial;
            return this;
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // equal ones are identical
        public boolean equals(@Nullable Object other) {
            return other instanceof Frame frame && state == frame.state && count == frame.count && below == frame.below;
        }

        @Override
        public int hashCode() {
            return 31 * (31 * state + Long.hashCode(count)) + System.identityHashCode(below);
        }
    }

    final Frame[] frames;

    /** Whether {@link Reader#END} is among the frames: the text may end here. */
    final boolean mayEnd;

    /** Whether {@link Reader#HOLE} is among the frames. */
    final boolean leaves;

    /** The greatest count of a loop among the frames and those below: a loop whose body begins with a rule counts below the rule's frames. */
    final long greatestCount;

    /** Whether plain characters lead back here; set when first asked for. */
    private @Nullable Boolean staysInPlainText;

    /** The bytes that may come next, as a bit set; set when first asked for. */
    private long @Nullable [] readable;

    /** The result for each byte, as far as it was computed. */
    private @Nullable Stacks @Nullable [] next;

    /** The result for the end of a rule that these frames called. */
    private @Nullable Stacks resumed;

    /** Stacks that the next token can't distinguish from these; set when interned. */
    private @Nullable Stacks representative;

    private Stacks(Frame[] frames, long greatestCount) {
        this.frames = frames;
        this.greatestCount = greatestCount;
        this.mayEnd = has(Reader.END);
        this.leaves = has(Reader.HOLE);
    }

    /** @param frames the frames, without duplicates */
    static Stacks of(Frame[] frames, long greatestCount) {
        Arrays.sort(frames, Comparator.comparingLong(frame -> frame.serial));
        return frames.length == 0 ? NONE : new Stacks(frames, greatestCount);
    }

    boolean isEmpty() {
        return frames.length == 0;
    }

    private boolean has(int state) {
        for (Frame frame : frames) {
            if (frame.state == state) {
                return true;
            }
        }
        return false;
    }

    @Nullable
    Boolean staysInPlainText() {
        return staysInPlainText;
    }

    void staysInPlainText(boolean stays) {
        staysInPlainText = stays;
    }

    long @Nullable [] readable() {
        return readable;
    }

    void readable(long[] bytes) {
        readable = bytes;
    }

    @Nullable
    Stacks next(int b) {
        return next == null ? null : next[b];
    }

    /** Stores the result for a byte; returns whether a table was created for it. */
    boolean next(int b, Stacks stacks) {
        boolean first = next == null;
        if (next == null) {
            next = new Stacks[256];
        }
        next[b] = stacks;
        return first;
    }

    @Nullable
    Stacks resumed() {
        return resumed;
    }

    void resumed(Stacks stacks) {
        resumed = stacks;
    }

    /** Forgets all results. */
    void forget() {
        next = null;
        resumed = null;
    }

    Stacks representative() {
        return representative == null ? this : representative;
    }

    void representative(Stacks stacks) {
        representative = stacks;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // equal frames are identical
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof Stacks stacks) || frames.length != stacks.frames.length) {
            return false;
        }
        for (int i = 0; i < frames.length; i++) {
            if (frames[i] != stacks.frames[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (Frame frame : frames) {
            hash = 31 * hash + System.identityHashCode(frame);
        }
        return hash;
    }
}
