package io.baseload.chat.grammar;

/** Finds the kinds of characters below each node of a trie, by decoding its texts as UTF-8. */
final class TrieKinds {
    private static final long NOT_PLAIN = 1L << PlainText.NOT_PLAIN;

    /** The least characters of two, three and four bytes: longer forms of those before them are no UTF-8. */
    private static final int[] LEAST = {0x80, 0x800, 0x10000};

    private final TokenTrie trie;

    /** The kind of the character that ends at each node; none within a character. */
    final long[] own;

    /** The nodes on the way to the last one, and for each the bits of a character that has begun there, its length, and the number of bytes that are missing. */
    private final int[] path;

    private final int[] character;
    private final int[] length;
    private final int[] missing;

    TrieKinds(TokenTrie trie) {
        this.trie = trie;
        this.own = new long[trie.nodes()];
        int deepest = 0;
        for (int depth : trie.depth) {
            deepest = Math.max(deepest, depth);
        }
        this.path = new int[deepest + 1];
        this.character = new int[deepest + 1];
        this.length = new int[deepest + 1];
        this.missing = new int[deepest + 1];
    }

    long[] below() {
        int[] parents = new int[own.length];
        boolean[] within = new boolean[own.length];
        for (int node = 1; node < own.length; node++) {
            int depth = trie.depth[node];
            parents[node] = path[depth - 1];
            path[depth] = node;
            own[node] = read(depth, trie.label[node] & 0xFF);
            within[node] = missing[depth] > 0;
            if (within[node] && trie.first[node] < trie.first[node + 1]) {
                own[node] = NOT_PLAIN;
            }
        }
        long[] below = new long[own.length];
        for (int node = own.length - 1; node > 0; node--) {
            below[parents[node]] |= own[node] | below[node];
            below[node] |= within[node] ? NOT_PLAIN : 0;
        }
        return below;
    }

    /** Reads the byte of a node at some depth; returns the kind of the character that it ends. */
    private long read(int depth, int b) {
        int before = missing[depth - 1];
        missing[depth] = 0;
        if (before > 0) {
            character[depth] = character[depth - 1] << 6 | b & 0x3F;
            length[depth] = length[depth - 1];
            missing[depth] = (b & 0xC0) == 0x80 ? before - 1 : 0;
            return (b & 0xC0) != 0x80 ? NOT_PLAIN : missing[depth] > 0 ? 0 : kind(character[depth], length[depth]);
        }
        if (b < 0x80) {
            return 1L << PlainText.kind(b);
        }
        if (b < 0xC2 || b > 0xF4) {
            return NOT_PLAIN;
        }
        length[depth] = b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
        missing[depth] = length[depth] - 1;
        character[depth] = b & 0x7F >> length[depth];
        return 0;
    }

    private static long kind(int character, int length) {
        return character < LEAST[length - 2] ? NOT_PLAIN : 1L << PlainText.kind(character);
    }
}
