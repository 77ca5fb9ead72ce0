package io.baseload.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.Background;
import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.PrefixCacheLoad;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.engine.api.TokenMask;
import io.baseload.engine.api.Usage;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.schedule.ModelTurns.Turn;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.testing.CollectingSink;
import io.baseload.testing.CollectingSink.End;
import io.baseload.testing.Patience;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The scheduler, a turn at a time, with a tiny model. */
class BatcherTest {
    private static final int[] PROMPT = {278, 377, 266, 64, 279, 82, 310, 259, 374, 351, 13};
    private static final int CONTEXT = 192;

    private final NativeMemory memory = new NativeMemory();
    private final Team team = new Team(2, false);

    @AfterEach
    void close() {
        team.close();
        memory.close();
    }

    private BatcherHarness harness(BatcherLimits limits, int pages) {
        return new BatcherHarness(memory, team, limits, pages);
    }

    private static BatcherLimits limits(int maxSequences, int prefillChunk) {
        return new BatcherLimits(CONTEXT, maxSequences, 100, prefillChunk, false);
    }

    private void run(Batcher batcher) {
        for (int turns = 0; batcher.turn(team) == Turn.WORKED; turns++) {
            assertThat(turns).isLessThan(10_000);
        }
    }

    private List<SampledToken> alone(GenerationRequest request) {
        BatcherHarness harness = harness(limits(1, 512), 16);
        CollectingSink sink = submit(harness, request);
        runUntilEnd(harness.batcher(), sink);
        return sink.tokens();
    }

    private static CollectingSink submit(BatcherHarness harness, GenerationRequest request) {
        CollectingSink sink = new CollectingSink();
        harness.batcher().submit(request, sink);
        return sink;
    }

    private static GenerationRequest request(int[] prompt, int maxTokens, long seed, Lease lease, String flow) {
        return request(prompt, maxTokens, seed, lease, flow, CacheScope.PRIVATE);
    }

    private static GenerationRequest request(
            int[] prompt, int maxTokens, long seed, Lease lease, String flow, CacheScope scope) {
        SamplingOptions options = new SamplingOptions(1f, 0.95f, 50, 0f, 0.1f, 0.1f, OptionalLong.of(seed), Map.of());
        return new GenerationRequest(
                prompt, maxTokens, options, Set.of(), 2, false, Optional.empty(), lease, new FlowId(flow), scope);
    }

    private static GenerationRequest request(int[] prompt, int maxTokens, long seed) {
        return request(prompt, maxTokens, seed, Lease.unlimited(), "");
    }

    @Test
    void aRequestGivesTheSameTokensAloneAndInACrowdInAnyChunking() {
        List<GenerationRequest> requests = IntStream.range(0, 8)
                .mapToObj(i -> request(
                        IntStream.range(0, 5 + 13 * i)
                                .map(t -> (t * 7 + i) % 384)
                                .toArray(),
                        20 + i,
                        i))
                .toList();
        List<List<SampledToken>> alone = requests.stream().map(this::alone).toList();
        for (int chunk : new int[] {1, 7, 64}) {
            BatcherHarness harness = harness(limits(8, chunk), 64);
            List<CollectingSink> sinks =
                    requests.stream().map(request -> submit(harness, request)).toList();
            run(harness.batcher());
            assertThat(sinks.stream().map(CollectingSink::tokens).toList()).isEqualTo(alone);
        }
    }

    @Test
    void prefillAndDecodeShareStepsUnderABudget() {
        BatcherHarness harness = harness(limits(4, 128), 64);
        submit(harness, request(PROMPT, 30, 1));
        harness.batcher().turn(team);
        submit(harness, request(IntStream.range(0, 100).toArray(), 5, 2));
        harness.model().rows.clear();
        run(harness.batcher());
        assertThat(harness.model().rows.subList(0, 5)).containsExactly(33, 33, 33, 5, 2);
    }

