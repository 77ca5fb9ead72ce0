package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.PrefixCacheLoad;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.engine.api.Usage;
import io.baseload.engine.kv.KvPages;
import io.baseload.testing.CollectingSink;
import io.baseload.testing.Reference;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Answers to prompts that begin as an earlier one did are those of an engine that has never seen one, bit for bit. */
@Tag("kernel")
class PrefixCacheTest {
    private static final Engine ENGINE = Engine.open(new EngineOptions(2, false));
    private static final CacheScope SCOPE = CacheScope.of("tenant");
    private static final int PAGE = KvPages.TOKENS;

    /** No multiple of a page, so that steps end within pages. */
    private static final LoadOptions OPTIONS =
            LoadOptions.named("tiny").withContextLength(128).withKvTokens(960).withPrefillChunk(45);

    @TempDir
    static Path work;

    @AfterAll
    static void close() {
        ENGINE.close();
    }

    @ParameterizedTest
    @FieldSource("io.baseload.testing.Reference#KINDS")
    void theNextTurnOfAConversationContinuesAfterTheLastPromptsWholePages(String name) throws IOException {
        Reference reference = Reference.open(name, work);
        try (LoadedModel model = ENGINE.load(reference.model(), OPTIONS)) {
            int[] prompt = ids(2 * PAGE + 11);
            CollectingSink first = answer(model, request(prompt, SCOPE));
            assertThat(first.await().usage()).isEqualTo(new Usage(prompt.length, 20));
            int[] next = join(prompt, first.ids(), 9);
            CollectingSink second = answer(model, request(next, SCOPE));
            assertThat(second.await().usage()).isEqualTo(new Usage(next.length, 20, 2 * PAGE));
            CollectingSink third = answer(model, request(next, SCOPE));
            assertThat(third.await().usage().cached()).isEqualTo((next.length - 1) / PAGE * PAGE);
            CollectingSink alone = answer(model, request(next, CacheScope.PRIVATE));
            assertThat(alone.await().usage().cached()).isZero();
            assertThat(second.tokens()).isEqualTo(alone.tokens());
            assertThat(third.tokens()).isEqualTo(alone.tokens());
        }
    }

    @ParameterizedTest
    @EnumSource(KvPrecision.class)
    void pagesOfAnyPrecisionAreShared(KvPrecision precision) {
        try (LoadedModel model = ENGINE.load(TestModels.tiny(), OPTIONS.withKvPrecision(precision))) {
            int[] prompt = ids(70);
            CollectingSink first = answer(model, request(prompt, SCOPE));
            CollectingSink second = answer(model, request(prompt, SCOPE));
            assertThat(second.await().usage().cached()).isEqualTo(2 * PAGE);
            assertThat(second.tokens()).isEqualTo(first.tokens());
        }
    }

    /** Keys are rotated otherwise from the 33rd token of a sequence on. */
    @Test
    void pagesOnThisSideOfLongRopesLimitServeNoneBeyond() throws IOException {
        Reference reference = Reference.open("phi3-longrope", work);
        try (LoadedModel model = ENGINE.load(reference.model(), OPTIONS)) {
            int[] page = ids(PAGE);
            answer(model, request(page, 0, SCOPE));
            assertThat(model.load().prefixes().pages()).isOne();
            int[] longer = ids(PAGE + 5);
            CollectingSink beyond = answer(model, request(longer, SCOPE));
            assertThat(beyond.await().usage().cached()).isZero();
            assertThat(beyond.tokens())
                    .isEqualTo(
                            answer(model, request(longer, CacheScope.PRIVATE)).tokens());
        }
    }

    @Test
    void othersAndOtherSaltsShareNothing() {
        try (LoadedModel model = ENGINE.load(TestModels.tiny(), OPTIONS)) {
            int[] prompt = ids(100);
            answer(model, request(prompt, SCOPE));
            for (CacheScope other :
                    List.of(CacheScope.of("another"), SCOPE.withSalt("salt"), CacheScope.PRIVATE.withSalt("salt"))) {
                assertThat(answer(model, request(prompt, other)).await().usage().cached())
                        .isZero();
            }
            assertThat(answer(model, request(prompt, SCOPE.withSalt("salt")))
                            .await()
                            .usage()
                            .cached())
                    .isEqualTo(3 * PAGE);
            assertThat(answer(model, request(prompt, CacheScope.PRIVATE))
                            .await()
                            .usage()
                            .cached())
                    .isZero();
        }
    }

