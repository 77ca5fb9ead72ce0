package io.baseload.engine.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.tensor.KvPages;
import io.baseload.engine.tensor.NativeMemory;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KvCacheTest {
    private static final int PAGES = 20;

    @Test
    void growsByPagesAndTakesNoneWhereTheyDoNotSuffice() {
        try (NativeMemory memory = new NativeMemory()) {
            KvCache cache = cache(memory);
            PageTable table = cache.table(KvPages.TOKENS * PAGES);
            assertThat(table.grow(1)).isTrue();
            assertThat(table.grow(KvPages.TOKENS)).isTrue();
            assertThat(cache.usedPages()).isEqualTo(1);
            assertThat(table.grow(KvPages.TOKENS + 1)).isTrue();
            assertThat(cache.usedPages()).isEqualTo(2);
            PageTable other = cache.table(KvPages.TOKENS * PAGES);
            assertThat(other.grow(KvPages.TOKENS * (PAGES - 1))).isFalse();
            assertThat(cache.freePages()).isEqualTo(PAGES - 2);
            assertThat(other.grow(KvPages.TOKENS * (PAGES - 2))).isTrue();
            assertThat(cache.freePages()).isZero();
        }
    }

    /** Whatever sequences come, grow and go: no page has two owners and none gets lost. */
    @Test
    void everyPageHasOneOwner() {
        try (NativeMemory memory = new NativeMemory()) {
            KvCache cache = cache(memory);
            Random random = new Random(3);
            PageTable[] tables = new PageTable[6];
            int[] tokens = new int[tables.length];
            for (int i = 0; i < 5000; i++) {
                int which = random.nextInt(tables.length);
                if (tables[which] == null) {
                    tables[which] = cache.table(KvPages.TOKENS * PAGES);
                    tokens[which] = 0;
                } else if (random.nextInt(5) == 0) {
                    tables[which].release();
                    tables[which] = null;
                } else if (tables[which].grow(tokens[which] + 40)) {
                    tokens[which] += 40;
                }
                assertOneOwner(cache, tables, tokens);
            }
        }
    }

    private static void assertOneOwner(KvCache cache, PageTable[] tables, int[] tokens) {
        Set<Integer> owned = new HashSet<>();
        for (int i = 0; i < tables.length; i++) {
            for (int token = 0; tables[i] != null && token < tokens[i]; token += KvPages.TOKENS) {
                assertThat(owned.add(tables[i].page(token))).isTrue();
            }
        }
        assertThat(cache.usedPages()).isEqualTo(owned.size());
        assertThat(owned).allMatch(page -> page >= 0 && page < PAGES);
    }

    private static KvCache cache(NativeMemory memory) {
        return new KvCache(KvPages.allocate(memory, PAGES, 1, 1, 8));
    }
}
