package io.baseload.chat.grammar;

import io.baseload.chat.grammar.Stacks.Frame;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads texts with an automaton, byte by byte. Its memory grows with the automaton and the text's nesting, however ambiguous the grammar is. It never recurses, and remembers its results.
 * Used by one thread at a time.
 */
final class Reader {
    /** The state of the frame below the root rule: if it is reached, the text may end. */
    static final int END = -1;

    /** The state of the frame below a rule that is examined alone: the text after it depends on its caller. */
    static final int HOLE = -2;

    static final long MAX_BYTES = 200_000_000;

    /** Larger sets hardly ever stay the same, and it is expensive to find out. */
    private static final int MAX_KEEPING = 16;

    /** Whether larger sets have a repetition is not asked, because it is asked at many nodes. */
    private static final int MAX_REPEATING = 1024;

    private static final int FRAME_BYTES = 100;
    private static final int STACKS_BYTES = 120;
    private static final int TABLE_BYTES = 1_050;

    private final Automaton automaton;
    private final int horizon;
    private final long mostBytes;
    private Map<Frame, Frame> frames = new HashMap<>();
    private Map<Stacks, Stacks> stacks = new HashMap<>();

    /** The stacks that remember results. */
    private final List<Stacks> linked = new ArrayList<>();

    private long serial;
    private long closures;
    private long bytes;
    private int forgotten;
    private Effort effort = Effort.unlimited();

    /** A reader that distinguishes all counts, and never forgets within a text, so that equal stacks are identical. */
    Reader(Automaton automaton) {
        this(automaton, Integer.MAX_VALUE, MAX_BYTES);
    }

    /**
     * @param horizon bytes of the longest token: a loop that may continue for longer counts as endless
     * @param mostBytes the size of remembered results at which it forgets them all
     */
    Reader(Automaton automaton, int horizon, long mostBytes) {
        this.automaton = automaton;
        this.horizon = horizon;
        this.mostBytes = mostBytes;
    }

    /**
     * Limits the computations from now on, because ambiguous grammars with large counts could take very long.
     *
     * @param effort one step is spent for each frame that is visited or added to a set; others may spend too
     */
    void allow(Effort effort) {
        this.effort = effort;
    }

    void spend(long steps) {
        effort.spend(steps);
    }

    /** Approximate size of remembered results. */
    long bytes() {
        return bytes;
    }

    /** Counts results that others keep with stacks, which are forgotten with its own. */
    void remembers(int more) {
        bytes += more;
    }

    /** How often it has forgotten its results. Stacks from before that aren't identical to equal ones from after it. */
    int forgotten() {
        return forgotten;
    }

    Automaton automaton() {
        return automaton;
    }

    /** A number by which a closure knows the frames that it has met. */
    long nextClosure() {
        return ++closures;
    }

    /** The stacks before the first byte. */
    Stacks start() {
        Stacks end = set(List.of(frame(END, 0, Stacks.NONE)));
        var closure = new Closure(this);
        closure.call(0, List.of(end.frames));
        if (automaton.mayBeEmpty) {
            closure.resume(end);
        }
        return closure.complete();
    }

    /** The stacks after one more byte; {@link Stacks#NONE} if it isn't allowed. */
    Stacks step(Stacks from, int b) {
        Stacks known = from.next(b);
        if (known != null) {
            return known;
        }
        return (readable(from)[b >> 6] & 1L << b) == 0 ? Stacks.NONE : computeStep(from, b);
    }

    /** The bytes that may come next, as a bit set. */
    private long[] readable(Stacks from) {
        long[] known = from.readable();
        if (known == null) {
            known = new long[256 / Long.SIZE];
            for (Frame frame : from.frames) {
                for (int edge = firstEdge(frame); edge < lastEdge(frame); edge++) {
                    automaton.addReadable(edge, frame, known);
                }
            }
            from.readable(known);
        }
        return known;
    }

