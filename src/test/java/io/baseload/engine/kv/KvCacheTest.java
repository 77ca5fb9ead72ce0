package io.baseload.engine.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.tensor.NativeMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KvCacheTest {
    private static final int PAGES = 20;
    private static final int[] PROMPT =
            IntStream.range(0, KvPages.TOKENS * PAGES).toArray();

    @Test
    void growsByPagesAndTakesNoneWhereTheyDoNotSuffice() {
        try (NativeMemory memory = new NativeMemory()) {
            KvCache cache = cache(memory);
            PageTable table = cache.table(KvPages.TOKENS * PAGES, CacheScope.PRIVATE);
            assertThat(table.grow(1)).isTrue();
            assertThat(table.grow(KvPages.TOKENS)).isTrue();
            assertThat(cache.usedPages()).isEqualTo(1);
            assertThat(table.grow(KvPages.TOKENS + 1)).isTrue();
            assertThat(cache.usedPages()).isEqualTo(2);
            PageTable other = cache.table(KvPages.TOKENS * PAGES, CacheScope.PRIVATE);
            assertThat(other.grow(KvPages.TOKENS * (PAGES - 1))).isFalse();
            assertThat(cache.availablePages()).isEqualTo(PAGES - 2);
            assertThat(other.grow(KvPages.TOKENS * (PAGES - 2))).isTrue();
            assertThat(cache.availablePages()).isZero();
        }
    }

    /** Random sequences are created, grow and end: no page has two owners, and none is lost. */
    @Test
    void everyPageHasOneOwner() {
        try (NativeMemory memory = new NativeMemory()) {
            KvCache cache = cache(memory);
            Random random = new Random(3);
            List<Owner> owners = new ArrayList<>();
            for (int i = 0; i < 5000; i++) {
                if (owners.size() < 6 && random.nextInt(4) == 0) {
                    owners.add(new Owner(cache.table(KvPages.TOKENS * PAGES, CacheScope.PRIVATE), new AtomicInteger()));
                } else if (!owners.isEmpty()) {
                    growOrLeave(owners, random);
                }
                assertOneOwner(cache, owners);
            }
        }
    }

    @Test
    void pagesOfAPromptStayUntilTheirRoomIsNeeded() {
        try (NativeMemory memory = new NativeMemory()) {
            KvCache cache = cache(memory);
            PageTable first = filled(cache, "a", 5);
            int[] pages = Arrays.copyOf(first.pages(), 5);
            first.release();
            assertThat(cache.usedPages()).isZero();
            PageTable second = cache.table(KvPages.TOKENS * PAGES, CacheScope.of("a"));
            assertThat(second.share(false, PROMPT, KvPages.TOKENS * 3 + 31)).isEqualTo(KvPages.TOKENS * 3);
            assertThat(second.pages()).startsWith(pages[0], pages[1], pages[2]);
            assertThat(cache.usedPages()).isEqualTo(3);
            PageTable other = cache.table(KvPages.TOKENS * PAGES, CacheScope.of("b"));
            assertThat(other.share(false, PROMPT, PROMPT.length)).isZero();
            assertThat(other.grow(KvPages.TOKENS * (PAGES - 3))).isTrue();
            assertThat(cache.prefixes().evicted())
                    .as("the two that nobody uses")
                    .isEqualTo(2);
            assertThat(cache.prefixes().pages()).isEqualTo(3);
            assertThat(other.grow(KvPages.TOKENS * (PAGES - 2))).isFalse();
        }
    }

    @Test
    void theLastPagesOfWhatWasUsedLongestAgoGoFirst() {
        try (NativeMemory memory = new NativeMemory()) {
            KvCache cache = cache(memory);
            filled(cache, "a", 4).release();
            filled(cache, "b", 4).release();
            filled(cache, "a", 2).release();
            PageTable large = cache.table(KvPages.TOKENS * PAGES, CacheScope.PRIVATE);
            assertThat(large.grow(KvPages.TOKENS * (PAGES - 2))).isTrue();
            assertThat(cached(cache, "b")).isZero();
            assertThat(cached(cache, "a")).isEqualTo(2);
            large.release();
        }
    }

    /** Two that computed the same page at the same time keep one of the two. */
    @Test
    void aPageThatIsThereAlreadyTakesTheNewOnesPlace() {
        try (NativeMemory memory = new NativeMemory()) {
            KvCache cache = cache(memory);
            PageTable first = cache.table(KvPages.TOKENS * PAGES, CacheScope.of("a"));
            PageTable second = cache.table(KvPages.TOKENS * PAGES, CacheScope.of("a"));
            assertThat(first.grow(70) && second.grow(70)).isTrue();
            assertThat(cache.usedPages()).isEqualTo(6);
            first.publish(false, PROMPT, 70);
            second.publish(false, PROMPT, 70);
            assertThat(cache.usedPages()).isEqualTo(4);
            assertThat(second.page(0)).isEqualTo(first.page(0));
            assertThat(second.page(64)).isNotEqualTo(first.page(64));
            assertThat(cached(cache, "a")).isEqualTo(2);
        }
    }

    /** Whatever prompts come, are found, computed, published and go: no page in use is written by another or evicted, and none gets lost. */
    @Test
    void sharedPagesKeepWhatTheyContain() {
        try (NativeMemory memory = new NativeMemory()) {
            KvCache cache = cache(memory);
            Random random = new Random(11);
            Content[] contents = new Content[PAGES];
            List<Reader> readers = new ArrayList<>();
            for (int i = 0; i < 5000; i++) {
                if (readers.size() < 6 && random.nextInt(4) == 0) {
                    readers.add(new Reader(cache, random.nextInt(2), random.nextInt(8)));
                } else if (!readers.isEmpty()) {
                    Reader reader = readers.get(random.nextInt(readers.size()));
                    if (random.nextInt(8) == 0) {
                        reader.table.release();
                        readers.remove(reader);
                    } else {
                        reader.read(random, contents);
                    }
                }
                readers.forEach(reader -> reader.assertContents(contents));
                assertThat(cache.usedPages()).isEqualTo((int)
                        readers.stream().flatMapToInt(Reader::held).distinct().count());
            }
            readers.forEach(reader -> reader.table.release());
            assertThat(cache.usedPages()).isZero();
            assertThat(cache.prefixes().evicted()).isPositive();
        }
    }

    /** What was computed into a page; prompts of one scope have the same tokens up to where they part. */
    private record Content(int scope, int prompt, int page) {}

    /** A sequence that computes its prompt. */
    private static final class Reader {
        private final PageTable table;
        private final int scope;
        private final int prompt;
        private final int[] tokens;
        private int pages;
        private int computed;

        Reader(KvCache cache, int scope, int prompt) {
            this.scope = scope;
            this.prompt = prompt;
            this.table = cache.table(PROMPT.length, CacheScope.of("scope" + scope));
            this.tokens = Arrays.stream(PROMPT, 0, KvPages.TOKENS * (prompt + 2))
                    .map(token -> token < parting() ? token : token + PROMPT.length * (prompt + 1))
                    .toArray();
        }

        /** The first token that no other prompt has in its place. */
        private int parting() {
            return prompt * 45;
        }

        void read(Random random, Content[] contents) {
            int shared = table.share(false, tokens, random.nextBoolean() ? tokens.length - 1 : 0);
            computed = Math.max(computed, shared);
            pages = Math.max(pages, shared / KvPages.TOKENS);
            int end = Math.min(tokens.length, computed + 1 + random.nextInt(50));
            if (table.grow(end)) {
                for (int page = computed / KvPages.TOKENS; page < KvCache.pagesFor(end); page++) {
                    contents[table.pages()[page]] = content(page);
                }
                computed = end;
                pages = Math.max(pages, KvCache.pagesFor(end));
            }
            if (random.nextBoolean()) {
                table.publish(false, tokens, computed);
            }
        }

        private Content content(int page) {
            boolean common = (page + 1) * KvPages.TOKENS <= parting();
            return new Content(scope, common ? -1 : prompt, page);
        }

        void assertContents(Content[] contents) {
            for (int page = 0; page < computed / KvPages.TOKENS; page++) {
                assertThat(contents[table.pages()[page]]).isEqualTo(content(page));
            }
        }

        IntStream held() {
            return Arrays.stream(table.pages(), 0, pages);
        }
    }

    private static PageTable filled(KvCache cache, String owner, int pages) {
        PageTable table = cache.table(KvPages.TOKENS * PAGES, CacheScope.of(owner));
        table.share(false, PROMPT, KvPages.TOKENS * pages);
        assertThat(table.grow(KvPages.TOKENS * pages)).isTrue();
        table.publish(false, PROMPT, KvPages.TOKENS * pages);
        return table;
    }

    private static int cached(KvCache cache, String owner) {
        PageTable table = cache.table(KvPages.TOKENS * PAGES, CacheScope.of(owner));
        int tokens = table.share(false, PROMPT, PROMPT.length);
        table.release();
        return tokens / KvPages.TOKENS;
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
        return new KvCache(KvPages.allocate(memory, PAGES, new KvLayout(1, 1, 8, 8, 0, KvPrecision.F32)), true);
    }
}
