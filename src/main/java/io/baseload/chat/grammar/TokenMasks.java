package io.baseload.chat.grammar;

import io.baseload.chat.grammar.Stacks.Frame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The masks of one grammar over one vocabulary. A mask is the union of the tokens that each of the stacks' top frames allows, which are remembered for the frame independent of those below
 * it, and of the tokens in whose middle the top frame's rule ends, as far as the frames below allow the rest (compare Dong et al., XGrammar, 2024). The reader's effort limits a mask. Used by
 * one thread at a time.
 */
final class TokenMasks {
    /** The limit for one mask: a hundred times the effort of usual grammars, and about a sixth of a second. */
    static final long MAX_WORK = 1_000_000;

    /** The limit for reading one token, most of which was already read for the mask. */
    static final long MAX_READING = MAX_WORK / 4;

    /** The number of trie nodes, or words of a mask, that are examined in the time of one step. */
    private static final int TOGETHER = 16;

    /** So many nodes below one are followed without asking first whether all can be read. */
    private static final int FEW = 6;

    private static final int SHAPE_BYTES = 60;
    private static final int FIRST_SHAPE_BYTES = 190;
    private static final int MAX_MASKS = 64;
    private static final int MAX_TOPS = 192;

    /** If a top frame's rule ends at more places than this, examining it alone saves nothing. */
    private static final int MAX_EXITS = 4_000;

    private final Reader reader;
    private final TokenTable tokens;
    private final Stacks[] path;
    private final Map<Stacks, long[]> masks = new LeastRecentlyUsed<>(MAX_MASKS);
    private final Map<Stacks, Top> tops = new LeastRecentlyUsed<>(MAX_TOPS);
    private final Map<Integer, List<Counts>> counts = new HashMap<>();

    /** The greatest count met while a top frame is examined. */
    private long reached;

    private int forgotten;

    TokenMasks(Reader reader, TokenTable tokens) {
        this.reader = reader;
        this.tokens = tokens;
        this.path = new Stacks[tokens.longest + 1];
    }

    /**
     * The tokens that a frame allows, independent of the caller of its rule.
     *
     * @param allowed tokens that it reads completely
     * @param plainExits nodes of the trie of plain tokens at which its rule ends
     * @param restExits the same in the other trie
     * @param whole whether there are so many of them that they aren't stored
     */
    private record Top(long[] allowed, int[] plainExits, int[] restExits, boolean whole) {}

    /**
     * Counts of a state's loop for which the state allows the same tokens.
     *
     * @param examined the frame that was examined, with one of the counts
     */
    private record Counts(long least, long greatest, Stacks examined) {}

    /** Sets the bits of the allowed tokens; returns whether they had to be computed. */
    boolean allow(Stacks stacks, long[] bits) {
        forgetWithReader();
        Stacks key = stacks.representative();
        long[] mask = masks.get(key);
        boolean unknown = mask == null;
        if (mask == null) {
            mask = compute(key);
            masks.put(key, mask);
            Arrays.fill(path, Stacks.NONE);
        }
        Arrays.fill(bits, 0);
        System.arraycopy(mask, 0, bits, 0, Math.min(bits.length, mask.length));
        return unknown;
    }

    private void forgetWithReader() {
        if (forgotten != reader.forgotten()) {
            forgotten = reader.forgotten();
            masks.clear();
            tops.clear();
            counts.clear();
        }
    }

    /** Approximate size of remembered results. */
    long bytes() {
        long exits = 0;
        for (Top top : tops.values()) {
            exits += top.plainExits.length + top.restExits.length;
        }
        return (long) Long.BYTES * tokens.words() * (masks.size() + tops.size()) + Integer.BYTES * exits;
    }

    private long[] compute(Stacks stacks) {
        long[] mask = new long[tokens.words()];
        if (stacks.mayEnd) {
            for (int stop : tokens.stopTokens) {
                mask[stop >> 6] |= 1L << stop;
            }
        }
        boolean whole = false;
        for (Frame frame : stacks.frames) {
            whole |= frame.state >= 0 && !addTop(frame, mask);
        }
        if (whole) {
            walk(tokens.plain, 0, stacks, mask, new IntList());
            walk(tokens.rest, 0, stacks, mask, new IntList());
        }
        return mask;
    }

