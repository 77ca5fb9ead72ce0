package io.baseload.chat.grammar;

import io.baseload.chat.grammar.ByteAutomaton.Edge;
import io.baseload.chat.grammar.ByteAutomaton.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The states of a byte automaton from which an accepting one can be reached. */
final class Coaccessible {
    private Coaccessible() {}

    /** The same language without other states; empty if the first is one of those. */
    static List<State> of(List<State> states) {
        boolean[] keep = reaching(states);
        if (states.isEmpty() || !keep[0]) {
            return List.of();
        }
        int[] number = new int[states.size()];
        int kept = 0;
        for (int i = 0; i < number.length; i++) {
            number[i] = keep[i] ? kept++ : -1;
        }
        List<State> left = new ArrayList<>(kept);
        for (int i = 0; i < number.length; i++) {
            if (keep[i]) {
                List<Edge> edges = states.get(i).edges().stream()
                        .filter(edge -> keep[edge.target()])
                        .map(edge -> new Edge(edge.first(), edge.last(), number[edge.target()]))
                        .toList();
                left.add(new State(edges, states.get(i).accepts()));
            }
        }
        return List.copyOf(left);
    }

    private static boolean[] reaching(List<State> states) {
        List<List<Integer>> sources = new ArrayList<>();
        states.forEach(state -> sources.add(new ArrayList<>()));
        boolean[] reaches = new boolean[states.size()];
        Deque<Integer> due = new ArrayDeque<>();
        for (int i = 0; i < reaches.length; i++) {
            for (Edge edge : states.get(i).edges()) {
                sources.get(edge.target()).add(i);
            }
            if (states.get(i).accepts()) {
                reaches[i] = true;
                due.add(i);
            }
        }
        while (!due.isEmpty()) {
            for (int source : sources.get(due.poll())) {
                if (!reaches[source]) {
                    reaches[source] = true;
                    due.add(source);
                }
            }
        }
        return reaches;
    }
}
