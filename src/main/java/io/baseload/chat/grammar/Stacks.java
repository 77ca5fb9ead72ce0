package io.baseload.chat.grammar;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
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
        private final int hash;
        private long serial;
        private long closure;

        Frame(int state, long count, Stacks below) {
            this.state = state;
            this.count = count;
            this.below = below;
            this.hash = mixed(mixed(below.hash, state), Long.hashCode(count));
        }

        /** Numbers frames in the order in which they were interned. */
        Frame numbered(long serial) {
            this.serial = serial;
            return this;
        }

        /** Whether a closure, given by its number, hasn't met the frame before. */
        boolean isNewIn(long number) {
            boolean first = closure != number;
            closure = number;
            return first;
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // equal ones are identical
        public boolean equals(@Nullable Object other) {
            return other instanceof Frame frame && state == frame.state && count == frame.count && below == frame.below;
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    final Frame[] frames;

    /** Whether {@link Reader#END} is among the frames: the text may end here. */
    final boolean mayEnd;

    /** Whether {@link Reader#HOLE} is among the frames. */
    final boolean leaves;

    /** The greatest count of a loop among the frames and those below: a loop whose body begins with a rule counts below the rule's frames. */
    final long greatestCount;

    private final int hash;

    /** Bits of the kinds of {@link PlainText plain} characters that lead back here, and of those that don't, as far as they were asked for. */
    private long keeping;

    private long leading;

    /** The bytes that may come next, as a bit set; set when first asked for. */
    private long @Nullable [] readable;

    /** The result for each byte, as far as it was computed. */
    private @Nullable Stacks @Nullable [] next;

    /** The result for the end of a rule that these frames called. */
    private @Nullable Stacks resumed;

    /** Stacks that any character of a word leads to. */
    private @Nullable Stacks afterWord;

    /** For {@linkplain WordShapes shapes} the greatest count while their texts are read, −1 if not all are read. */
    private @Nullable Map<Integer, Long> shapes;

    /** Stacks that the next token can't distinguish from these; set when interned. */
    private @Nullable Stacks representative;

    private Stacks(Frame[] frames, long greatestCount) {
        this.frames = frames;
        this.greatestCount = greatestCount;
        this.mayEnd = has(Reader.END);
        this.leaves = has(Reader.HOLE);
        int mixture = 1;
        for (Frame frame : frames) {
            mixture = mixed(mixture, frame.hash);
        }
        this.hash = mixture;
    }

    /** A hash of two, in whose bits all of theirs are spread (a round of MurmurHash3). */
    private static int mixed(int mixture, int more) {
        int spread = Integer.rotateLeft(more * 0xCC9E2D51, 15) * 0x1B873593;
        return Integer.rotateLeft(mixture ^ spread, 13) * 5 + 0xE6546B64;
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

    /** The kinds among some of which it isn't known whether they lead back here; none if one is known that doesn't. */
    long unknownKinds(long kinds) {
        return (leading & kinds) != 0 ? 0 : kinds & ~keeping;
    }

    boolean isKeptBy(long kinds) {
        return (kinds & ~keeping) == 0;
    }

    void knowKind(int kind, boolean keeps) {
        keeping |= keeps ? 1L << kind : 0;
        leading |= keeps ? 0 : 1L << kind;
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

    /** Stores the result for the bytes from {@code least} to {@code greatest}; returns whether a table was created for it. */
    boolean next(int least, int greatest, Stacks stacks) {
        boolean first = next == null;
        if (next == null) {
            next = new Stacks[256];
        }
        Arrays.fill(next, least, greatest + 1, stacks);
        return first;
    }

    @Nullable
    Stacks resumed() {
        return resumed;
    }

    void resumed(Stacks stacks) {
        resumed = stacks;
    }

    @Nullable
    Stacks afterWord() {
        return afterWord;
    }

    void afterWord(Stacks stacks) {
        afterWord = stacks;
    }

    Map<Integer, Long> shapes() {
        if (shapes == null) {
            shapes = new HashMap<>();
        }
        return shapes;
    }

    /** Forgets all results. */
    void forget() {
        next = null;
        resumed = null;
        afterWord = null;
        shapes = null;
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
        if (this == other) {
            return true;
        }
        if (!(other instanceof Stacks stacks) || hash != stacks.hash || frames.length != stacks.frames.length) {
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
        return hash;
    }
}