    /** A byte above {@code b} up to which all bytes lead to the same stacks as {@code b}; 256 if all that follow do. */
    @SuppressWarnings("ReferenceEquality") // equal ones are identical
    int cutAfter(Stacks from, int b) {
        Stacks next = step(from, b);
        long[] readable = readable(from);
        int cut = b + 1;
        while (cut < 256 && ((readable[cut >> 6] & 1L << cut) == 0 ? next.isEmpty() : from.next(cut) == next)) {
            cut++;
        }
        return cut;
    }

    /** Also remembers the result for the bytes around this one that the same edges read. */
    private Stacks computeStep(Stacks from, int b) {
        var closure = new Closure(this);
        int least = 0;
        int greatest = 255;
        for (Frame frame : from.frames) {
            for (int edge = firstEdge(frame); edge < lastEdge(frame); edge++) {
                if (automaton.reads(edge, b, frame)) {
                    closure.visit(automaton.target[edge], frame.count, frame.below);
                }
                least = Math.max(least, automaton.leastAlike(edge, b));
                greatest = Math.min(greatest, automaton.greatestAlike(edge, b));
            }
        }
        Stacks next = closure.complete();
        remember(from, least, greatest, next);
        return next;
    }

    /** Stacks that any character of a word leads to, perhaps beside others; none if it isn't known that all are read. */
    Stacks afterWord(Stacks from) {
        Stacks known = from.afterWord();
        if (known == null) {
            known = readsWords(from) ? computeAfterWord(from) : Stacks.NONE;
            from.afterWord(known);
        }
        return known;
    }

    private boolean readsWords(Stacks from) {
        for (Frame frame : from.frames) {
            for (int edge = firstEdge(frame); edge < lastEdge(frame); edge++) {
                if (automaton.kind[edge] == Automaton.WORD) {
                    return true;
                }
            }
        }
        return false;
    }

    private Stacks computeAfterWord(Stacks from) {
        var closure = new Closure(this);
        for (Frame frame : from.frames) {
            for (int edge = firstEdge(frame); edge < lastEdge(frame); edge++) {
                if (automaton.kind[edge] == Automaton.WORD) {
                    closure.visit(automaton.target[edge], frame.count, frame.below);
                }
            }
        }
        linked.add(from);
        return closure.complete();
    }

    /**
     * The characters up to which all texts of characters of some kinds may follow, because one of the frames is in a repetition of single characters; −1 if none is, or it isn't looked for.
     */
    long readsRun(Stacks stacks, long kinds) {
        long most = -1;
        if (stacks.frames.length > MAX_REPEATING) {
            return most;
        }
        for (Frame frame : stacks.frames) {
            if (frame.state >= 0 && (automaton.repeats[frame.state] & kinds) == kinds) {
                most = Math.max(most, automaton.repetitionsLeft(frame));
            }
        }
        return most;
    }

    /** Whether the stacks stay the same with each character of some kinds, so that all texts of such characters may follow. */
    boolean isKept(Stacks stacks, long kinds) {
        if (stacks.frames.length > MAX_KEEPING || (kinds & 1L << PlainText.NOT_PLAIN) != 0) {
            return false;
        }
        for (long left = stacks.unknownKinds(kinds); left != 0; left = stacks.unknownKinds(kinds)) {
            int kind = Long.numberOfTrailingZeros(left);
            stacks.knowKind(kind, PlainText.keeps(this, stacks, kind));
        }
        return stacks.isKeptBy(kinds);
    }

    /**
     * The same with a single frame, if that accepts any text of whole characters: so positions after a match of an expression that is searched for are all the same. Only for grammars of one
     * rule.
     */
    Stacks simplified(Stacks stacks) {
        if (stacks.mayEnd && stacks.frames.length > 2) {
            for (Frame frame : stacks.frames) {
                if (frame.state >= 0 && automaton.acceptsAnything[frame.state]) {
                    return set(List.of(frame, frame(END, 0, Stacks.NONE)));
                }
            }
        }
        return stacks;
    }

    /** The stacks after a token that the grammar contains by its id. */
    Stacks token(Stacks from, int id) {
        var closure = new Closure(this);
        for (Frame frame : from.frames) {
            for (int edge = firstEdge(frame); edge < lastEdge(frame); edge++) {
                if (automaton.kind[edge] == Automaton.TOKEN && automaton.a[edge] == id) {
                    closure.visit(automaton.target[edge], frame.count, frame.below);
                }
            }
        }
        return closure.complete();
    }

