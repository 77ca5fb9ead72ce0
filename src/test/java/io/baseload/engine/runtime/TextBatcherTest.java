package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.EncoderText;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.OverloadedException;
import io.baseload.engine.api.Precision;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kv.KvCache;
import io.baseload.engine.model.ModelShard;
import io.baseload.engine.model.StepLimits;
import io.baseload.engine.model.TextEncoder;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.parallel.TeamLayout;
import io.baseload.engine.parallel.WorkerLostException;
import io.baseload.engine.schedule.EngineLoop;
import io.baseload.engine.schedule.ModelTurns.Turn;
import io.baseload.engine.schedule.TextBatcher;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.testing.LogMessages;
import io.baseload.testing.Patience;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Texts for an encoder, a turn at a time. */
class TextBatcherTest {
    private static final int PLACES = 4;

    /** Rows of a step. */
    private static final int ROWS = 128;

    /** More than a MiB in a step of some calls. */
    private static final int BOXED_BYTES = 512 << 10;

    /** One step of so many is looked at, and four in a row are reported. */
    private static final int STEPS_BETWEEN_LOOKS = 256;

    private final NativeMemory memory = new NativeMemory();
    private final Team team = new Team(2, false);
    private final ModelShard shard;
    private final StepLimits limits;
    private final KvCache cache;
    private final TextBatcher batcher;

    @AfterEach
    void close() {
        team.close();
        memory.close();
    }

    TextBatcherTest() {
        LoadOptions options = LoadOptions.named("encoder").withPrecision(Precision.EXACT);
        try (ModelSource source = ModelSource.open(Path.of("src/test/resources/encoders/bert-mean"))) {
            ModelSize size = new ModelSize(ROWS, 1024, options.withPrefillChunk(ROWS));
            ModelParts parts = ModelParts.of(source, size, TeamLayout.unbound(2, 1), memory, ByteProgress.NONE);
            shard = parts.shards().getFirst();
            limits = size.encoderLimits(2);
            cache = new KvCache(shard.kv(), false);
            batcher = batcher("encoder", Kernels.best(Precision.EXACT));
        }
    }

    private TextBatcher batcher(String name, Kernels kernels) {
        return new TextBatcher(name, new TextEncoder(shard, limits, 1, kernels), cache, PLACES, () -> {});
    }

    private static EncoderText text(int length, int seed) {
        return EncoderText.of(
                IntStream.range(0, length).map(i -> (i * 7 + seed) % 160).toArray());
    }

    private CompletableFuture<List<float[]>> submit(String flow, EncoderText... texts) {
        return batcher.submit(List.of(texts), new FlowId(flow), tokens -> {});
    }

    private List<float[]> computed(EncoderText text) {
        var result = submit("alone", text);
        assertThat(batcher.turn(team)).isEqualTo(Turn.WORKED);
        return result.join();
    }

    /** No text that the engine lets pass is like that: it stands for whatever may fail while a step is put together. */
    private static EncoderText broken() {
        return new EncoderText(null, 0);
    }

