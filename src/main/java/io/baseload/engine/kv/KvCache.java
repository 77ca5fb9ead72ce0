package io.baseload.engine.kv;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.PrefixCacheLoad;

/**
 * Who owns which page of keys and values. Free pages are handed out last-freed first, so that memory that was never needed is never touched; where none is free, pages of
 * prompts are given up that nobody uses at the moment. Used by the engine's thread alone, except {@link #usedPages} and {@link #prefixes}.
 */
public final class KvCache {
    private final KvPages memory;
    private final boolean sharing;
    private final PrefixTree tree = new PrefixTree();
    private final int[] free;
    private int freePages;
    private long lookedUp;
    private long found;
    private long evicted;
    private volatile int availablePages;
    private volatile PrefixCacheLoad prefixes = new PrefixCacheLoad(0, 0, 0, 0);

    /** @param sharing whether pages of prompts are kept for later sequences */
    public KvCache(KvPages memory, boolean sharing) {
        this.memory = memory;
        this.sharing = sharing;
        this.free = new int[memory.pages()];
        this.freePages = free.length;
        this.availablePages = free.length;
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

    /** Pages that a sequence could have: free ones, and those of prompts that nobody uses. */
    public int availablePages() {
        return availablePages;
    }

    /** Pages that sequences use. By any thread. */
    public int usedPages() {
        return free.length - availablePages;
    }

    /** By any thread. */
    public PrefixCacheLoad prefixes() {
        return prefixes;
    }

    /**
     * A table without pages, for a sequence of at most {@code tokens} tokens.
     *
     * @param scope whose pages of prompts it shares
     */
    public PageTable table(int tokens, CacheScope scope) {
        return new PageTable(this, pagesFor(tokens), sharing ? scope : CacheScope.PRIVATE);
    }

    PrefixTree tree() {
        return tree;
    }

    int take() {
        if (freePages > 0) {
            return free[--freePages];
        }
        evicted++;
        return tree.evict();
    }

    void give(int page) {
        free[freePages++] = page;
    }

    void count(int newlyLookedUp, int newlyFound) {
        lookedUp += newlyLookedUp;
        found += newlyFound;
    }

    /** Tells other threads, and whoever asks for {@link #availablePages}, what has become of the pages. */
    void changed() {
        availablePages = freePages + tree.idle();
        if (sharing) {
            prefixes = new PrefixCacheLoad(lookedUp, found, tree.size(), evicted);
        }
    }
}
