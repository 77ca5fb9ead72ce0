package io.baseload.engine.sample;

/**
 * Tokens with keys, as a binary heap with the largest key on top. It has two uses: with negated logits as keys it keeps the k best of a vocabulary; with weights as keys it returns the
 * heaviest one after the other, so that only as many as needed are sorted. Allocated once.
 */
final class Candidates {
    private final int[] ids;
    private final float[] keys;
    private int size;

    Candidates(int vocabulary) {
        ids = new int[vocabulary];
        keys = new float[vocabulary];
    }

    void clear() {
        size = 0;
    }

    int size() {
        return size;
    }

    int id(int place) {
        return ids[place];
    }

    float key(int place) {
        return keys[place];
    }

    void setKey(int place, float key) {
        keys[place] = key;
    }

    /** Adds without keeping the heap's order: {@link #order} restores it. */
    void add(int id, float key) {
        ids[size] = id;
        keys[size++] = key;
    }

    void order() {
        for (int i = size / 2 - 1; i >= 0; i--) {
            sink(i, size);
        }
    }

    /** Replaces the top by another token. */
    void replaceTop(int id, float key) {
        ids[0] = id;
        keys[0] = key;
        sink(0, size);
    }

    /** Moves the top of the first {@code left} to the end of these and returns that place. */
    int take(int left) {
        int last = left - 1;
        swap(0, last);
        sink(0, last);
        return last;
    }

    private void sink(int i, int end) {
        while (2 * i + 1 < end) {
            int child = 2 * i + 1;
            if (child + 1 < end && keys[child + 1] > keys[child]) {
                child++;
            }
            if (keys[child] <= keys[i]) {
                return;
            }
            swap(i, child);
            i = child;
        }
    }

    private void swap(int a, int b) {
        int id = ids[a];
        ids[a] = ids[b];
        ids[b] = id;
        float key = keys[a];
        keys[a] = keys[b];
        keys[b] = key;
    }
}
