package io.baseload.chat.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A deterministic automaton over bytes. From each state an accepting one can be reached. The first state is the initial one; none = it accepts nothing.
 */
public record ByteAutomaton(List<State> states) {
    private static final int MAX_STATES = 30_000;

    /** Reads a byte from {@code first} to {@code last}. */
    public record Edge(int first, int last, int target) {}

    public record State(List<Edge> edges, boolean accepts) {}

    /** One of several languages that are combined. Its states are values that are equal if the same texts may follow. */
    public interface Part {
        Object start();

        /** The state after a byte. Each byte has one, even if nothing can be accepted any more. */
        Object step(Object state, int b);

        boolean accepts(Object state);

        /** Whether no further text is accepted. */
        boolean dead(Object state);

        /** The bytes that begin a class: all bytes from one of these up to the next lead to the same states. */
        Set<Integer> cuts();
    }

    public boolean isEmpty() {
        return states.isEmpty();
    }

    boolean acceptsEmpty() {
        return !states.isEmpty() && states.getFirst().accepts();
    }

    /**
     * The texts that all parts accept.
     *
     * @throws GrammarException if that needs too many states, or more than the effort
     */
    public static ByteAutomaton intersection(List<Part> parts, Effort effort) {
        return intersection(parts, effort, MAX_STATES);
    }

    /** Whether there is no text that all parts accept. Errors as {@link #intersection(List, Effort)}. */
    public static boolean disjoint(List<Part> parts, Effort effort) {
        return new Product(parts, effort, MAX_STATES).isEmpty();
    }

    /** @param mostStates the most states */
    public static ByteAutomaton intersection(List<Part> parts, Effort effort, int mostStates) {
        return new Product(parts, effort, mostStates).automaton();
    }

    private static final class Product {
        /** In the place of the number of a state from which nothing is accepted. */
        private static final int DEAD = -1;

        private static final Object NOTHING = new Object();

        private final List<Part> parts;
        private final Effort effort;
        private final int mostStates;
        private final List<Integer> cuts;
        private final Map<List<Object>, Integer> numbers = new LinkedHashMap<>();
        private final Deque<List<Object>> due = new ArrayDeque<>();
        private final List<State> states = new ArrayList<>();

        Product(List<Part> parts, Effort effort, int mostStates) {
            this.parts = parts;
            this.effort = effort;
            this.mostStates = mostStates;
            var all = new TreeSet<Integer>(List.of(0));
            parts.forEach(part -> all.addAll(part.cuts()));
            this.cuts = List.copyOf(all.headSet(256));
        }

        ByteAutomaton automaton() {
            number(parts.stream().map(Part::start).toList());
            while (!due.isEmpty()) {
                List<Object> state = due.poll();
                states.add(new State(edges(state), accepts(state)));
            }
            return new ByteAutomaton(Coaccessible.of(states));
        }

        /** Whether nothing is accepted; stops at the first accepting state. */
        boolean isEmpty() {
            number(parts.stream().map(Part::start).toList());
            while (!due.isEmpty()) {
                List<Object> state = due.poll();
                if (accepts(state)) {
                    return false;
                }
                edges(state);
            }
            return true;
        }

        private int number(List<Object> state) {
            Integer known = numbers.get(state);
            if (known != null) {
                return known;
            }
            if (numbers.size() == mostStates) {
                throw new GrammarException("", "the combined constraints need more than " + mostStates + " states");
            }
            numbers.put(state, numbers.size());
            due.add(state);
            return numbers.size() - 1;
        }

        private List<Edge> edges(List<Object> state) {
            effort.spend((long) cuts.size() * parts.size());
            List<Edge> edges = new ArrayList<>();
            Object[] next = parts.stream().map(part -> NOTHING).toArray();
            int target = DEAD;
            int first = 0;
            for (int i = 0; i < cuts.size(); i++) {
                int cut = cuts.get(i);
                int before = target;
                target = step(state, cut, next, before);
                if (target != before) {
                    add(edges, first, cut - 1, before);
                    first = cut;
                }
            }
            add(edges, first, 255, target);
            return edges;
        }

        private static void add(List<Edge> edges, int first, int last, int target) {
            if (target != DEAD) {
                edges.add(new Edge(first, last, target));
            }
        }

        /**
         * The number of the state after a byte.
         *
         * @param next the states after the byte before, which are replaced
         * @param before the number of those
         */
        @SuppressWarnings("ReferenceEquality") // most bytes lead to the same state as the one before
        private int step(List<Object> state, int b, Object[] next, int before) {
            boolean changed = false;
            for (int i = 0; i < next.length; i++) {
                Object after = parts.get(i).step(state.get(i), b);
                if (parts.get(i).dead(after)) {
                    next[i] = NOTHING;
                    return DEAD;
                }
                changed |= after != next[i];
                next[i] = after;
            }
            return changed ? number(List.of(next)) : before;
        }

        private boolean accepts(List<Object> state) {
            for (int i = 0; i < parts.size(); i++) {
                if (!parts.get(i).accepts(state.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }
}
