package io.baseload.chat.grammar;

import io.baseload.chat.grammar.Stacks.Frame;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads texts by an automaton, a byte at a time, in memory that grows with the automaton and the text's nesting however ambiguous the grammar is. Never
 * recurses, and remembers what it has computed. Used by one thread at a time.
 */
final class Reader {
    /** The state of the frame below the root rule: the text may end where it is reached. */
    static final int END = -1;

    /** The state of the frame below a rule that is looked at alone: what comes after it depends on who called it. */
    static final int HOLE = -2;

    private static final long LARGE_BYTES = 200_000_000;
    private static final int FRAME_BYTES = 100;
    private static final int STACKS_BYTES = 120;
    private static final int TABLE_BYTES = 1_050;

    private final Automaton automaton;
    private final int horizon;
    private final long mostBytes;
    private Map<Frame, Frame> frames = new HashMap<>();
    private Map<Stacks, Stacks> stacks = new HashMap<>();

    /** Those that know where something leads. */
    private final List<Stacks> linked = new ArrayList<>();

    private long serial;
    private long bytes;
    private int forgotten;
    private Effort effort = Effort.unlimited();

    /** One that tells all counts apart, and forgets so late that equal stacks can be taken for the same. */
    Reader(Automaton automaton) {
        this(automaton, Integer.MAX_VALUE, LARGE_BYTES);
    }

    /**
     * @param horizon bytes of the longest token: a loop that may go on for longer is as good as endless
     * @param mostBytes when it remembers more than this it begins anew
     */
    Reader(Automaton automaton, int horizon, long mostBytes) {
        this.automaton = automaton;
        this.horizon = horizon;
        this.mostBytes = mostBytes;
    }

    /**
     * Bounds what is computed from now on: ambiguous grammars with large counts could otherwise take for ever.
     *
     * @param effort a step for each frame that is visited or put into a set, and what others spend
     */
    void allow(Effort effort) {
        this.effort = effort;
    }

    void spend(long steps) {
        effort.spend(steps);
    }

    /** What it remembers, about. */
    long bytes() {
        return bytes;
    }

    /** How often it has begun anew: what was equal before then isn't the same any more. */
    int forgotten() {
        return forgotten;
    }

    Automaton automaton() {
        return automaton;
    }

    /** Before the first byte. */
    Stacks start() {
        Stacks end = set(List.of(frame(END, 0, Stacks.NONE)));
        var closure = new Closure(this);
        closure.call(0, List.of(end.frames));
        if (automaton.mayBeEmpty) {
            closure.resume(end);
        }
        return closure.complete();
    }

    /** After one more byte; {@link Stacks#NONE} if it doesn't belong there. */
    Stacks step(Stacks from, int b) {
        Stacks known = from.next(b);
        return known == null ? computeStep(from, b) : known;
    }

    private Stacks computeStep(Stacks from, int b) {
        if (from.isEmpty()) {
            return from;
        }
        var closure = new Closure(this);
        for (Frame frame : from.frames) {
            for (int edge = firstEdge(frame); edge < lastEdge(frame); edge++) {
                if (automaton.kind[edge] == Automaton.BYTE && automaton.a[edge] <= b && b <= automaton.b[edge]) {
                    closure.visit(automaton.target[edge], frame.count, frame.below);
                }
            }
        }
        Stacks next = closure.complete();
        remember(from, b, next);
        return next;
    }

    /** After a token that the grammar asks for by its id. */
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

    /** Either of two. */
    Stacks union(Stacks one, Stacks other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isEmpty() ? other : one;
        }
        var all = new LinkedHashSet<>(List.of(one.frames));
        all.addAll(List.of(other.frames));
        return set(all);
    }

    /** After a rule that these frames called has come to its end. */
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

    /** A state looked at alone, below it the {@link #HOLE}. */
    Stacks alone(int state, int count) {
        return set(List.of(frame(state, count, hole())));
    }

    /** What a state comes to without reading, looked at alone. */
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

    Frame frame(int state, int count, Stacks below) {
        var frame = new Frame(state, count, below);
        @Nullable Frame known = frames.putIfAbsent(frame, frame);
        if (known != null) {
            return known;
        }
        bytes += FRAME_BYTES;
        return frame.numbered(serial++);
    }

    /** @param members each once */
    Stacks set(Collection<Frame> members) {
        effort.spend(members.size());
        Stacks set = Stacks.of(members.toArray(Frame[]::new));
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

    /** The same with each count replaced by the least that a token can't tell from it. */
    private Stacks representative(Stacks set) {
        var members = new LinkedHashSet<Frame>();
        for (Frame frame : set.frames) {
            members.add(frame(frame.state, leastAlike(frame), frame.below.representative()));
        }
        return members.equals(Set.of(set.frames)) ? set : set(members);
    }

    private int leastAlike(Frame frame) {
        int loop = frame.state < 0 ? Automaton.NO_LOOP : automaton.loop[frame.state];
        if (loop == Automaton.NO_LOOP) {
            return frame.count;
        }
        int min = automaton.loopMin[loop];
        if (automaton.loopMax[loop] - frame.count < horizon) {
            return frame.count;
        }
        if (min - frame.count >= horizon) {
            return 0;
        }
        return frame.count >= min ? min : frame.count;
    }

    private void remember(Stacks from, int b, Stacks next) {
        if (bytes > mostBytes) {
            forget();
        }
        if (from.next(b, next)) {
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
