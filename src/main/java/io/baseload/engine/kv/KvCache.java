package io.baseload.engine.kv;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.PrefixCacheLoad;

/**
 * The owners of pages of keys and values. The page that was freed last is reused first, so that unneeded memory is never touched. If no page is free, unused pages of prompts are evicted.
 * Used only by the engine's thread, except {@link #usedPages} and {@link #prefixes}.
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

    /** Number of pages for this many tokens. */
    public static int pagesFor(int tokens) {
        return Math.ceilDiv(tokens, KvPages.TOKENS);
    }

    public KvPages memory() {
        return memory;
    }

    public int pages() {
        return free.length;
    }

    /** Number of available pages: free ones, and those of prompts that no sequence uses. */
    public int availablePages() {
        return availablePages;
    }

    /** Number of pages that sequences use. May be called by any thread. */
    public int usedPages() {
        return free.length - availablePages;
    }

    /** May be called by any thread. */
    public PrefixCacheLoad prefixes() {
        return prefixes;
    }

    /**
     * A table without pages, for a sequence of at most {@code tokens} tokens.
     *
     * @param scope the scope in which it shares pages of prompts
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

    /** Updates the numbers of pages that other threads and {@link #availablePages} read. */
    void changed() {
        availablePages = freePages + tree.idle();
        if (sharing) {
            prefixes = new PrefixCacheLoad(lookedUp, found, tree.size(), evicted);
        }
    }
}
