package io.baseload.chat.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compiles a trimmed grammar, rule by rule, after Thompson (1968). */
final class AutomatonBuilder {
    private static final int MAX_STATES = 400_000;
    private static final List<Expr> ANY_CHARACTER = anyCharacter(CodePoints.ALL);

    final IntList kinds = new IntList();
    final IntList as = new IntList();
    final IntList bs = new IntList();
    final IntList targets = new IntList();
    final IntList loops = new IntList();
    final IntList loopMins = new IntList();
    final IntList loopMaxes = new IntList();
    final IntList plainExits = new IntList();
    final IntList ruleStarts = new IntList();
    final List<@Nullable Selection> selections = new ArrayList<>();
    final List<Long> guards = new ArrayList<>();
    final List<Run> runs = new ArrayList<>();
    private final IntList sources = new IntList();
    private final IntList ruleEnds = new IntList();
    private final IntList anyTexts = new IntList();
    private final boolean[] nullable;
    private final CodePoints plain;

    /** Any character as itself, and as the content of a JSON string. */
    private final List<Expr> anyCharacter;

    /** Additional rules: counting loops inside counting loops. */
    private final List<Expr> inner = new ArrayList<>();

    private final int rules;

    /**
     * A repetition of characters.
     *
     * @param begin the state before each of them
     * @param kinds bits of the {@linkplain PlainText#kind kinds} of which it reads all characters
     * @param counts whether it counts them
     */
    record Run(int begin, long kinds, boolean counts) {}

    private AutomatonBuilder(Grammar grammar, boolean[] nullable, CodePoints writable) {
        this.nullable = nullable;
        this.plain = PlainText.CHARACTERS.and(writable);
        this.anyCharacter = writable.equals(CodePoints.ALL) ? ANY_CHARACTER : anyCharacter(writable);
        this.rules = grammar.rules().size();
    }

    /**
     * @param writable the characters that the vocabulary can write
     * @throws GrammarException if the grammar is too large, left-recursive or derives nothing
     */
    static Automaton compile(Grammar grammar, CodePoints writable) {
        Effort effort = Effort.ofOneSchema();
        Grammar trimmed =
                new Trimming(new Intersections(writable, effort).computed(grammar), writable, effort).trimmed();
        boolean[] nullable = new Trimming(trimmed, writable, effort).nullable();
        var builder = new AutomatonBuilder(trimmed, nullable, writable);
        trimmed.rules().forEach(builder::rule);
        for (int i = 0; i < builder.inner.size(); i++) {
            builder.rule(builder.inner.get(i));
        }
        return new Automaton(builder, LeftCalls.ranks(builder, trimmed.names()));
    }

    private static List<Expr> anyCharacter(CodePoints writable) {
        Expr.Chars any = new Expr.Chars(CodePoints.ALL);
        return List.of(trimmed(any, writable), trimmed(JsonText.encode(any), writable));
    }

    /** As it is in a trimmed grammar; no text if nothing is left of it. */
    private static Expr trimmed(Expr any, CodePoints writable) {
        return writable.isEmpty()
                ? Expr.choice()
                : new Trimming(Grammar.of(any), writable, Effort.unlimited())
                        .trimmed()
                        .rules()
                        .getFirst();
    }

    private void rule(Expr body) {
        int start = state(Automaton.NO_LOOP);
        ruleStarts.add(start);
        ruleEnds.add(add(body, start, Automaton.NO_LOOP));
    }

    private int state(int loop) {
        if (loops.size() == MAX_STATES) {
            throw new GrammarException("", "too large: it needs more than " + MAX_STATES + " states");
        }
        loops.add(loop);
        plainExits.add(Automaton.NOT_PLAIN);
        return loops.size() - 1;
    }

    private void edge(int from, int kind, int a, int b, int to) {
        sources.add(from);
        kinds.add(kind);
        as.add(a);
        bs.add(b);
        targets.add(to);
    }