    @Test
    void canBeSwitchedOff() {
        try (LoadedModel model = ENGINE.load(TestModels.tiny(), OPTIONS.withPrefixCache(false))) {
            answer(model, request(ids(100), SCOPE));
            assertThat(answer(model, request(ids(100), SCOPE)).await().usage().cached())
                    .isZero();
            assertThat(model.load().prefixes().pages()).isZero();
        }
    }

    /** Each of the prompt's tokens is scored, so each is computed; others may use its pages. */
    @Test
    void aPromptThatIsScoredIsComputed() {
        try (LoadedModel model = ENGINE.load(TestModels.tiny(), OPTIONS)) {
            CollectingSink first = answer(model, scored(ids(100)));
            CollectingSink second = answer(model, scored(ids(100)));
            assertThat(second.await().usage().cached()).isZero();
            assertThat(second.prompt()).hasSize(99).isEqualTo(first.prompt());
            assertThat(answer(model, request(ids(100), SCOPE)).await().usage().cached())
                    .isEqualTo(3 * PAGE);
        }
    }

    /** Of thirty pages each prompt leaves three, and needs four while it runs. */
    @Test
    void evictsTheLeastRecentlyUsed() {
        try (LoadedModel model = ENGINE.load(TestModels.tiny(), OPTIONS)) {
            for (int i = 0; i < 12; i++) {
                answer(model, request(own(i), SCOPE));
                assertThat(cached(model, own(0))).as("used again and again").isEqualTo(3 * PAGE);
            }
            assertThat(cached(model, own(11))).isEqualTo(3 * PAGE);
            assertThat(model.load().prefixes().evicted()).isPositive();
            assertThat(model.load().kvTokensUsed()).isZero();
            assertThat(cached(model, own(1))).isZero();
        }
    }

    @Test
    void countsWhatItFinds() {
        try (LoadedModel model = ENGINE.load(TestModels.tiny(), OPTIONS)) {
            answer(model, request(ids(100), SCOPE));
            answer(model, request(ids(100), SCOPE));
            answer(model, request(ids(100), CacheScope.PRIVATE));
            assertThat(model.load().prefixes()).isEqualTo(new PrefixCacheLoad(200, 3 * PAGE, 3, 0));
        }
    }

    private static int cached(LoadedModel model, int[] prompt) {
        return answer(model, request(prompt, SCOPE)).await().usage().cached();
    }

    private static int[] own(int first) {
        int[] ids = ids(100);
        ids[0] = first;
        return ids;
    }

    private static int[] ids(int count) {
        return IntStream.range(0, count).map(i -> (i * 7 + i / 9) % 61).toArray();
    }

    private static int[] join(int[] prompt, List<Integer> answer, int more) {
        return Stream.of(Arrays.stream(prompt), answer.stream().mapToInt(i -> i), Arrays.stream(prompt, 3, 3 + more))
                .flatMapToInt(ids -> ids)
                .toArray();
    }

    private static CollectingSink answer(LoadedModel model, GenerationRequest request) {
        CollectingSink sink = new CollectingSink();
        model.generate(request, sink);
        sink.await();
        return sink;
    }

    private static GenerationRequest request(int[] prompt, CacheScope scope) {
        return request(prompt, 20, scope);
    }

    private static GenerationRequest request(int[] prompt, int maxTokens, CacheScope scope) {
        return request(prompt, maxTokens, false, scope);
    }

    private static GenerationRequest scored(int[] prompt) {
        return request(prompt, 5, true, SCOPE);
    }

    private static GenerationRequest request(int[] prompt, int maxTokens, boolean scored, CacheScope scope) {
        return new GenerationRequest(
                prompt,
                maxTokens,
                new SamplingOptions(1f, 1f, 0, 0f, 0f, 0f, OptionalLong.of(3), Map.of()),
                Set.of(),
                2,
                scored,
                Optional.empty(),
                Lease.unlimited(),
                FlowId.NONE,
                scope);
    }
}