    @Test
    void admitsByTheKvCache() {
        BatcherHarness harness = harness(limits(8, 64), 6);
        List<Lease.Answer> answer = new ArrayList<>(List.of(Lease.Answer.WAIT));
        List<CollectingSink> sinks = IntStream.range(0, 5)
                .mapToObj(i -> submit(harness, request(PROMPT, 80, i, produced -> answer.getFirst(), "")))
                .toList();
        assertThat(harness.batcher().turn(team)).isEqualTo(Turn.WORKED);
        assertThat(harness.batcher().turn(team)).isEqualTo(Turn.WAITING);
        assertThat(harness.batcher().active())
                .as("6 pages; each has one and needs 3 free to start")
                .isEqualTo(4);
        assertThat(harness.batcher().queued()).isEqualTo(1);
        answer.set(0, Lease.Answer.GO);
        run(harness.batcher());
        assertThat(sinks).allSatisfy(sink -> assertThat(sink.await().usage()).isEqualTo(new Usage(PROMPT.length, 80)));
        assertThat(harness.cache().usedPages()).isZero();
    }

    @Test
    void aSequenceThatLostItsPagesGoesOnWithTheSameTokens() {
        List<GenerationRequest> requests =
                IntStream.range(0, 5).mapToObj(i -> request(PROMPT, 170, i)).toList();
        List<List<SampledToken>> alone = requests.stream().map(this::alone).toList();
        BatcherHarness harness = harness(limits(8, 64), 6);
        List<CollectingSink> sinks =
                requests.stream().map(request -> submit(harness, request)).toList();
        run(harness.batcher());
        assertThat(sinks.stream().map(CollectingSink::tokens).toList()).isEqualTo(alone);
        int computed = harness.model().rows.stream().mapToInt(Integer::intValue).sum();
        assertThat(computed).as("rows, some of them twice").isGreaterThan(5 * (PROMPT.length + 169));
        assertThat(harness.cache().usedPages()).isZero();
    }

    /** Five answers to one prompt in less room than they need together: they share its pages, lose theirs, and find them again or not. */
    @Test
    void sequencesThatSharePagesLoseThemWithoutATrace() {
        int[] prompt = IntStream.range(0, 75).map(i -> i * 5 % 384).toArray();
        List<GenerationRequest> requests = IntStream.range(0, 5)
                .mapToObj(i -> request(prompt, 110, i, Lease.unlimited(), "", CacheScope.of("tenant")))
                .toList();
        List<List<SampledToken>> alone = requests.stream().map(this::alone).toList();
        BatcherHarness harness = harness(limits(8, 50), 9);
        List<CollectingSink> sinks =
                requests.stream().map(request -> submit(harness, request)).toList();
        run(harness.batcher());
        assertThat(sinks.stream().map(CollectingSink::tokens).toList()).isEqualTo(alone);
        assertThat(harness.cache().usedPages()).isZero();
        assertThat(harness.cache().prefixes().found()).isPositive();
        assertThat(harness.cache().prefixes().pages()).isPositive();
    }

    /** A prompt is found and loses its pages before its first row; from then on it is found in each turn, and doesn't fit until others end. */
    @Test
    void tokensThatAreFoundAgainCountOnce() {
        CacheScope scope = CacheScope.of("tenant");
        int[] prompt = IntStream.range(0, 75).map(i -> i * 5 % 384).toArray();
        BatcherHarness harness = harness(limits(8, 64), 8);
        submit(harness, request(Arrays.copyOf(prompt, 70), 1, 0, Lease.unlimited(), "", scope));
        run(harness.batcher());
        IntStream.range(0, 3).forEach(i -> submit(harness, request(PROMPT, 50, i)));
        for (int known = PROMPT.length; known < 33; known++) {
            harness.turn();
        }
        CollectingSink sink = submit(harness, request(prompt, 5, 9, Lease.unlimited(), "", scope));
        run(harness.batcher());
        assertThat(harness.batcher().preemptions()).isEqualTo(1);
        assertThat(sink.await().usage()).isEqualTo(new Usage(75, 5, 64));
        assertThat(harness.cache().prefixes()).isEqualTo(new PrefixCacheLoad(70 + 75, 64, 2, 0));
    }