    /** The union of two. */
    Stacks union(Stacks one, Stacks other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isEmpty() ? other : one;
        }
        var all = new LinkedHashSet<>(List.of(one.frames));
        all.addAll(List.of(other.frames));
        return set(all);
    }

    /** The stacks after the end of a rule that these frames called. */
    Stacks resume(Stacks callers) {
        Stacks known = callers.resumed();
        if (known == null) {
            var closure = new Closure(this);
            closure.resume(callers);
            known = closure.complete();
            callers.resumed(known);
            linked.add(callers);
        }
        return known;
    }

    /** A state examined alone, with the {@link #HOLE} below it. */
    Stacks alone(int state, long count) {
        return set(List.of(frame(state, count, hole())));
    }

    /** The closure of a state examined alone. */
    Stacks expanded(int state, int count) {
        var closure = new Closure(this);
        closure.visit(state, count, hole());
        return closure.complete();
    }

    private Stacks hole() {
        return set(List.of(frame(HOLE, 0, Stacks.NONE)));
    }

    int firstEdge(Frame frame) {
        return frame.state < 0 ? 0 : automaton.edges[frame.state];
    }

    int lastEdge(Frame frame) {
        return frame.state < 0 ? 0 : automaton.edges[frame.state + 1];
    }

    Frame frame(int state, long count, Stacks below) {
        var frame = new Frame(state, count, below);
        @Nullable Frame known = frames.putIfAbsent(frame, frame);
        if (known != null) {
            return known;
        }
        bytes += FRAME_BYTES;
        return frame.numbered(serial++);
    }

    /** @param members the frames, without duplicates */
    Stacks set(Collection<Frame> members) {
        effort.spend(members.size());
        long greatestCount = 0;
        for (Frame frame : members) {
            long count = automaton.isCounted(frame) ? frame.count : 0;
            greatestCount = Math.max(greatestCount, Math.max(count, frame.below.greatestCount));
        }
        Stacks set = Stacks.of(members.toArray(Frame[]::new), greatestCount);
        if (set.isEmpty()) {
            return set;
        }
        @Nullable Stacks known = stacks.putIfAbsent(set, set);
        if (known == null) {
            bytes += STACKS_BYTES + (long) Integer.BYTES * set.frames.length;
            set.representative(representative(set));
            return set;
        }
        return known;
    }

    /** The same with each count replaced by the least one that no token can distinguish from it. */
    private Stacks representative(Stacks set) {
        if (isRepresentative(set)) {
            return set;
        }
        var members = new LinkedHashSet<Frame>();
        for (Frame frame : set.frames) {
            members.add(frame(frame.state, leastAlike(frame), frame.below.representative()));
        }
        return set(members);
    }

    @SuppressWarnings("ReferenceEquality") // equal ones are identical
    private boolean isRepresentative(Stacks set) {
        for (Frame frame : set.frames) {
            if (leastAlike(frame) != frame.count || frame.below.representative() != frame.below) {
                return false;
            }
        }
        return true;
    }

    private long leastAlike(Frame frame) {
        if (!automaton.isCounted(frame)) {
            return frame.count;
        }
        int loop = automaton.loop[frame.state];
        int min = automaton.loopMin[loop];
        if (automaton.loopMax[loop] - frame.count < horizon) {
            return frame.count;
        }
        if (min - frame.count >= horizon) {
            return 0;
        }
        return frame.count >= min ? min : frame.count;
    }

    private void remember(Stacks from, int least, int greatest, Stacks next) {
        if (bytes > mostBytes) {
            forget();
        }
        if (from.next(least, greatest, next)) {
            bytes += TABLE_BYTES;
            linked.add(from);
        }
    }

    private void forget() {
        frames = new HashMap<>();
        stacks = new HashMap<>();
        linked.forEach(Stacks::forget);
        linked.clear();
        bytes = 0;
        forgotten++;
    }
}
