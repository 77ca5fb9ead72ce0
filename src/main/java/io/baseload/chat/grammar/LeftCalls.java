package io.baseload.chat.grammar;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds the rules with which others may begin. A rule that may begin with itself (left recursion) would be called without end. */
final class LeftCalls {
    private LeftCalls() {}

    /**
     * Ranks in which each rule comes before those with which it may begin (Kahn, 1962).
     *
     * @throws GrammarException if there are none; it names a rule
     */
    static int[] ranks(AutomatonBuilder builder, List<String> names) {
        int[][] calls = calls(builder);
        int[] callers = new int[calls.length];
        for (int[] called : calls) {
            for (int rule : called) {
                callers[rule]++;
            }
        }
        int[] ranks = new int[calls.length];
        Deque<Integer> free = new ArrayDeque<>();
        for (int rule = 0; rule < calls.length; rule++) {
            if (callers[rule] == 0) {
                free.add(rule);
            }
        }
        int ranked = 0;
        while (!free.isEmpty()) {
            int rule = free.poll();
            ranks[rule] = ranked++;
            for (int called : calls[rule]) {
                if (--callers[called] == 0) {
                    free.add(called);
                }
            }
        }
        if (ranked < calls.length) {
            throw leftRecursion(callers, names);
        }
        return ranks;
    }

    private static GrammarException leftRecursion(int[] callers, List<String> names) {
        int rule = 0;
        while (callers[rule] == 0 || rule >= names.size()) {
            rule++;
        }
        String name = names.get(rule);
        return name.startsWith("#")
                ? new GrammarException(name, "the schema refers to itself without a member or an item between")
                : new GrammarException(
                        "", "rule " + name + " is left-recursive: it can begin with itself. Put the recursion last");
    }

    /** The rules that each rule may call before it has read anything. */
    private static int[][] calls(AutomatonBuilder builder) {
        int[] edges = builder.edgeOffsets();
        int[] order = builder.edgesByState();
        int[][] calls = new int[builder.ruleStarts.size()][];
        for (int rule = 0; rule < calls.length; rule++) {
            calls[rule] = calls(builder, edges, order, builder.ruleStarts.get(rule));
        }
        return calls;
    }

    private static int[] calls(AutomatonBuilder builder, int[] edges, int[] order, int start) {
        Set<Integer> seen = new HashSet<>(List.of(start));
        Set<Integer> called = new HashSet<>();
        Deque<Integer> due = new ArrayDeque<>(seen);
        while (!due.isEmpty()) {
            int state = due.poll();
            for (int i = edges[state]; i < edges[state + 1]; i++) {
                int edge = order[i];
                int kind = builder.kinds.get(edge);
                if (kind == Automaton.CALL) {
                    called.add(builder.as.get(edge));
                } else if (readsNothing(builder, edge) && seen.add(builder.targets.get(edge))) {
                    due.add(builder.targets.get(edge));
                }
            }
        }
        return called.stream().mapToInt(Integer::intValue).toArray();
    }

    private static boolean readsNothing(AutomatonBuilder builder, int edge) {
        int kind = builder.kinds.get(edge);
        return kind == Automaton.EPSILON
                || kind == Automaton.ENTER
                || kind == Automaton.BACK
                || kind == Automaton.OTHER
                || kind == Automaton.MORE
                || kind == Automaton.EXIT && builder.loopMins.get(builder.as.get(edge)) == 0;
    }
}