    /** Prompts with common beginnings come and go in a cache that is too small for them. */
    @Test
    void underPressureEachPromptTokenCountsOnceAndAnswersStayTheSame() {
        Random random = new Random(7);
        List<GenerationRequest> requests = IntStream.range(0, 60)
                .mapToObj(i -> {
                    int begin = random.nextInt(3);
                    int common = random.nextInt(100);
                    int[] prompt = IntStream.range(0, 20 + random.nextInt(100))
                            .map(t -> (t < common ? t * 5 + begin : t * 7 + i) % 384)
                            .toArray();
                    return request(prompt, 1 + random.nextInt(70), i, Lease.unlimited(), "", CacheScope.of("tenant"));
                })
                .toList();
        BatcherHarness harness = harness(limits(6, 24), 9);
        List<CollectingSink> sinks = new ArrayList<>();
        for (GenerationRequest request : requests) {
            sinks.add(submit(harness, request));
            for (int turns = random.nextInt(12); turns > 0; turns--) {
                harness.turn();
            }
        }
        run(harness.batcher());
        int prompts = 0;
        int cached = 0;
        for (int i = 0; i < requests.size(); i++) {
            Usage usage = sinks.get(i).await().usage();
            assertThat(usage.prompt()).isEqualTo(requests.get(i).prompt().length);
            assertThat(usage.cached()).isBetween(0, usage.prompt() - 1);
            assertThat(sinks.get(i).tokens()).isEqualTo(alone(requests.get(i)));
            prompts += usage.prompt();
            cached += usage.cached();
        }
        assertThat(harness.batcher().preemptions()).isPositive();
        assertThat(harness.cache().usedPages()).isZero();
        assertThat(harness.cache().prefixes().lookedUp()).isEqualTo(prompts);
        assertThat(harness.cache().prefixes().found()).isEqualTo(cached).isPositive();
        assertThat(harness.cache().prefixes().evicted()).isPositive();
    }

    /** The second one waits for the first one's pages where it can have them a step later. */
    @Test
    void aPromptThatIsJustBeingComputedIsComputedOnce() {
        int[] prompt = IntStream.range(0, 160).map(i -> i * 5 % 384).toArray();
        BatcherHarness harness = harness(limits(2, 64), 30);
        List<CollectingSink> sinks = IntStream.range(0, 2)
                .mapToObj(i -> submit(harness, request(prompt, 1, i, Lease.unlimited(), "", CacheScope.of("tenant"))))
                .toList();
        run(harness.batcher());
        assertThat(harness.model().rows.stream().mapToInt(Integer::intValue).sum())
                .isEqualTo(160 + 32);
        assertThat(sinks.get(0).await().usage().cached()).isZero();
        assertThat(sinks.get(1).await().usage().cached()).isEqualTo(128);
    }

