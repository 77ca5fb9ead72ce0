package io.baseload.engine.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.tensor.NativeMemory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
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
            List<Owner> owners = new ArrayList<>();
            for (int i = 0; i < 5000; i++) {
                if (owners.size() < 6 && random.nextInt(4) == 0) {
                    owners.add(new Owner(cache.table(KvPages.TOKENS * PAGES), new AtomicInteger()));
                } else if (!owners.isEmpty()) {
                    growOrLeave(owners, random);
                }
                assertOneOwner(cache, owners);
            }
        }
    }

    private record Owner(PageTable table, AtomicInteger tokens) {}

    private static void growOrLeave(List<Owner> owners, Random random) {
        Owner owner = owners.get(random.nextInt(owners.size()));
        if (random.nextInt(5) == 0) {
            owner.table().release();
            owners.remove(owner);
        } else if (owner.table().grow(owner.tokens().get() + 40)) {
            owner.tokens().addAndGet(40);
        }
    }

    private static void assertOneOwner(KvCache cache, List<Owner> owners) {
        Set<Integer> owned = new HashSet<>();
        for (Owner owner : owners) {
            for (int token = 0; token < owner.tokens().get(); token += KvPages.TOKENS) {
                assertThat(owned.add(owner.table().page(token))).isTrue();
            }
        }
        assertThat(cache.usedPages()).isEqualTo(owned.size());
        assertThat(owned).allMatch(page -> page >= 0 && page < PAGES);
    }

    private static KvCache cache(NativeMemory memory) {
        return new KvCache(KvPages.allocate(memory, PAGES, new KvLayout(1, 1, 8, 8, 0, KvPrecision.F32)));
    }
}
