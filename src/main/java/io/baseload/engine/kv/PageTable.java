package io.baseload.engine.kv;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.kv.PrefixTree.Node;
import io.baseload.engine.kv.PrefixTree.Root;

/**
 * The pages of one sequence: page {@code pages[t / KvPages.TOKENS]} contains its token t. The first ones may be shared with others through the {@link PrefixTree} and are no longer written
 * to; the following ones are its own.
 */
public final class PageTable {
    private final KvCache cache;
    private final CacheScope scope;
    private final int[] pages;
    private final Node[] shared;
    private int count;
    private int sharedCount;

    PageTable(KvCache cache, int most, CacheScope scope) {
        this.cache = cache;
        this.scope = scope;
        this.pages = new int[most];
        this.shared = new Node[scope.isPrivate() ? 0 : most];
    }

    /** Whether pages for a total of {@code tokens} tokens are available. */
    public boolean fits(int tokens) {
        return KvCache.pagesFor(tokens) - count <= cache.availablePages();
    }

    /** Takes the missing pages for a total of {@code tokens} tokens; takes none and returns false if they aren't available. */
    public boolean grow(int tokens) {
        if (!fits(tokens)) {
            return false;
        }
        int end = KvCache.pagesFor(tokens);
        if (count < end) {
            while (count < end) {
                pages[count++] = cache.take();
            }
            cache.changed();
        }
        return true;
    }

    /**
     * Continues after the part of the same prompt that others have computed: takes over pages with its next tokens, replacing its own pages.
     *
     * @param far whether its keys are rotated for sequences beyond the model's original context
     * @param most the most tokens of the prompt to take over
     * @return the number of tokens in shared pages
     */
    public int share(boolean far, int[] prompt, int most) {
        int before = sharedCount;
        while (mayShare(most)) {
            Node node = cache.tree().hold(end(far), prompt, sharedCount * KvPages.TOKENS);
            if (node == null) {
                break;
            }
            replace(node);
        }
        if (sharedCount > before) {
            cache.changed();
        }
        return sharedCount * KvPages.TOKENS;
    }

    /** Lets others share the full pages of computed prompt tokens. */
    public void publish(boolean far, int[] prompt, int computed) {
        int before = sharedCount;
        while (mayShare(computed)) {
            replace(cache.tree().add(end(far), prompt, sharedCount * KvPages.TOKENS, pages[sharedCount]));
        }
        if (sharedCount > before) {
            cache.changed();
        }
    }

    private boolean mayShare(int tokens) {
        return sharedCount < shared.length && (sharedCount + 1) * KvPages.TOKENS <= tokens;
    }

    /** The predecessor of the next shared page. */
    private Object end(boolean far) {
        return sharedCount == 0 ? new Root(scope, far) : shared[sharedCount - 1];
    }

    private void replace(Node node) {
        if (sharedCount == count) {
            count++;
        } else if (pages[sharedCount] != node.page()) {
            cache.give(pages[sharedCount]);
        }
        pages[sharedCount] = node.page();
        shared[sharedCount++] = node;
    }

    /** Counts looked-up and found tokens of a prompt. */
    public void count(int lookedUp, int found) {
        if (shared.length > 0) {
            cache.count(lookedUp, found);
            cache.changed();
        }
    }

    /** Returns all pages, the last ones first; others keep the shared ones. */
    public void release() {
        while (count > sharedCount) {
            cache.give(pages[--count]);
        }
        while (count > 0) {
            cache.tree().leave(shared[--count]);
        }
        sharedCount = 0;
        cache.changed();
    }

    /** Page numbers, which are valid only for pages with tokens. The table's own array. */
    public int[] pages() {
        return pages;
    }

    /** The page of a token. */
    public int page(int token) {
        return pages[token / KvPages.TOKENS];
    }

    /** A token's index in its page. */
    public static int slot(int token) {
        return token % KvPages.TOKENS;
    }
}