    /** Returns false if the top frame's rule ends at so many places that the stacks are better examined as a whole. */
    private boolean addTop(Frame frame, long[] mask) {
        addAskedFor(frame, mask);
        Top top = top(frame);
        reader.spend(mask.length / TOGETHER);
        for (int word = 0; word < mask.length; word++) {
            mask[word] |= top.allowed[word];
        }
        if (top.whole) {
            return false;
        }
        boolean exits = top.plainExits.length + top.restExits.length > 0;
        Stacks callers = exits ? reader.resume(frame.below) : Stacks.NONE;
        for (int node : top.plainExits) {
            walk(tokens.plain, node, callers, mask, new IntList());
        }
        for (int node : top.restExits) {
            walk(tokens.rest, node, callers, mask, new IntList());
        }
        return true;
    }

    /** Adds tokens that the grammar contains by their ids. */
    private void addAskedFor(Frame frame, long[] mask) {
        Automaton automaton = reader.automaton();
        for (int edge = reader.firstEdge(frame); edge < reader.lastEdge(frame); edge++) {
            int id = automaton.a[edge];
            if (automaton.kind[edge] == Automaton.TOKEN && id < tokens.bytes.size()) {
                mask[id >> 6] |= 1L << id;
            }
        }
    }

    private Top top(Frame frame) {
        Stacks alone = reader.alone(frame.state, frame.count);
        Top top = tops.get(examined(frame, alone));
        if (top == null) {
            reached = frame.count;
            top = computeTop(frame, alone);
            tops.put(alone, top);
            if (reader.automaton().isCounted(frame)) {
                addCounts(frame, alone);
            }
        }
        return top;
    }

    /** A frame that was examined and allows the same tokens. */
    private Stacks examined(Frame frame, Stacks alone) {
        for (Counts known : counts.getOrDefault(frame.state, List.of())) {
            if (known.least <= frame.count && frame.count <= known.greatest) {
                return known.examined;
            }
        }
        return alone;
    }

    /** If no token brings the count to a bound of the loop, the same tokens are allowed from all counts that are as far from the bounds. */
    private void addCounts(Frame frame, Stacks alone) {
        Automaton automaton = reader.automaton();
        int loop = automaton.loop[frame.state];
        int min = automaton.loopMin[loop];
        long farthest = reached - frame.count + 1;
        long least = frame.count >= min ? min : 0;
        long greatest = (frame.count >= min ? automaton.loopMax[loop] : min) - farthest - 1;
        if (frame.count <= greatest) {
            List<Counts> of = counts.computeIfAbsent(frame.state, state -> new ArrayList<>());
            of.removeIf(known -> known.least == least);
            of.add(new Counts(least, greatest, alone));
        }
    }

    private Top computeTop(Frame frame, Stacks alone) {
        long[] allowed = new long[tokens.words()];
        var plainExits = new IntList();
        var restExits = new IntList();
        if (readsPlainText(frame)) {
            reached += tokens.plainUpTo.length;
            long[] plain = tokens.plainUpTo[Math.min(mostCharacters(frame), tokens.plainUpTo.length - 1)];
            System.arraycopy(plain, 0, allowed, 0, allowed.length);
        } else {
            walk(tokens.plain, 0, alone, allowed, plainExits);
        }
        walk(tokens.rest, 0, alone, allowed, restExits);
        return plainExits.size() + restExits.size() > MAX_EXITS
                ? new Top(allowed, new int[0], new int[0], true)
                : new Top(allowed, plainExits.toArray(), restExits.toArray(), false);
    }

