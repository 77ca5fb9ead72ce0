package io.baseload.engine.kv;

/** The pages that one sequence owns: page {@code pages[t / KvPages.TOKENS]} holds its token t. */
public final class PageTable {
    private final KvCache cache;
    private final int[] pages;
    private int count;

    PageTable(KvCache cache, int most) {
        this.cache = cache;
        this.pages = new int[most];
    }

    /** Takes the pages that are missing for {@code tokens} tokens in all; takes none and returns false if there are too few free ones. */
    public boolean grow(int tokens) {
        int missing = KvCache.pagesFor(tokens) - count;
        if (missing > cache.freePages()) {
            return false;
        }
        for (int i = 0; i < missing; i++) {
            pages[count++] = cache.take();
        }
        return true;
    }

    /** Gives all pages back. */
    public void release() {
        while (count > 0) {
            cache.give(pages[--count]);
        }
    }

    /** Page numbers; only those that hold tokens mean something. The table's own array. */
    public int[] pages() {
        return pages;
    }

    /** The page of a token. */
    public int page(int token) {
        return pages[token / KvPages.TOKENS];
    }

    /** A token's place in its page. */
    public static int slot(int token) {
        return token % KvPages.TOKENS;
    }
}
