package io.baseload.engine.kv;

/**
 * Which pages of keys and values are free. Pages are handed out last-freed first, so that memory that was never needed is never touched. Used by the
 * engine's thread alone, except {@link #usedPages}.
 */
public final class KvCache {
    private final KvPages memory;
    private final int[] free;
    private volatile int freePages;

    public KvCache(KvPages memory) {
        this.memory = memory;
        this.free = new int[memory.pages()];
        this.freePages = free.length;
        for (int i = 0; i < free.length; i++) {
            free[i] = free.length - 1 - i;
        }
    }

    /** Pages that hold this many tokens. */
    public static int pagesFor(int tokens) {
        return Math.ceilDiv(tokens, KvPages.TOKENS);
    }

    public KvPages memory() {
        return memory;
    }

    public int pages() {
        return free.length;
    }

    public int freePages() {
        return freePages;
    }

    public int usedPages() {
        return free.length - freePages;
    }

    /** A table without pages, for a sequence of at most {@code tokens} tokens. */
    public PageTable table(int tokens) {
        return new PageTable(this, pagesFor(tokens));
    }

    int take() {
        int left = freePages - 1;
        freePages = left;
        return free[left];
    }

    void give(int page) {
        int count = freePages;
        free[count] = page;
        freePages = count + 1;
    }
}
