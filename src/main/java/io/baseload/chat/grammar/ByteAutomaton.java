package io.baseload.chat.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

        /** A byte above {@code b} up to which all bytes lead to the same state as {@code b}; 256 if all that follow do. */
        int cutAfter(Object state, int b);
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

        private final List<Part> parts;
        private final Effort effort;
        private final int mostStates;
        private final Map<List<Object>, Integer> numbers = new LinkedHashMap<>();
        private final Deque<List<Object>> due = new ArrayDeque<>();
        private final List<State> states = new ArrayList<>();

        Product(List<Part> parts, Effort effort, int mostStates) {
            this.parts = parts;
            this.effort = effort;
            this.mostStates = mostStates;
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
            List<Edge> edges = new ArrayList<>();
            Object[] next = new Object[parts.size()];
            int target = DEAD;
            int first = 0;
            int cut = 0;
            while (cut < 256) {
                effort.spend(next.length);
                int dead = step(state, cut, next);
                int before = target;
                target = dead < next.length ? DEAD : number(List.of(next));
                if (target != before) {
                    add(edges, first, cut - 1, before);
                    first = cut;
                }
                cut = cutAfter(state, cut, dead);
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
         * Steps all parts, up to the first from whose state nothing is accepted any more.
         *
         * @param next receives their states
         * @return that part, or the number of parts if there is none
         */
        private int step(List<Object> state, int b, Object[] next) {
            for (int i = 0; i < next.length; i++) {
                next[i] = parts.get(i).step(state.get(i), b);
                if (parts.get(i).dead(next[i])) {
                    return i;
                }
            }
            return next.length;
        }

        /** A byte above {@code b} up to which all bytes lead to the same state. Where nothing is accepted, that depends on the dead part alone. */
        private int cutAfter(List<Object> state, int b, int dead) {
            if (dead < parts.size()) {
                return parts.get(dead).cutAfter(state.get(dead), b);
            }
            int cut = 256;
            for (int i = 0; i < parts.size() && cut > b + 1; i++) {
                cut = Math.min(cut, parts.get(i).cutAfter(state.get(i), b));
            }
            return cut;
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