    /** Kernels that allocate as much as boxed vectors do, at times. */
    private static Kernels boxed(Kernels kernels, AtomicBoolean boxed) {
        var kept = new AtomicReference<byte[]>();
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                    if (boxed.get()) {
                        kept.set(new byte[BOXED_BYTES]);
                    }
                    return method.invoke(kernels, arguments);
                });
    }

    @Test
    void stepsThatKeepAllocatingAreReported() {
        var watched = new AtomicBoolean();
        TextBatcher boxed = batcher("boxed", boxed(Kernels.best(Precision.EXACT), watched));
        try (var messages = new LogMessages("io.baseload.engine.schedule.AllocationWatch")) {
            for (int step = 1; step <= 4 * STEPS_BETWEEN_LOOKS; step++) {
                assertThat(messages.texts()).isEmpty();
                watched.set(step % STEPS_BETWEEN_LOOKS == 0);
                var _ = boxed.submit(List.of(text(1, step)), FlowId.NONE, tokens -> {});
                assertThat(boxed.turn(team)).isEqualTo(Turn.WORKED);
            }
            assertThat(messages.texts())
                    .singleElement()
                    .asString()
                    .startsWith("WARNING: boxed: a step of 1 rows allocates ");
        }
    }

    @Test
    void aStepThatCanNotBeFilledDoesNotAffectTheNext() {
        float[] expected = computed(text(9, 3)).getFirst();
        float[] shorter = computed(text(5, 1)).getFirst();
        var before = submit("a", text(5, 1));
        var failing = submit("b", broken());
        while (batcher.turn(team) == Turn.WORKED) {}
        var after = submit("c", text(9, 3));
        assertThat(batcher.turn(team)).isEqualTo(Turn.WORKED);
        assertThat(after.join().getFirst()).containsExactly(expected);
        assertThatThrownBy(failing::join).isInstanceOf(CompletionException.class);
        boolean failedOrRight = before.handle(
                        (outputs, failure) -> failure != null || Arrays.equals(outputs.getFirst(), shorter))
                .join();
        assertThat(failedOrRight).isTrue();
        assertThat(batcher.turn(team)).isEqualTo(Turn.IDLE);
        assertThat(batcher.queued()).isZero();
    }

    @Test
    void aLostEngineEndsAllRequestsAndRefusesNewOnes() {
        var waiting = submit("a", text(9, 3));
        List<Integer> noCpu = List.of(-1);
        try (Team lost = new Team(new TeamLayout(2, List.of(List.of(), noCpu)), false)) {
            lost.whenLost(batcher::lose);
            assertThatThrownBy(waiting::join).hasCauseInstanceOf(WorkerLostException.class);
        }
        assertThatThrownBy(() -> submit("a", text(9, 3))).isInstanceOf(WorkerLostException.class);
        assertThat(batcher.turn(team)).isEqualTo(Turn.IDLE);
    }

    /** That caller's code holds the lock of the model's batcher. */
    @Test
    void aLostEngineEndsTheRequestsOfOtherModelsThoughACallerHangs() {
        var ever = new CountDownLatch(1);
        var begun = new CountDownLatch(1);
        var freed = new CountDownLatch(2);
        var hanging = batcher.submit(List.of(text(9, 3)), new FlowId("a"), tokens -> {
            begun.countDown();
            Patience.await(ever);
        });
        var other = batcher("other", Kernels.best(Precision.EXACT));
        Team lost = new Team(2, false);
        EngineLoop loop = new EngineLoop(lost);
        loop.add(batcher, freed::countDown);
        Patience.await(begun);
        loop.add(other, freed::countDown);
        var waiting = other.submit(List.of(text(9, 3)), new FlowId("a"), tokens -> {});
        Thread.ofVirtual().start(() -> lost.loseCaller("on purpose"));
        Patience.await().until(waiting::isDone);
        assertThatThrownBy(waiting::join).hasCauseInstanceOf(WorkerLostException.class);
        assertThat(hanging).isNotDone();
        loop.close();
        ever.countDown();
        Patience.await(freed);
    }

    /** The first text of each is in the step when the second one begins. */
    @Test
    void aCallerThatFailsWhenItsTextBeginsFailsAloneAndKeepsNoPages() {
        float[] expected = computed(text(9, 3)).getFirst();
        var other = submit("a", text(9, 3));
        var failing = batcher.submit(List.of(text(20, 1), text(90, 2)), new FlowId("b"), tokens -> {
            if (tokens == 90) {
                throw new IllegalStateException("nobody counts " + tokens);
            }
        });
        assertThat(batcher.turn(team)).isEqualTo(Turn.WORKED);
        assertThat(other.join().getFirst()).containsExactly(expected);
        assertThatThrownBy(failing::join).hasRootCauseMessage("nobody counts 90");
        assertThat(cache.usedPages()).isZero();
        assertThat(batcher.turn(team)).isEqualTo(Turn.IDLE);
        assertThat(batcher.queued()).isZero();
    }

    @Test
    void outcomesAreReportedOnAnotherThread() {
        Thread engine = Thread.currentThread();
        var heard = submit("a", text(5, 1)).handle((outputs, failure) -> Thread.currentThread());
        var failed = submit("b", broken()).handle((outputs, failure) -> Thread.currentThread());
        while (batcher.turn(team) == Turn.WORKED) {}
        assertThat(heard.join()).isNotSameAs(engine);
        assertThat(failed.join()).isNotSameAs(engine);
        var abandoned = submit("c", text(5, 1)).handle((outputs, failure) -> Thread.currentThread());
        batcher.abandon();
        assertThat(batcher.turn(team)).isEqualTo(Turn.DRAINED);
        assertThat(abandoned.join()).isNotSameAs(engine);
    }

    @Test
    void aFlowThatComesBackDoesNotOvertakeThoseWhoGotLess() {
        var small = submit("small", text(20, 1), text(20, 2), text(20, 3), text(20, 4), text(20, 5), text(20, 6));
        var first = submit("large", text(100, 1));
        assertThat(batcher.turn(team)).isEqualTo(Turn.WORKED); // a text of each fits
        first.join();
        var second = submit("large", text(100, 2));
        assertThat(batcher.turn(team)).isEqualTo(Turn.WORKED);
        assertThat(batcher.queued())
                .as("small may have one left, large has its own")
                .isLessThanOrEqualTo(2);
        assertThat(second).isNotDone();
        while (batcher.turn(team) == Turn.WORKED) {}
        assertThat(small.join()).hasSize(6);
        assertThat(second.join()).hasSize(1);
    }

    @Test
    void textsThatHaveBegunAreReportedAndCancelledOnesNeverBegin() {
        var begun = new ArrayList<Integer>();
        var request = batcher.submit(List.of(text(90, 1), text(80, 2), text(70, 3)), new FlowId("a"), begun::add);
        assertThat(begun).isEmpty();
        assertThat(batcher.turn(team)).isEqualTo(Turn.WORKED);
        assertThat(begun).containsExactly(90);
        request.cancel(true);
        assertThat(batcher.turn(team)).isEqualTo(Turn.IDLE);
        assertThat(begun).containsExactly(90);
    }

    @Test
    void runningTextsCountAgainstThePlaces() {
        var requests = new ArrayList<CompletableFuture<List<float[]>>>();
        for (int i = 0; i < PLACES; i++) {
            requests.add(submit("a", text(100, i), text(100, i + 10)));
        }
        assertThatThrownBy(() -> submit("a", text(1, 1)))
                .isInstanceOf(OverloadedException.class)
                .hasMessageContaining("4 requests of this caller");
        var other = submit("b", text(1, 1));
        requests.getFirst().cancel(true);
        var again = submit("a", text(1, 1));
        assertThatThrownBy(() -> submit("a", text(1, 1))).isInstanceOf(OverloadedException.class);
        while (batcher.turn(team) == Turn.WORKED) {}
        assertThat(other.join()).hasSize(1);
        assertThat(again.join()).hasSize(1);
        assertThat(submit("a", text(1, 1))).isNotDone();
    }
}
