package io.baseload.chat.grammar;

import io.baseload.chat.grammar.Stacks.Frame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * All frames that can be reached without reading a byte. First those after the last byte, including the ends of rules; then the called rules, each once for all its callers. Rules never end
 * before they have read something: if a rule may be empty, an edge leads around its call (Aycock and Horspool, 2002).
 */
final class Closure {
    private final Reader reader;
    private final Automaton automaton;
    private final long number;
    private final Deque<Frame> due = new ArrayDeque<>();
    private final List<Frame> found = new ArrayList<>();

    /** Callers by the rank of the rule: a rule that another may begin with comes later. */
    private final TreeMap<Integer, Call> calls = new TreeMap<>();

    private record Call(int rule, Set<Frame> callers) {}

    Closure(Reader reader) {
        this.reader = reader;
        this.automaton = reader.automaton();
        this.number = reader.nextClosure();
    }

    void visit(int state, long count, Stacks below) {
        visit(reader.frame(state, count, below));
    }

    private void visit(Frame frame) {
        if (frame.isNewIn(number)) {
            reader.spend(1);
            (frame.state < 0 || automaton.onlyReads[frame.state] ? found : due).add(frame);
        }
    }

    void call(int rule, Collection<Frame> callers) {
        calls.computeIfAbsent(automaton.rank[rule], rank -> new Call(rule, new LinkedHashSet<>()))
                .callers()
                .addAll(callers);
    }

    /** Continues after the end of a rule that these frames called. */
    void resume(Stacks callers) {
        for (Frame frame : callers.frames) {
            visit(frame);
        }
    }

    Stacks complete() {
        drain(true);
        while (!calls.isEmpty()) {
            Map.Entry<Integer, Call> next = calls.pollFirstEntry();
            Call call = next.getValue();
            visit(automaton.ruleStart[call.rule()], 0, reader.set(call.callers()));
            drain(false);
        }
        return reader.set(found);
    }

    private void drain(boolean haveRead) {
        while (!due.isEmpty()) {
            Frame frame = due.poll();
            if (haveRead && automaton.ends[frame.state]) {
                resume(frame.below);
            }
            if (follow(frame)) {
                found.add(frame);
            }
        }
    }

    /** Follows the edges that read nothing; returns whether there are edges that read. */
    private boolean follow(Frame frame) {
        boolean reads = false;
        for (int edge = reader.firstEdge(frame); edge < reader.lastEdge(frame); edge++) {
            int target = automaton.target[edge];
            int a = automaton.a[edge];
            switch (automaton.kind[edge]) {
                case Automaton.EPSILON -> visit(target, frame.count, frame.below);
                case Automaton.CALL -> call(frame, a, target);
                case Automaton.ENTER -> {
                    if (frame.count < automaton.loopMax[a]) {
                        visit(target, frame.count, frame.below);
                    }
                }
                case Automaton.EXIT -> {
                    if (frame.count >= automaton.loopMin[a]) {
                        visit(target, 0, frame.below);
                    }
                }
                case Automaton.BACK -> visit(target, counted(a, frame.count), frame.below);
                case Automaton.OTHER -> {
                    Selection selection = automaton.selection(frame.state);
                    if (selection.allowsOther(frame.count)) {
                        visit(target, selection.withOther(frame.count), frame.below);
                    }
                }
                case Automaton.PICK ->
                    visit(target, automaton.selection(frame.state).with(frame.count, a), frame.below);
                case Automaton.MORE -> {
                    if (automaton.selection(frame.state).allowsAny(frame.count)) {
                        visit(target, frame.count, frame.below);
                    }
                }
                case Automaton.DONE -> {
                    if (automaton.selection(frame.state).mayEnd(frame.count)) {
                        visit(target, 0, frame.below);
                    }
                }
                case Automaton.NAME -> reads |= automaton.allowsName(edge, frame);
                default -> reads = true;
            }
        }
        return reads;
    }

    private void call(Frame frame, int rule, int target) {
        boolean last = automaton.onlyEnds[target];
        call(rule, last ? List.of(frame.below.frames) : List.of(reader.frame(target, frame.count, frame.below)));
    }

    /** The next count; without an upper bound, counts above the least are equal. */
    private long counted(int loop, long count) {
        return automaton.loopMax[loop] == Expr.UNBOUNDED ? Math.min(count + 1, automaton.loopMin[loop]) : count + 1;
    }
}
