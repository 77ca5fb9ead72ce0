package io.baseload.engine.kv;

import io.baseload.engine.api.CacheScope;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Pages of prompts that more than one sequence can use. What a page holds is a function of its tokens and of all tokens before them, so a page is a node of a tree: it is found by
 * the page before it and its own {@link KvPages#TOKENS} ids, compared one by one, so that no two texts are ever taken for each other. The first page is found by its
 * {@link Root}: another tenant's pages, or those of another salt, are in another tree, and whether they are there changes nothing that can be measured.
 *
 * <p>Only whole pages of a prompt are here, computed as prompt rows. Their bits depend neither on how the prompt was cut into steps nor on what ran beside it, so an
 * answer is the same whether its prompt was found or computed. Pages of answers hold the numbers of decode rows, which differ in their last bits: the next turn of a
 * conversation computes the last answer again, as the part of its prompt that it is by then.
 *
 * <p>A page is held by each sequence that uses it, and with it all pages before it. One that nobody holds stays until its room is needed. These stand in the order in which they were let go of;
 * a sequence lets go of its last page first, so the first in that order never has others behind it: dropping it drops no more than one page, and no node is without the one
 * before it. Used by the engine's thread alone. A node takes some 300 bytes of heap.
 */
final class PrefixTree {
    /**
     * What stands before a first page.
     *
     * @param far whether keys were rotated for sequences beyond the model's original context, where that makes a difference
     */
    record Root(CacheScope scope, boolean far) {}

    /** A page in the tree. */
    static final class Node {
        private final Key key;
        private final int page;
        private int holders;

        private Node(Key key, int page) {
            this.key = key;
            this.page = page;
        }

        int page() {
            return page;
        }
    }

    /** @param before a {@link Root}, or the {@link Node} of the page before */
    private record Key(Object before, int[] tokens) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key(Object otherBefore, int[] otherTokens)
                    && before.equals(otherBefore)
                    && Arrays.equals(tokens, otherTokens);
        }

        @Override
        public int hashCode() {
            return 31 * before.hashCode() + Arrays.hashCode(tokens);
        }
    }

    private final Map<Key, Node> nodes = new HashMap<>();

    /** Nodes that no sequence holds, the one that was let go of first at the beginning. */
    private final LinkedHashSet<Node> idle = new LinkedHashSet<>();

    /** The page behind {@code before} whose tokens begin at {@code from}, held for a sequence more; null if it isn't there. */
    @Nullable
    Node hold(Object before, int[] tokens, int from) {
        Node node = nodes.get(key(before, tokens, from));
        if (node != null) {
            hold(node);
        }
        return node;
    }

    /** Puts a page there that a sequence has computed, or holds the one that another has put there meanwhile, which has the same bits. */
    Node add(Object before, int[] tokens, int from, int page) {
        Node node = nodes.computeIfAbsent(key(before, tokens, from), key -> new Node(key, page));
        hold(node);
        return node;
    }

    private static Key key(Object before, int[] tokens, int from) {
        return new Key(before, Arrays.copyOfRange(tokens, from, from + KvPages.TOKENS));
    }

    private void hold(Node node) {
        node.holders++;
        idle.remove(node);
    }

    /** A sequence needs the page no longer; it has let go of those behind it. */
    void leave(Node node) {
        if (--node.holders == 0) {
            idle.addLast(node);
        }
    }

    /** Pages here. */
    int size() {
        return nodes.size();
    }

    /** Pages that nobody holds. */
    int idle() {
        return idle.size();
    }

    /** Drops the idle page that was let go of first, and returns it. */
    int evict() {
        Node node = idle.removeFirst();
        nodes.remove(node.key);
        return node.page;
    }
}