    @Test
    void flowsTakeTurns() {
        BatcherHarness harness = harness(limits(1, 64), 16);
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            order("a" + i, "a", harness, order);
        }
        order("b0", "b", harness, order);
        order("b1", "b", harness, order);
        run(harness.batcher());
        assertThat(order).containsExactly("a0", "b0", "a1", "b1", "a2", "a3", "a4", "a5");
    }

    private static void order(String name, String flow, BatcherHarness harness, List<String> order) {
        CollectingSink sink = new CollectingSink(count -> count > 1 || order.add(name));
        harness.batcher().submit(request(PROMPT, 10, 1, Lease.unlimited(), flow), sink);
    }

    @Test
    void sequencesThatShareAStepChooseTheSameTokensAsAlone() {
        BatcherHarness harness = harness(limits(6, 512), 64);
        List<CollectingSink> sinks = IntStream.range(0, 6)
                .mapToObj(seed -> submit(harness, request(PROMPT, 12, seed)))
                .toList();
        run(harness.batcher());
        for (int seed = 0; seed < 6; seed++) {
            assertThat(sinks.get(seed).tokens()).isEqualTo(alone(request(PROMPT, 12, seed)));
        }
    }

    @Test
    void aSinkThatThrowsEndsItsOwnAnswerAlone() {
        BatcherHarness harness = harness(limits(3, 512), 64);
        CollectingSink before = submit(harness, request(PROMPT, 8, 1));
        CollectingSink broken = new CollectingSink(count -> {
            throw new IllegalStateException("sink of token " + count);
        });
        harness.batcher().submit(request(PROMPT, 8, 2), broken);
        CollectingSink behind = submit(harness, request(PROMPT, 8, 3));
        run(harness.batcher());
        assertThatThrownBy(broken::await).hasRootCauseMessage("sink of token 1");
        assertThat(before.tokens()).isEqualTo(alone(request(PROMPT, 8, 1)));
        assertThat(behind.tokens()).isEqualTo(alone(request(PROMPT, 8, 3)));
    }

    @Test
    void theLeastServedFlowsPromptComesFirst() {
        BatcherHarness harness = harness(limits(2, 16), 16);
        CollectingSink greedy =
                submit(harness, request(IntStream.range(0, 150).toArray(), 1, 1, Lease.unlimited(), "long"));
        harness.batcher().turn(team);
        CollectingSink modest = submit(harness, request(PROMPT, 1, 1, Lease.unlimited(), "short"));
        harness.batcher().turn(team);
        harness.batcher().turn(team);
        assertThat(modest.ended()).isTrue();
        assertThat(greedy.ended()).isFalse();
        run(harness.batcher());
        assertThat(greedy.ended()).isTrue();
    }

    @Test
    void aFailingStepFailsWhatRunsAndNothingElse() {
        BatcherHarness harness = harness(limits(1, 64), 16);
        CollectingSink running = submit(harness, request(PROMPT, 50, 1));
        CollectingSink waiting = submit(harness, request(PROMPT, 5, 1));
        harness.batcher().turn(team);
        harness.model().broken = true;
        harness.batcher().turn(team);
        harness.model().broken = false;
        assertThatThrownBy(running::await).hasRootCauseMessage("broken step");
        run(harness.batcher());
        assertThat(waiting.await()).isEqualTo(new End(FinishReason.LENGTH, new Usage(PROMPT.length, 5)));
        assertThat(harness.cache().usedPages()).isZero();
    }

    @Test
    void drainsAfterClosing() {
        BatcherHarness harness = harness(limits(1, 64), 16);
        assertThat(harness.batcher().turn(team)).isEqualTo(Turn.IDLE);
        submit(harness, request(PROMPT, 2, 1));
        harness.batcher().close();
        run(harness.batcher());
        assertThat(harness.batcher().turn(team)).isEqualTo(Turn.DRAINED);
    }

    /** Allows every seventh token, other ones from token to token; computes nothing until it may. */
    private static final class Sevenths implements TokenMask {
        private final CountDownLatch may;
        private int tokens;

        Sevenths(CountDownLatch may) {
            this.may = may;
        }

        @Override
        public void allow(long[] bits) {
            try {
                may.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            Arrays.fill(bits, 0);
            for (int id = tokens % 7; id < 384 && tokens < 12; id += 7) {
                bits[id >> 6] |= 1L << id;
            }
        }

        @Override
        public void advance(int token) {
            tokens++;
        }

        @Override
        public boolean mayBeSlow() {
            return false;
        }
    }

    private static GenerationRequest masked(TokenMask mask) {
        SamplingOptions options = new SamplingOptions(1f, 1f, 0, 0f, 0f, 0f, OptionalLong.of(5), Map.of());
        return new GenerationRequest(
                PROMPT,
                100,
                options,
                Set.of(),
                2,
                false,
                Optional.of(mask),
                Lease.unlimited(),
                FlowId.NONE,
                CacheScope.PRIVATE);
    }

    private void runUntilEnd(Batcher batcher, CollectingSink sink) {
        Instant end = Instant.now().plus(Patience.LIMIT);
        while (!sink.ended()) {
            assertThat(Instant.now()).isBefore(end);
            batcher.turn(team);
        }
    }

    @Test
    void aMaskHoldsEachTokenAndEndsTheAnswer() {
        BatcherHarness harness = harness(limits(1, 512), 16);
        CollectingSink sink = submit(harness, masked(new Sevenths(new CountDownLatch(0))));
        runUntilEnd(harness.batcher(), sink);
        assertThat(sink.await()).isEqualTo(new End(FinishReason.STOP, new Usage(PROMPT.length, 12)));
        for (int i = 0; i < 12; i++) {
            assertThat(sink.ids().get(i) % 7).isEqualTo(i % 7);
        }
    }

    @Test
    void aMaskThatIsNotReadyDelaysItsOwnSequenceAlone() {
        List<SampledToken> expected = alone(masked(new Sevenths(new CountDownLatch(0))));
        BatcherHarness harness = harness(limits(2, 512), 16);
        var may = new CountDownLatch(1);
        CollectingSink late = submit(harness, masked(new Sevenths(may)));
        CollectingSink other = submit(harness, request(PROMPT, 30, 1));
        runUntilEnd(harness.batcher(), other);
        assertThat(other.tokens()).isEqualTo(alone(request(PROMPT, 30, 1)));
        assertThat(late.tokens()).isEmpty();
        assertThat(harness.batcher().turn(team)).isEqualTo(Turn.WAITING);
        may.countDown();
        runUntilEnd(harness.batcher(), late);
        assertThat(late.tokens()).isEqualTo(expected);
    }

    /** Computes nothing until it may, and says that it may be slow. */
    private record Costly(CountDownLatch may) implements TokenMask {
        @Override
        public void allow(long[] bits) {
            try {
                may.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            Arrays.fill(bits, -1L);
        }

        @Override
        public void advance(int token) {}

        @Override
        public boolean mayBeSlow() {
            return true;
        }
    }

    @Test
    void masksThatTakeLongDontDelayOthers() {
        int more = Background.THREADS + 1;
        BatcherHarness harness = harness(limits(more + 1, 512), 16 * (more + 1));
        var may = new CountDownLatch(1);
        List<CollectingSink> costly = IntStream.range(0, more)
                .mapToObj(i -> submit(harness, masked(new Costly(may))))
                .toList();
        CollectingSink quick = submit(harness, masked(new Sevenths(new CountDownLatch(0))));
        runUntilEnd(harness.batcher(), quick);
        assertThat(quick.tokens()).hasSize(12);
        assertThat(costly).allMatch(sink -> sink.tokens().isEmpty());
        may.countDown();
        costly.forEach(sink -> runUntilEnd(harness.batcher(), sink));
        assertThat(costly).allMatch(sink -> sink.tokens().size() == 100);
    }

    @Test
    void aMaskThatFailsFailsItsOwnSequenceAlone() {
        BatcherHarness harness = harness(limits(2, 512), 16);
        CollectingSink failing = submit(harness, masked(new TokenMask() {
            @Override
            public void allow(long[] bits) {
                throw new IllegalStateException("broken mask");
            }

            @Override
            public void advance(int token) {}

            @Override
            public boolean mayBeSlow() {
                return false;
            }
        }));
        CollectingSink other = submit(harness, request(PROMPT, 30, 1));
        runUntilEnd(harness.batcher(), other);
        runUntilEnd(harness.batcher(), failing);
        assertThat(other.tokens()).hasSize(30);
        assertThatThrownBy(failing::await).hasStackTraceContaining("broken mask");
    }
}