    /** Whether the frame reads any plain characters, all or up to a number after which the text continues with another character. */
    private boolean readsPlainText(Frame frame) {
        int exit = reader.automaton().plainExit[frame.state];
        if (exit == Automaton.ANY_PLAIN) {
            return true;
        }
        if (exit == Automaton.NOT_PLAIN) {
            return false;
        }
        Stacks after = reader.expanded(exit, 0);
        if (after.leaves) {
            return false;
        }
        for (int b = ' '; b < 256; b++) {
            if (b != '"' && b != '\\' && !reader.step(after, b).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private int mostCharacters(Frame frame) {
        int loop = reader.automaton().loop[frame.state];
        return loop == Automaton.NO_LOOP ? Integer.MAX_VALUE : (int) (reader.automaton().loopMax[loop] - frame.count);
    }

    /** Adds the tokens below a node that can be read from there on, and the nodes at which the rule of a frame examined alone ends. */
    private void walk(TokenTrie trie, int from, Stacks start, long[] mask, IntList exits) {
        path[trie.depth[from]] = start;
        int node = from + 1;
        int looked = 0;
        while (node < trie.end[from]) {
            if (++looked % TOGETHER == 0) {
                reader.spend(1);
            }
            int depth = trie.depth[node];
            Stacks before = path[depth - 1];
            if (trie.isFirstOfSeveral(node) && reads(reader.afterWord(before), trie.shape[node])) {
                add(trie, node, trie.end[node], mask);
                node = trie.end[node];
                continue;
            }
            Stacks here = reader.step(before, trie.label[node] & 0xFF);
            if (here.isEmpty()) {
                node = trie.end[node];
                continue;
            }
            reached = Math.max(reached, here.greatestCount);
            if (trie.end[node] > node + FEW && readsAllBelow(here, trie, node)) {
                add(trie, node, trie.end[node], mask);
                node = trie.end[node];
                continue;
            }
            add(trie, node, node + 1, mask);
            if (here.leaves && trie.end[node] > node + 1) {
                exits.add(node);
            }
            path[depth] = here;
            node++;
        }
    }

    /** Adds the tokens of some nodes. */
    private static void add(TokenTrie trie, int from, int to, long[] mask) {
        for (int i = trie.first[from]; i < trie.first[to]; i++) {
            mask[trie.ids[i] >> 6] |= 1L << trie.ids[i];
        }
    }

    /** Whether all texts below a node can be read, as far as that is easily known. */
    private boolean readsAllBelow(Stacks here, TokenTrie trie, int node) {
        if (reader.readsRun(here, trie.below[node]) >= trie.height[node]) {
            reached = Math.max(reached, here.greatestCount + trie.height[node]);
            return true;
        }
        // within a character, the shape is that of the texts after it
        return reader.isKept(here, trie.below[node]) || trie.own[node] != 0 && reads(here, trie.shape[node]);
    }

    /** Whether it is known that all texts of a shape can be read. */
    private boolean reads(Stacks here, int shape) {
        long count = shape == WordShapes.NONE ? -1 : greatestCount(here, shape);
        reached = Math.max(reached, count);
        return count >= 0;
    }

    /** The greatest count while the texts of a shape are read; −1 if it isn't known that all can be read. */
    private long greatestCount(Stacks here, int shape) {
        if (here.isEmpty() || shape == WordShapes.EMPTY) {
            return here.isEmpty() ? -1 : here.greatestCount;
        }
        Long known = here.shapes().get(shape);
        if (known == null) {
            reader.spend(1);
            int word = tokens.shapes.afterWord(shape);
            int space = tokens.shapes.afterSpace(shape);
            long inWord = word == WordShapes.NEVER ? 0 : greatestCount(reader.afterWord(here), word);
            long inSpace =
                    inWord < 0 || space == WordShapes.NEVER ? inWord : greatestCount(reader.step(here, ' '), space);
            known = inSpace < 0 ? -1 : Math.max(here.greatestCount, Math.max(inWord, inSpace));
            here.shapes().put(shape, known);
            reader.remembers(here.shapes().size() == 1 ? FIRST_SHAPE_BYTES : SHAPE_BYTES);
        }
        return known;
    }

    private static final class LeastRecentlyUsed<V> extends LinkedHashMap<Stacks, V> {
        private static final long serialVersionUID = 1;
        private final int most;

        LeastRecentlyUsed(int most) {
            super(16, 0.75f, true);
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<Stacks, V> eldest) {
            return size() > most;
        }
    }
}