    private int edgeToNew(int from, int kind, int a, int b, int loop) {
        int to = state(loop);
        edge(from, kind, a, b, to);
        return to;
    }

    /** Adds states and edges that read the expression, from a state without incoming edges of its own; returns the last state. */
    private int add(Expr expr, int from, int loop) {
        return switch (expr) {
            case Expr.Chars chars -> chars(chars.set(), from, loop);
            case Expr.Text text -> text(text.text(), from, loop);
            case Expr.Sequence sequence -> {
                int at = from;
                for (Expr part : sequence.parts()) {
                    at = add(part, at, loop);
                }
                yield at;
            }
            case Expr.Choice choice -> choice(choice.options(), from, loop);
            case Expr.Repeat repeat -> repeat(repeat, from, loop);
            case Expr.Unordered unordered -> unordered(unordered, from, loop);
            case Expr.AnyBeginning any -> anyBeginning(any.body(), from, loop);
            case Expr.Rule rule -> call(rule.index(), nullable[rule.index()], from, loop);
            case Expr.Intersection both -> throw new IllegalStateException("to be computed first: " + both);
            case Expr.Bytes bytes -> bytes(bytes.automaton(), from, loop);
            case Expr.Token token -> edgeToNew(from, Automaton.TOKEN, token.id(), 0, loop);
        };
    }

