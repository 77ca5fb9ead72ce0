package io.baseload.chat.grammar;

import io.baseload.chat.tokenizer.TokenBytes;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Tokens as a trie of their bytes, its nodes in depth-first order: the nodes below node {@code n} are those from {@code n + 1} to {@code end[n]}, exclusive. */
final class TokenTrie {
    final byte[] label;
    final int[] depth;
    final int[] end;

    /** The tokens of node {@code n} are {@code ids[first[n]]} to {@code ids[first[n + 1]]}, exclusive. */
    final int[] first;

    final int[] ids;

    /** Bits of the {@linkplain PlainText#kind kinds} of the characters in the texts below each node; among them that of other than plain ones where a text isn't whole characters. */
    final long[] below;

    /** The bit of the kind of the character that ends at each node; none within a character. */
    final long[] own;

    /** The most bytes from each node to the end of a text below it. */
    final int[] height;

    /** The {@linkplain WordShapes shape} of the texts below each node. */
    final int[] shape;

    /** @param tokens ids of tokens with bytes */
    TokenTrie(TokenBytes bytes, IntStream tokens, WordShapes shapes) {
        byte[] table = bytes.table();
        ids = tokens.boxed()
                .sorted((x, y) -> {
                    int xStart = bytes.start(x);
                    int yStart = bytes.start(y);
                    return Arrays.compareUnsigned(
                            table, xStart, xStart + bytes.length(x), table, yStart, yStart + bytes.length(y));
                })
                .mapToInt(Integer::intValue)
                .toArray();
        var builder = new Builder(bytes);
        for (int i = 0; i < ids.length; i++) {
            builder.add(i, ids[i]);
        }
        builder.close(0);
        label = new byte[builder.labels.size()];
        for (int node = 0; node < label.length; node++) {
            label[node] = (byte) builder.labels.get(node);
        }
        builder.firsts.add(ids.length);
        depth = builder.depths.toArray();
        end = builder.ends.toArray();
        first = builder.firsts.toArray();
        var kinds = new TrieKinds(this);
        below = kinds.below();
        own = kinds.own;
        height = new int[label.length];
        for (int node = label.length - 1; node >= 0; node--) {
            for (int child = node + 1; child < end[node]; child = end[child]) {
                height[node] = Math.max(height[node], height[child] + 1);
            }
        }
        shape = shapes.of(this);
    }

    int nodes() {
        return label.length;
    }

    /** Whether a character of several bytes begins with the one of a node. */
    boolean isFirstOfSeveral(int node) {
        return (label[node] & 0xC0) == 0xC0;
    }

    /** The node before each one; 0 for the root. */
    int[] parents() {
        int[] parents = new int[label.length];
        for (int node = label.length - 1; node >= 0; node--) {
            for (int child = node + 1; child < end[node]; child = end[child]) {
                parents[child] = node;
            }
        }
        return parents;
    }

    private static final class Builder {
        private final TokenBytes bytes;
        private final IntList labels = new IntList();
        private final IntList depths = new IntList();
        private final IntList ends = new IntList();
        private final IntList firsts = new IntList();

        /** The nodes on the way to the last token, the root first. */
        private final IntList path = new IntList();

        private int open;
        private int before = -1;

        Builder(TokenBytes bytes) {
            this.bytes = bytes;
            node(0, 0, 0);
        }

        private void node(int label, int depth, int firstToken) {
            labels.add(label);
            depths.add(depth);
            ends.add(0);
            firsts.add(firstToken);
            if (path.size() == depth) {
                path.add(0);
            }
            path.set(depth, labels.size() - 1);
            open = depth + 1;
        }

        void add(int index, int id) {
            int shared = before < 0 ? 0 : shared(before, id);
            close(shared + 1);
            for (int i = shared; i < bytes.length(id); i++) {
                // a node without a token has its descendants' first token
                node(bytes.table()[bytes.start(id) + i], i + 1, index);
            }
            before = id;
        }

        private int shared(int x, int y) {
            int mismatch = Arrays.mismatch(
                    bytes.table(),
                    bytes.start(x),
                    bytes.start(x) + bytes.length(x),
                    bytes.table(),
                    bytes.start(y),
                    bytes.start(y) + bytes.length(y));
            return mismatch < 0 ? bytes.length(y) : mismatch;
        }

        /** Closes the nodes of the path from this depth on: they get no more descendants. */
        void close(int depth) {
            while (open > depth) {
                open--;
                ends.set(path.get(open), labels.size());
            }
        }
    }
}
