package io.baseload.engine.kv;

import io.baseload.engine.api.CacheScope;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Pages of prompts that more than one sequence can use. A page's contents are a function of its tokens and of all tokens before them, so a page is a node of a tree. It is found by the page
 * before it and its own {@link KvPages#TOKENS} ids, which are compared one by one, so that different texts are never confused. The first page is found by its {@link Root}: another tenant's
 * pages, or those of another salt, are in another tree, so that they are never found. They do share the memory: the more room others' prompts take, the sooner one's own are evicted.
 *
 * <p>Only whole pages of a prompt are here, computed as prompt rows. Their bits depend neither on how the prompt was split into steps nor on other work in those steps, so an answer is the
 * same whether its prompt was found or computed. Pages of answers contain the numbers of decode rows, which differ in their last bits; the next turn of a conversation computes the last
 * answer again, as a part of its prompt.
 *
 * <p>A sequence holds each page that it uses, and with it all pages before it. A page that no sequence holds is kept until its memory is needed. Such pages are ordered by the time of their
 * release. A sequence releases its last page first, so the first page in that order never has successors: evicting it removes only one page, and no node loses its predecessor. Used only by
 * the engine's thread. A node takes some 300 bytes of heap.
 */
final class PrefixTree {
    /**
     * The predecessor of a first page.
     *
     * @param far whether keys are rotated for sequences beyond the model's original context, in models where that makes a difference
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

    /** @param before a {@link Root}, or the {@link Node} of the previous page */
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

    /** Nodes that no sequence holds, in the order of their release. */
    private final LinkedHashSet<Node> idle = new LinkedHashSet<>();

    /** Finds the page after {@code before} whose tokens begin at {@code from}, and holds it for another sequence; null if there is none. */
    @Nullable
    Node hold(Object before, int[] tokens, int from) {
        Node node = nodes.get(key(before, tokens, from));
        if (node != null) {
            hold(node);
        }
        return node;
    }

    /** Adds a page that a sequence has computed, or holds the one that another has added meanwhile, which has the same bits. */
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

    /** Releases a page for a sequence, which has already released those after it. */
    void leave(Node node) {
        if (--node.holders == 0) {
            idle.addLast(node);
        }
    }

    /** Number of pages in the tree. */
    int size() {
        return nodes.size();
    }

    /** Number of pages that no sequence holds. */
    int idle() {
        return idle.size();
    }

    /** Evicts the idle page that was released first, and returns it. */
    int evict() {
        Node node = idle.removeFirst();
        nodes.remove(node.key);
        return node.page;
    }
}
