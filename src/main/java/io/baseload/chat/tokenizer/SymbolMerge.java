package io.baseload.chat.tokenizer;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Merges one stretch of text: a list of symbols, at first its code points, and a queue of possible merges of neighbours. */
final class SymbolMerge {
    /** Returns a piece's score; NaN if there is no such piece. */
    @FunctionalInterface
    interface Scores {
        float of(String piece);
    }

    /** Two neighbours by their places, and their total length: if that has changed, one of them was merged with another. */
    private record Pair(float score, int left, int right, int length) {
        static final Comparator<Pair> BEST_FIRST =
                Comparator.comparingDouble((Pair pair) -> -pair.score).thenComparingInt(Pair::left);
    }

    private final String text;
    private final Scores scores;
    /** Lengths of symbols by the place of their first character; 0 if no symbol begins there. */
    private final int[] lengths;

    private final int[] previous;
    private final PriorityQueue<Pair> queue = new PriorityQueue<>(Pair.BEST_FIRST);

    SymbolMerge(String text, Scores scores) {
        this.text = text;
        this.scores = scores;
        lengths = new int[text.length()];
        previous = new int[text.length()];
        int before = -1;
        for (int i = 0; i < text.length(); i += lengths[i]) {
            lengths[i] = Character.charCount(text.codePointAt(i));
            previous[i] = before;
            offer(before, i);
            before = i;
        }
        merge();
    }

    private void merge() {
        for (Pair pair = queue.poll(); pair != null; pair = queue.poll()) {
            int left = pair.left;
            if (lengths[left] == 0 || lengths[left] + lengths[pair.right] != pair.length || lengths[pair.right] == 0) {
                continue;
            }
            lengths[left] = pair.length;
            lengths[pair.right] = 0;
            int after = next(left);
            if (after >= 0) {
                previous[after] = left;
                offer(left, after);
            }
            offer(previous[left], left);
        }
    }

    private void offer(int left, int right) {
        if (left >= 0) {
            int length = lengths[left] + lengths[right];
            float score = scores.of(text.substring(left, left + length));
            if (!Float.isNaN(score)) {
                queue.add(new Pair(score, left, right, length));
            }
        }
    }

    /** The place of the symbol after the one at a place; −1 after the last. */
    int next(int place) {
        int next = place + lengths[place];
        return next < text.length() ? next : -1;
    }

    String symbol(int place) {
        return text.substring(place, place + lengths[place]);
    }
}
