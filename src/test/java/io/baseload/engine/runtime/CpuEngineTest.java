package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.Generation;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.ModelClosedException;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.ModelInfo;
import io.baseload.engine.api.OverloadedException;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.engine.api.Usage;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.testing.CollectingSink;
import io.baseload.testing.CollectingSink.End;
import io.baseload.testing.Patience;
import io.baseload.testing.ReferenceTensors;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The public interface of the engine, with a tiny model. */
class CpuEngineTest {
    private static final int[] PROMPT = {278, 377, 266, 64, 279, 82, 310, 259, 374, 351, 13};

    private final long nativeBytesBefore = NativeMemory.liveBytes();
    private final Engine engine = Engine.open(new EngineOptions(2, false));

    @AfterEach
    void leavesNoNativeMemory() {
        engine.close();
        assertThat(NativeMemory.liveBytes()).isEqualTo(nativeBytesBefore);
    }

    @Test
    void saysWhatAFileHolds() {
        ModelInfo info = engine.inspect(TestModels.smolLm2());
        assertThat(info.architecture()).isEqualTo("llama");
        assertThat(info.format()).isEqualTo("gguf");
        assertThat(info.parameters()).isEqualTo(134_515_008);
        assertThat(info.layers()).isEqualTo(30);
        assertThat(info.contextLength()).isEqualTo(8192);
        assertThat(info.tensorBytes()).containsOnlyKeys("F32", "Q4_1", "Q8_0");
        assertThat(info.tensorBytes().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isBetween(90_000_000L, info.bytes());
    }

    @Test
    void refusesFilesThatItCannotRun() {
        assertThatThrownBy(() -> engine.inspect(TestModels.resource("hostile/valid.gguf")))
                .isInstanceOf(ModelFileException.class);
        assertThatThrownBy(() -> engine.load(TestModels.resource("hostile/wrong-magic.gguf"), LoadOptions.named("x")))
                .isInstanceOf(ModelFileException.class);
    }

    @ParameterizedTest
    @EnumSource
    void estimatesTheMemoryThatLoadingTakes(KvPrecision precision) {
        LoadOptions options = LoadOptions.named("tiny").withKvTokens(256).withKvPrecision(precision);
        MemoryEstimate estimate = engine.estimate(TestModels.tiny(), options);
        try (LoadedModel model = engine.load(TestModels.tiny(), options)) {
            assertThat(model.load().memory()).isEqualTo(estimate);
            assertThat(NativeMemory.liveBytes() - nativeBytesBefore).isEqualTo(estimate.total());
        }
    }

    @Test
    void freesNativeMemoryAfterTheLastGeneration() {
        LoadedModel model = load(LoadOptions.named("tiny"));
        AtomicReference<Boolean> freedEarly = new AtomicReference<>(false);
        CollectingSink sink = new CollectingSink(count -> {
            if (count == 3) {
                model.close();
            }
            freedEarly.set(freedEarly.get() || model.freed().isDone());
            return true;
        });
        model.generate(GenerationRequest.greedy(PROMPT, 50), sink);
        assertThat(sink.await()).isEqualTo(new End(FinishReason.LENGTH, new Usage(PROMPT.length, 50)));
        model.freed().orTimeout(Patience.LIMIT.toMinutes(), TimeUnit.MINUTES).join();
        assertThat(freedEarly).hasValue(false);
        assertThat(NativeMemory.liveBytes()).isEqualTo(nativeBytesBefore);
        assertThatThrownBy(() -> generate(model, 1)).isInstanceOf(ModelClosedException.class);
    }

    @Test
    void stepsAreEventsOfTheFlightRecorder(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("steps.jfr");
        try (var recording = new Recording();
                LoadedModel model = load(LoadOptions.named("recorded"))) {
            recording.enable("baseload.Step");
            recording.start();
            assertThat(generate(model, 5).await().usage().completion()).isEqualTo(5);
            Patience.await().until(() -> model.load().active() == 0);
            recording.stop();
            recording.dump(file);
        }
        var steps = RecordingFile.readAllEvents(file);
        assertThat(steps).isNotEmpty().allSatisfy(step -> {
            assertThat(step.getString("model")).isEqualTo("recorded");
            assertThat(step.getDuration()).isPositive();
        });
        assertThat(steps.stream().mapToInt(step -> step.getInt("rows")).sum())
                .isGreaterThanOrEqualTo(PROMPT.length + 4);
    }

    @Test
    void closingTheEngineFailsWhatRuns() {
        LoadedModel model = load(LoadOptions.named("tiny").withMaxSequences(1));
        CollectingSink running = generate(model, request(PROMPT, 50, lease(Lease.Answer.WAIT), FlowId.NONE));
        CollectingSink waiting = generate(model, 50);
        engine.close();
        for (CollectingSink sink : List.of(running, waiting)) {
            assertThatThrownBy(sink::await).hasCauseInstanceOf(ModelClosedException.class);
        }
        assertThat(model.freed()).isCompleted();
        assertThatThrownBy(() -> load(LoadOptions.named("late"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesMoreThanItsQueueHolds() {
        try (LoadedModel model =
                load(LoadOptions.named("tiny").withMaxSequences(2).withMaxQueued(3))) {
            List<Generation> accepted = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                accepted.add(model.generate(
                        request(PROMPT, 9, lease(Lease.Answer.WAIT), FlowId.NONE), new CollectingSink()));
            }
            assertThatThrownBy(() -> generate(model, 1))
                    .isInstanceOfSatisfying(
                            OverloadedException.class,
                            e -> assertThat(e.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofMinutes(1)));
            await(() -> model.load().active() == 2 && model.load().queued() == 3);
            accepted.forEach(Generation::cancel);
            await(() -> model.load().active() == 0 && model.load().queued() == 0);
            assertThat(generate(model, 4).await().usage().completion()).isEqualTo(4);
        }
    }

    @Test
    void cancelsInTheQueue() {
        try (LoadedModel model = load(LoadOptions.named("tiny").withMaxSequences(1))) {
            Generation first =
                    model.generate(request(PROMPT, 9, lease(Lease.Answer.WAIT), FlowId.NONE), new CollectingSink());
            await(() -> model.load().active() == 1);
            CollectingSink sink = new CollectingSink();
            model.generate(GenerationRequest.greedy(PROMPT, 9), sink).cancel();
            assertThat(sink.await()).isEqualTo(new End(FinishReason.CANCELLED, new Usage(0, 0)));
            assertThat(model.load().active()).isEqualTo(1);
            first.cancel();
        }
    }

    @Test
    void cancelsInPrefill() {
        try (LoadedModel model = load(LoadOptions.named("tiny").withPrefillChunk(1))) {
            int[] prompt = IntStream.range(0, 100).toArray();
            CollectingSink cancelled = new CollectingSink();
            AtomicReference<Generation> generation = new AtomicReference<>();
            CollectingSink other = new CollectingSink(count -> {
                if (count == 1) { // here on the engine's thread, so that no step comes between
                    generation.set(
                            model.generate(request(prompt, 5, Lease.unlimited(), new FlowId("long")), cancelled));
                } else if (count == 4) {
                    generation.get().cancel();
                }
                return true;
            });
            model.generate(request(new int[] {5}, 20, Lease.unlimited(), new FlowId("short")), other);
            Usage usage = cancelled.await().usage();
            assertThat(usage.completion()).isZero();
            assertThat(usage.prompt()).isLessThan(100);
            assertThat(other.await().usage().completion()).isEqualTo(20);
        }
    }

    @Test
    void cancelsInDecodeBeforeAnotherToken() {
        try (LoadedModel model = load(LoadOptions.named("tiny"))) {
            AtomicReference<Generation> self = new AtomicReference<>();
            CollectingSink sink = new CollectingSink(count -> {
                if (count == 3) {
                    await(() -> self.get() != null);
                    self.get().cancel();
                }
                return true;
            });
            self.set(model.generate(GenerationRequest.greedy(PROMPT, 50), sink));
            assertThat(sink.await()).isEqualTo(new End(FinishReason.CANCELLED, new Usage(PROMPT.length, 3)));
            assertThat(sink.ids()).hasSize(3);
        }
    }

    @Test
    void stopsAtAStopTokenAndWhereTheSinkHasEnough() {
        try (LoadedModel model = load(LoadOptions.named("tiny"))) {
            List<Integer> ids = answer(model, GenerationRequest.greedy(PROMPT, 10));
            GenerationRequest stopping = new GenerationRequest(
                    PROMPT,
                    10,
                    SamplingOptions.greedy(),
                    Set.of(ids.get(4)),
                    -1,
                    false,
                    Optional.empty(),
                    Lease.unlimited(),
                    FlowId.NONE,
                    CacheScope.PRIVATE);
            CollectingSink stopped = generate(model, stopping);
            assertThat(stopped.await()).isEqualTo(new End(FinishReason.STOP, new Usage(PROMPT.length, 5)));
            assertThat(stopped.ids()).isEqualTo(ids.subList(0, 5));
            CollectingSink enough = new CollectingSink(count -> count < 2);
            model.generate(GenerationRequest.greedy(PROMPT, 10), enough);
            assertThat(enough.await()).isEqualTo(new End(FinishReason.STOP, new Usage(PROMPT.length, 2)));
        }
    }

    @Test
    void aLeaseHoldsBackAndEnds() throws InterruptedException {
        try (LoadedModel model = load(LoadOptions.named("tiny"))) {
            AtomicReference<Integer> allowed = new AtomicReference<>(3);
            Lease lease = produced ->
                    produced >= 6 ? Lease.Answer.END : produced < allowed.get() ? Lease.Answer.GO : Lease.Answer.WAIT;
            CollectingSink sink = generate(model, request(PROMPT, 50, lease, FlowId.NONE));
            await(() -> sink.ids().size() == 3);
            Thread.sleep(20);
            assertThat(sink.ids()).hasSize(3);
            assertThat(generate(model, 8).await().usage().completion())
                    .as("others go on")
                    .isEqualTo(8);
            allowed.set(50);
            assertThat(sink.await()).isEqualTo(new End(FinishReason.LENGTH, new Usage(PROMPT.length, 6)));
        }
    }

    @Test
    void aWaitingLeaseBeforeTheFirstTokenHoldsItBack() {
        try (LoadedModel model = load(LoadOptions.named("tiny"))) {
            AtomicReference<Lease.Answer> answer = new AtomicReference<>(Lease.Answer.WAIT);
            CollectingSink sink = new CollectingSink();
            Generation generation = model.generate(request(PROMPT, 5, produced -> answer.get(), FlowId.NONE), sink);
            await(() -> generation.usage().prompt() == PROMPT.length - 1);
            assertThat(sink.ids()).isEmpty();
            answer.set(Lease.Answer.GO);
            assertThat(sink.await().usage()).isEqualTo(new Usage(PROMPT.length, 5));
            assertThat(sink.ids()).isEqualTo(answer(model, GenerationRequest.greedy(PROMPT, 5)));
        }
    }

    @Test
    void aFailingSinkOrLeaseFailsItsOwnGeneration() {
        try (LoadedModel model = load(LoadOptions.named("tiny"))) {
            CollectingSink bad = new CollectingSink(count -> {
                throw new IllegalStateException("sink");
            });
            model.generate(GenerationRequest.greedy(PROMPT, 50), bad);
            CollectingSink badLease = generate(
                    model,
                    request(
                            PROMPT,
                            50,
                            produced -> {
                                throw new IllegalStateException("lease");
                            },
                            FlowId.NONE));
            CollectingSink good = generate(model, 20);
            assertThat(good.await().usage().completion()).isEqualTo(20);
            assertThatThrownBy(bad::await)
                    .isInstanceOf(CompletionException.class)
                    .hasRootCauseMessage("sink");
            assertThatThrownBy(badLease::await).hasRootCauseMessage("lease");
        }
    }

    @Test
    void scoresAPrompt() {
        try (LoadedModel model = load(LoadOptions.named("tiny").withPrefillChunk(4))) {
            int[] prompt = IntStream.range(0, 75).map(i -> i * 5).toArray();
            CollectingSink sink = generate(model, scored(prompt, 0));
            assertThat(sink.await()).isEqualTo(new End(FinishReason.LENGTH, new Usage(75, 0)));
            assertThat(sink.prompt()).hasSize(74).allSatisfy(score -> {
                assertThat(score.logprob()).isLessThan(0);
                assertThat(score.top()).hasSize(2);
            });
            assertThat(sink.prompt())
                    .extracting(SampledToken::id)
                    .isEqualTo(IntStream.range(1, 75).mapToObj(i -> i * 5).toList());
            int[] longer = IntStream.concat(
                            IntStream.of(prompt),
                            IntStream.of(answer(model, GenerationRequest.greedy(prompt, 1))
                                    .getFirst()))
                    .toArray();
            CollectingSink again = generate(model, scored(longer, 1));
            again.await();
            SampledToken last = again.prompt().getLast();
            assertThat(last.logprob()).isCloseTo(last.top().getFirst().logprob(), within(0f));
            assertThat(again.ids()).hasSize(1);
        }
    }

    /** The reference's logits, normalised, against what a prompt's tokens are scored with. */
    @Test
    void scoresAPromptAsTheReferenceDoes() throws IOException {
        Path folder = TestModels.reference("llama");
        ReferenceTensors expected = ReferenceTensors.read(folder.resolve("expected.safetensors"));
        int[] ids = JsonMapper.shared()
                .readTree(folder.resolve("expected.json"))
                .get("sequences")
                .get(3)
                .get("ids")
                .valueStream()
                .mapToInt(JsonNode::asInt)
                .toArray();
        LoadOptions exact = LoadOptions.named("tiny").withPrefillChunk(10).withPrecision(Precision.EXACT);
        try (LoadedModel model = load(exact)) {
            CollectingSink sink = generate(model, scored(ids, 0));
            sink.await();
            for (int i = 0; i + 1 < ids.length; i++) {
                float[] logits = expected.row("seq3.logits", i);
                double sum = IntStream.range(0, logits.length)
                        .mapToDouble(id -> Math.exp(logits[id]))
                        .sum();
                assertThat((double) sink.prompt().get(i).logprob())
                        .isCloseTo(logits[ids[i + 1]] - Math.log(sum), within(1e-4));
            }
        }
    }

    /** The engine's thread sleeps each time after it has asked: before it has slept again, it asks no more. */
    @Test
    void aWaitingLeaseCostsNoTime() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        List<Long> sleeps = new CopyOnWriteArrayList<>();
        Lease waiting = produced -> {
            sleeps.add(threads.getThreadInfo(Thread.currentThread().threadId()).getWaitedCount());
            return Lease.Answer.WAIT;
        };
        try (LoadedModel model = load(LoadOptions.named("tiny"))) {
            Generation generation = model.generate(request(PROMPT, 5, waiting, FlowId.NONE), new CollectingSink());
            await(() -> sleeps.size() >= 20);
            generation.cancel();
            assertThat(sleeps.subList(5, 20)).isSorted().doesNotHaveDuplicates(); // the first may have been woken
        }
    }

    @Test
    void endsWhereTheContextEnds() {
        try (LoadedModel model = load(LoadOptions.named("tiny").withContextLength(32))) {
            CollectingSink sink = generate(model, 100);
            assertThat(sink.await())
                    .isEqualTo(new End(FinishReason.LENGTH, new Usage(PROMPT.length, 32 - PROMPT.length)));
            assertThat(answer(model, GenerationRequest.greedy(new int[32], 5))).isEmpty();
            assertThatThrownBy(() -> generate(model, GenerationRequest.greedy(new int[33], 5)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void refusesBadRequests() {
        try (LoadedModel model = load(LoadOptions.named("tiny"))) {
            assertThatThrownBy(() -> generate(model, GenerationRequest.greedy(new int[0], 5)))
                    .hasMessageContaining("prompt");
            assertThatThrownBy(() -> generate(model, GenerationRequest.greedy(new int[] {384}, 5)))
                    .hasMessageContaining("0 to 383");
            assertThatThrownBy(() -> generate(model, GenerationRequest.greedy(PROMPT, -1)))
                    .hasMessageContaining("maxTokens");
        }
        assertThatThrownBy(() -> load(LoadOptions.named("x").withContextLength(1_000_000)))
                .hasMessageContaining("contextLength");
        assertThatThrownBy(() -> load(LoadOptions.named("x").withMaxSequences(0)))
                .hasMessageContaining("maxSequences");
    }

    @Test
    void severalModelsShareTheTeam() {
        try (LoadedModel one = load(LoadOptions.named("one"));
                LoadedModel two = engine.load(
                        TestModels.reference("llama3-rope").resolve("model.gguf"), LoadOptions.named("two"))) {
            List<Integer> alone = answer(two, GenerationRequest.greedy(PROMPT, 40));
            CollectingSink first = generate(one, 100);
            CollectingSink second = generate(two, 40);
            first.await();
            second.await();
            assertThat(second.ids()).isEqualTo(alone);
        }
    }

    @Test
    void aClosedEngineReadsNoModel() {
        engine.close();
        Path missing = Path.of("missing.gguf");
        LoadOptions options = LoadOptions.named("x");
        for (ThrowingCallable load : List.<ThrowingCallable>of(
                () -> engine.load(missing, options), () -> engine.loadEncoder(missing, options))) {
            assertThatThrownBy(load).isInstanceOf(IllegalStateException.class).hasMessage("the engine is closed");
        }
    }

    private LoadedModel load(LoadOptions options) {
        return engine.load(TestModels.tiny(), options);
    }

    private static CollectingSink generate(LoadedModel model, int maxTokens) {
        return generate(model, GenerationRequest.greedy(PROMPT, maxTokens));
    }

    private static CollectingSink generate(LoadedModel model, GenerationRequest request) {
        CollectingSink sink = new CollectingSink();
        model.generate(request, sink);
        return sink;
    }

    private static List<Integer> answer(LoadedModel model, GenerationRequest request) {
        CollectingSink sink = generate(model, request);
        sink.await();
        return sink.ids();
    }

    private static GenerationRequest request(int[] prompt, int maxTokens, Lease lease, FlowId flow) {
        return new GenerationRequest(
                prompt,
                maxTokens,
                SamplingOptions.greedy(),
                Set.of(),
                -1,
                false,
                Optional.empty(),
                lease,
                flow,
                CacheScope.PRIVATE);
    }

    private static GenerationRequest scored(int[] prompt, int maxTokens) {
        return new GenerationRequest(
                prompt,
                maxTokens,
                SamplingOptions.greedy(),
                Set.of(),
                2,
                true,
                Optional.empty(),
                Lease.unlimited(),
                FlowId.NONE,
                CacheScope.PRIVATE);
    }

    private static Lease lease(Lease.Answer always) {
        return produced -> always;
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        Patience.await().until(condition::getAsBoolean);
    }
}