    private int text(String text, int from, int loop) {
        int at = from;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            at = edgeToNew(at, Automaton.BYTE, b & 0xFF, b & 0xFF, loop);
        }
        return at;
    }

    private int chars(CodePoints set, int from, int loop) {
        int to = state(loop);
        Map<List<Utf8.Range>, Integer> within = new HashMap<>();
        for (List<Utf8.Range> bytes : Utf8.sequences(set)) {
            sequence(bytes, from, to, loop, within);
        }
        if (set.containsAll(PlainText.IN_WORDS)) {
            edge(from, Automaton.WORD, 0, 0, to);
        }
        return to;
    }

    /** Adds edges that read bytes; characters that end with the same ones share states. */
    private void sequence(List<Utf8.Range> bytes, int from, int to, int loop, Map<List<Utf8.Range>, Integer> within) {
        Utf8.Range first = bytes.getFirst();
        List<Utf8.Range> rest = bytes.subList(1, bytes.size());
        Integer known = rest.isEmpty() ? Integer.valueOf(to) : within.get(rest);
        if (known != null) {
            edge(from, Automaton.BYTE, first.first(), first.last(), known);
            return;
        }
        int next = edgeToNew(from, Automaton.BYTE, first.first(), first.last(), loop);
        within.put(rest, next);
        sequence(rest, next, to, loop, within);
    }

    private int bytes(ByteAutomaton automaton, int from, int loop) {
        int first = loops.size();
        for (int i = 0; i < automaton.states().size(); i++) {
            state(loop);
        }
        int to = state(loop);
        edge(from, Automaton.EPSILON, 0, 0, first);
        for (int i = 0; i < automaton.states().size(); i++) {
            ByteAutomaton.State state = automaton.states().get(i);
            for (ByteAutomaton.Edge edge : state.edges()) {
                edge(first + i, Automaton.BYTE, edge.first(), edge.last(), first + edge.target());
            }
            if (state.accepts()) {
                edge(first + i, Automaton.EPSILON, 0, 0, to);
            }
        }
        return to;
    }

    private int choice(List<Expr> options, int from, int loop) {
        int to = state(loop);
        for (Expr option : options) {
            edge(add(option, from, loop), Automaton.EPSILON, 0, 0, to);
        }
        return to;
    }

    private int call(int rule, boolean mayBeEmpty, int from, int loop) {
        int to = edgeToNew(from, Automaton.CALL, rule, 0, loop);
        if (mayBeEmpty) {
            edge(from, Automaton.EPSILON, 0, 0, to);
        }
        return to;
    }

    private int repeat(Expr.Repeat repeat, int from, int loop) {
        Expr body = repeat.body();
        boolean emptyBody = Trimming.nullable(body, nullable);
        int min = emptyBody ? 0 : repeat.min();
        if (repeat.max() == 0) {
            return from;
        }
        if (repeat.max() == 1) {
            return add(min == 1 ? body : Expr.optional(body), from, loop);
        }
        if (repeat.max() == Expr.UNBOUNDED && min <= 1) {
            return unbounded(body, min, from, loop);
        }
        if (loop == Automaton.NO_LOOP && Unrolling.suits(repeat)) {
            return unrolled(body, min, repeat.max(), from);
        }
        if (loop != Automaton.NO_LOOP) {
            inner.add(repeat);
            return call(rules + inner.size() - 1, min == 0, from, loop);
        }
        return counted(body, min, repeat.max(), from);
    }

    private int unrolled(Expr body, int min, int max, int from) {
        int exit = state(Automaton.NO_LOOP);
        int at = from;
        for (int times = 0; times < max; times++) {
            if (times >= min) {
                edge(at, Automaton.EPSILON, 0, 0, exit);
            }
            at = add(body, at, Automaton.NO_LOOP);
        }
        edge(at, Automaton.EPSILON, 0, 0, exit);
        return exit;
    }

    private int unbounded(Expr body, int min, int from, int loop) {
        int begin = edgeToNew(from, Automaton.EPSILON, 0, 0, loop);
        int end = add(body, begin, loop);
        edge(end, Automaton.EPSILON, 0, 0, begin);
        int exit = edgeToNew(end, Automaton.EPSILON, 0, 0, loop);
        if (min == 0) {
            edge(from, Automaton.EPSILON, 0, 0, exit);
        }
        markRun(body, begin, false);
        if (loop == Automaton.NO_LOOP) {
            markPlain(body, begin, exit);
        }
        if (anyCharacter.contains(body)) {
            anyTexts.add(begin);
            anyTexts.add(exit);
        }
        return exit;
    }

    private int counted(Expr body, int min, int max, int from) {
        int loop = loopMins.size();
        loopMins.add(min);
        loopMaxes.add(max);
        selections.add(null);
        int head = edgeToNew(from, Automaton.EPSILON, 0, 0, loop);
        int begin = edgeToNew(head, Automaton.ENTER, loop, 0, loop);
        edge(add(body, begin, loop), Automaton.BACK, loop, 0, head);
        int exit = edgeToNew(head, Automaton.EXIT, loop, 0, Automaton.NO_LOOP);
        markRun(body, begin, true);
        markPlain(body, begin, exit);
        return exit;
    }

    private int anyBeginning(Expr body, int from, int loop) {
        int begin = edgeToNew(from, Automaton.EPSILON, 0, 0, loop);
        if (loop == Automaton.NO_LOOP) {
            plainExits.set(begin, Automaton.ANY_PLAIN);
        }
        return add(body, begin, loop);
    }

    private int unordered(Expr.Unordered unordered, int from, int loop) {
        if (loop != Automaton.NO_LOOP) {
            inner.add(unordered);
            return call(rules + inner.size() - 1, Trimming.nullable(unordered, nullable), from, loop);
        }
        Selection selection = Selection.of(unordered);
        int own = loopMins.size();
        loopMins.add(0);
        loopMaxes.add(0);
        selections.add(selection);
        int first = edgeToNew(from, Automaton.EPSILON, 0, 0, own);
        int last = state(own);
        int[] numbers = Selection.numbers(unordered.named());
        Map<Long, Integer> edges = new HashMap<>();
        for (int i = 0; i < numbers.length; i++) {
            Expr.Named part = unordered.named().get(i);
            int picked = edgeToNew(name(part, 1L << numbers[i], first, own, edges), Automaton.PICK, numbers[i], 0, own);
            edge(add(part.rest(), picked, own), Automaton.EPSILON, 0, 0, last);
        }
        unordered
                .others()
                .ifPresent(part -> edge(
                        add(part, edgeToNew(first, Automaton.OTHER, 0, 0, own), own), Automaton.EPSILON, 0, 0, last));
        int more = edgeToNew(last, Automaton.MORE, 0, 0, own);
        edge(add(unordered.separator(), more, own), Automaton.EPSILON, 0, 0, first);
        int exit = edgeToNew(last, Automaton.DONE, 0, 0, Automaton.NO_LOOP);
        if (selection.mayEnd(0)) {
            edge(from, Automaton.EPSILON, 0, 0, exit);
        }
        return exit;
    }

    /** Adds a name to the trie of names; returns the state after it. */
    private int name(Expr.Named part, long bit, int first, int loop, Map<Long, Integer> edges) {
        int at = first;
        for (byte b : part.name().getBytes(StandardCharsets.UTF_8)) {
            long key = (long) at << Byte.SIZE | b & 0xFF;
            Integer known = edges.get(key);
            if (known == null) {
                known = kinds.size();
                edges.put(key, known);
                edgeToNew(at, Automaton.NAME, b & 0xFF, guards.size(), loop);
                guards.add(0L);
            }
            int guard = bs.get(known);
            guards.set(guard, guards.get(guard) | bit);
            at = targets.get(known);
        }
        return at;
    }

    private void markRun(Expr body, int begin, boolean counts) {
        long kinds = PlainText.kinds(body, nullable);
        if (kinds != 0) {
            runs.add(new Run(begin, kinds, counts));
        }
    }

    private void markPlain(Expr body, int begin, int exit) {
        if (PlainText.isOneCharacter(body, plain)) {
            plainExits.set(begin, exit);
        }
    }

    boolean mayBeEmpty() {
        return nullable[0];
    }

    boolean[] ends() {
        boolean[] ends = new boolean[loops.size()];
        for (int end : ruleEnds.toArray()) {
            ends[end] = true;
        }
        return ends;
    }

    /**
     * States of the first rule that any text of whole characters leads to the end of it: they repeat any character, and nothing else must follow.
     *
     * @param edges {@link #edgeOffsets}
     * @param order {@link #edgesByState}
     */
    boolean[] acceptsAnything(int[] edges, int[] order) {
        boolean[] accepts = new boolean[loops.size()];
        for (int i = 0; i < anyTexts.size(); i += 2) {
            accepts[anyTexts.get(i)] = mayEnd(anyTexts.get(i + 1), edges, order);
        }
        return accepts;
    }

    /** Whether edges that read nothing lead from a state to the end of the first rule. */
    private boolean mayEnd(int state, int[] edges, int[] order) {
        Set<Integer> seen = new HashSet<>(Set.of(state));
        Deque<Integer> due = new ArrayDeque<>(seen);
        while (!due.isEmpty()) {
            int at = due.poll();
            if (at == ruleEnds.get(0)) {
                return true;
            }
            for (int i = edges[at]; i < edges[at + 1]; i++) {
                if (kinds.get(order[i]) == Automaton.EPSILON && seen.add(targets.get(order[i]))) {
                    due.add(targets.get(order[i]));
                }
            }
        }
        return false;
    }

    int[] edgeOffsets() {
        int[] offsets = new int[loops.size() + 1];
        for (int source : sources.toArray()) {
            offsets[source + 1]++;
        }
        for (int state = 0; state < loops.size(); state++) {
            offsets[state + 1] += offsets[state];
        }
        return offsets;
    }

    /** The edges in the order of their source states. */
    int[] edgesByState() {
        int[] next = edgeOffsets();
        int[] order = new int[sources.size()];
        for (int edge = 0; edge < order.length; edge++) {
            order[next[sources.get(edge)]++] = edge;
        }
        return order;
    }
}
