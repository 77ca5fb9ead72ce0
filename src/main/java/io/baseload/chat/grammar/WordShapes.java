package io.baseload.chat.grammar;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The shapes of the texts below each node of a trie: the texts with each character replaced by its class, which is a space or anything else that is {@link PlainText plain} and no space. The
 * subtrees of a vocabulary of 128,256 tokens have 240 shapes. What can be read of a shape is found out once for all of them.
 */
final class WordShapes {
    /** The shape of nodes with other characters below them. */
    static final int NONE = -1;

    /** The shape of nodes without others below them. */
    static final int EMPTY = 0;

    /** In the place of a shape: no text goes on with such a character. */
    static final int NEVER = -2;

    private static final long SPACE = 1L << PlainText.kind(' ');

    /** Trees with longer texts have no shape. */
    private static final int MAX_HEIGHT = 256;

    private final IntList afterWord = new IntList();
    private final IntList afterSpace = new IntList();
    private final Map<Long, Integer> known = new HashMap<>();
    private final Map<Long, Integer> unions = new HashMap<>();

    WordShapes() {
        shape(NEVER, NEVER);
    }

    /** The shape of the texts that continue this one's with a character of a word; {@link #NEVER} if none does. */
    int afterWord(int shape) {
        return afterWord.get(shape);
    }

    int afterSpace(int shape) {
        return afterSpace.get(shape);
    }

    /** The shape of each node; for nodes within a character that of the texts after it. */
    int[] of(TokenTrie trie) {
        int[] shapes = new int[trie.nodes()];
        int[] words = new int[trie.nodes()];
        int[] spaces = new int[trie.nodes()];
        Arrays.fill(words, NEVER);
        Arrays.fill(spaces, NEVER);
        int[] parents = trie.parents();
        for (int node = shapes.length - 1; node >= 0; node--) {
            boolean within = node > 0 && trie.own[node] == 0;
            boolean broken = trie.label[node] < 0 && trie.own[node] == 1L << PlainText.NOT_PLAIN;
            shapes[node] = broken || trie.height[node] > MAX_HEIGHT
                    ? NONE
                    : within ? words[node] : shape(words[node], spaces[node]);
            if (node > 0) {
                boolean word = within || (trie.own[node] & PlainText.KINDS_IN_WORDS) != 0;
                int[] siblings = trie.own[node] == SPACE ? spaces : words;
                int added = word || trie.own[node] == SPACE ? shapes[node] : NONE;
                siblings[parents[node]] = union(siblings[parents[node]], added);
            }
        }
        return shapes;
    }

    private int shape(int word, int space) {
        if (word == NONE || space == NONE) {
            return NONE;
        }
        return known.computeIfAbsent((long) word << Integer.SIZE | space & 0xFFFFFFFFL, shape -> {
            afterWord.add(word);
            afterSpace.add(space);
            return afterWord.size() - 1;
        });
    }

    private int union(int one, int other) {
        if (one == other || one == NONE || other == NEVER) {
            return one;
        }
        if (other == NONE || one == NEVER) {
            return other;
        }
        long both = (long) Math.min(one, other) << Integer.SIZE | Math.max(one, other);
        Integer union = unions.get(both);
        if (union == null) {
            union = shape(union(afterWord(one), afterWord(other)), union(afterSpace(one), afterSpace(other)));
            unions.put(both, union);
        }
        return union;
    }
}
