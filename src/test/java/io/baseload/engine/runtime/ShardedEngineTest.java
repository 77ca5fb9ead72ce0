package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.EncoderText;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedEncoder;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.model.CausalModel;
import io.baseload.engine.parallel.PlatformThread;
import io.baseload.engine.parallel.TeamLayout;
import io.baseload.engine.platform.MemoryNodes;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Rows;
import io.baseload.testing.CollectingSink;
import io.baseload.testing.Reference;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An engine of two shards beside one of one: the same answers, from files and from the store, and the memory that it said. */
class ShardedEngineTest {
    private static final LoadOptions OPTIONS = LoadOptions.named("tiny")
            .withContextLength(128)
            .withMaxSequences(2)
            .withWarmUp(false)
            .withPrecision(Precision.EXACT);

    private static final TeamLayout CONFINED = new TeamLayout(2, List.of(List.of()), List.of(), List.of(), true);

    @TempDir
    Path folder;

    /** Plans of this machine count them. */
    @Test
    void knowsTheNodesOfItsWorkers() {
        List<List<Integer>> nodes = List.of(List.of(0, 1), List.of(2, 3), List.of(4, 5));
        var layout = new TeamLayout(2, List.of(List.of(0), List.of(4)), nodes, List.of(), false);
        try (Engine two = new CpuEngine(layout, false);
                Engine node = new CpuEngine(CONFINED, false)) {
            assertThat(two.nodes()).isEqualTo(2);
            assertThat(node.nodes()).isEqualTo(1);
        }
    }

    private static Engine engine(int shards) {
        return Engine.open(new EngineOptions(3, false, shards, List.of()));
    }

    @ParameterizedTest
    @EnumSource(
            value = Quantization.class,
            names = {"KEEP", "NF4_DQ", "Q4", "Q8"})
    void answersAsOneShardFromTheStore(Quantization kind) {
        try (Engine one = engine(1);
                Engine two = engine(2)) {
            one.convert(TestModels.tiny(), folder, Optional.of(kind), ByteProgress.NONE);
            List<Integer> expected = answer(one, folder, OPTIONS);
            assertThat(expected).hasSize(40);
            assertThat(answer(two, folder, OPTIONS)).isEqualTo(expected);
        }
    }

    @Test
    void answersAsOneShardFromAFile() {
        try (Engine one = engine(1);
                Engine two = engine(2)) {
            assertThat(answer(two, TestModels.tiny(), OPTIONS)).isEqualTo(answer(one, TestModels.tiny(), OPTIONS));
            assertThat(answer(two, TestModels.tiny(), OPTIONS.withQuantization(Quantization.Q4)))
                    .isEqualTo(answer(one, TestModels.tiny(), OPTIONS.withQuantization(Quantization.Q4)));
        }
    }

    /** Pages that are mapped may be anywhere; a copy is on the node. */
    @Test
    void isCopiedToOneOfSeveralNodes() {
        try (Engine one = engine(1);
                Engine node = new CpuEngine(CONFINED, false)) {
            one.convert(TestModels.tiny(), folder, Optional.empty(), ByteProgress.NONE);
            assertThat(answer(node, folder, OPTIONS)).isEqualTo(answer(one, folder, OPTIONS));
            try (LoadedModel model = node.load(folder, OPTIONS)) {
                assertThat(model.load().memory()).isEqualTo(node.estimate(folder, OPTIONS));
            }
        }
        assertThat(isMapped(folder, TeamLayout.unbound(2, 1))).isTrue();
        assertThat(isMapped(folder, CONFINED)).isFalse();
    }

    private static boolean isMapped(Path stored, TeamLayout layout) {
        try (NativeMemory memory = new NativeMemory();
                ModelSource source = ModelSource.open(stored)) {
            ModelSize size = ModelSize.of(source.config(), OPTIONS);
            return ModelParts.of(source, size, layout, memory, ByteProgress.NONE).matrices().stream()
                    .flatMap(shard -> shard.shared().stream())
                    .allMatch(matrix -> matrix.data().isReadOnly());
        }
    }

    /** From the store and from files, and with the memory that was said. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "bert-mean",
                "bert-rank",
                "distilbert-mean",
                "gte-cls",
                "gte-rank",
                "modernbert-cls",
                "nomic-mean",
                "qwen3-last",
                "xlmr-rank"
            })
    void anEncoderIsCopiedToOneOfSeveralNodesToo(String model) {
        LoadOptions options =
                LoadOptions.named("encoder").withPrecision(Precision.EXACT).withWarmUp(false);
        List<EncoderText> texts = List.of(EncoderText.of(new int[] {2, 7, 11, 3}), EncoderText.of(new int[] {2, 5, 3}));
        Path files = TestModels.resource("encoders/" + model);
        List<float[]> expected;
        try (Engine one = engine(1)) {
            one.convert(files, folder, Optional.empty(), ByteProgress.NONE);
            try (LoadedEncoder mapped = one.loadEncoder(folder, options)) {
                expected = mapped.encode(texts, FlowId.NONE).join();
            }
        }
        for (Path encoder : List.of(folder, files)) {
            long before = NativeMemory.liveBytes();
            try (Engine node = new CpuEngine(CONFINED, false);
                    LoadedEncoder copied = node.loadEncoder(encoder, options)) {
                assertThat(copied.encode(texts, FlowId.NONE).join()).containsExactlyElementsOf(expected);
                MemoryEstimate taken = copied.load().memory();
                assertThat(NativeMemory.liveBytes() - before).isEqualTo(taken.total());
                if (encoder.equals(folder)) {
                    assertThat(taken).isEqualTo(node.estimate(encoder, options));
                }
            }
        }
        assertThat(isMapped(folder, TeamLayout.unbound(2, 1))).isTrue();
        assertThat(isMapped(folder, CONFINED)).isFalse();
    }

    @Test
    void takesTheMemoryThatItSaid() {
        long before = NativeMemory.liveBytes();
        try (Engine two = engine(2)) {
            two.convert(TestModels.tiny(), folder, Optional.empty(), ByteProgress.NONE);
            MemoryEstimate estimate = two.estimate(folder, OPTIONS);
            try (LoadedModel model = two.load(folder, OPTIONS)) {
                assertThat(model.load().memory()).isEqualTo(estimate);
                assertThat(NativeMemory.liveBytes() - before).isEqualTo(estimate.total());
            }
        }
        assertThat(NativeMemory.liveBytes()).isEqualTo(before);
    }

    /** Of a model that isn't imported, each matrix is packed whole before it is cut. */
    @Test
    void aFileTakesAWholeMatrixMoreWhileItIsLoaded() {
        long before = NativeMemory.liveBytes();
        try (Engine two = engine(2)) {
            MemoryEstimate estimate = two.estimate(TestModels.tiny(), OPTIONS);
            long largest = two.outline(TestModels.tiny(), OPTIONS).matrices().stream()
                    .mapToLong(some -> (some.codeBytes() + some.scaleBytes()) / some.count())
                    .max()
                    .orElseThrow();
            try (LoadedModel model = two.load(TestModels.tiny(), OPTIONS)) {
                assertThat(estimate).isEqualTo(model.load().memory().plus(new MemoryEstimate(0, 0, largest, 0)));
                assertThat(NativeMemory.liveBytes() - before).isEqualTo(estimate.total() - largest);
            }
        }
        assertThat(NativeMemory.liveBytes()).isEqualTo(before);
    }

    @Test
    void measuresItsRoofline() {
        try (Engine one = engine(1);
                Engine two = engine(2);
                LoadedModel whole = one.load(TestModels.tiny(), OPTIONS);
                LoadedModel cut = two.load(TestModels.tiny(), OPTIONS)) {
            assertThat(cut.roofline(1).weightBytes())
                    .isEqualTo(whole.roofline(1).weightBytes());
        }
    }

    /** Its 4 heads don't suffice for six shards, but for three, of two of the engine's each; another model is cut into six beside it. */
    @Test
    void aModelWithFewerHeadsThanShardsIsCutIntoFewer() throws IOException {
        Path latent = Reference.open("deepseek-v2", folder).model();
        long before = NativeMemory.liveBytes();
        try (Engine one = engine(1);
                Engine six = Engine.open(new EngineOptions(7, false, 6, List.of()));
                LoadedModel fewer = six.load(latent, OPTIONS);
                LoadedModel all = six.load(TestModels.tiny(), OPTIONS)) {
            assertThat(fewer.load().shards()).isEqualTo(3);
            assertThat(all.load().shards()).isEqualTo(6);
            assertThat(six.shards(latent, OPTIONS, 6).fewer())
                    .hasValue("3 shards instead of 6, because deepseek_v2 has 4 query heads");
            assertThat(six.shards(TestModels.tiny(), OPTIONS, 6).fewer()).isEmpty();
            for (int i = 0; i < 3; i++) {
                assertThat(answer(fewer)).isEqualTo(answer(one, latent, OPTIONS));
                assertThat(answer(all)).isEqualTo(answer(one, TestModels.tiny(), OPTIONS));
            }
        }
        assertThat(NativeMemory.liveBytes()).isEqualTo(before);
    }

    /** No divisor of five but one is possible. The weights are those of one shard, too. */
    @Test
    void aModelThatCannotBeCutEvenlyStaysWhole() throws IOException {
        Path latent = Reference.open("deepseek-v2", folder).model();
        long before = NativeMemory.liveBytes();
        try (Engine five = Engine.open(new EngineOptions(5, false, 5, List.of()));
                LoadedModel whole = five.load(latent, OPTIONS)) {
            assertThat(whole.load().shards()).isEqualTo(1);
            assertThat(NativeMemory.liveBytes() - before)
                    .isEqualTo(whole.load().memory().total());
            try (Engine one = engine(1)) {
                assertThat(five.estimate(latent, OPTIONS).weights())
                        .isEqualTo(one.estimate(latent, OPTIONS).weights());
                assertThat(answer(whole)).isEqualTo(answer(one, latent, OPTIONS));
            }
        }
    }

    /** The system places memory near the thread that touches it first, and arrays are touched by the thread that allocates them. */
    @Test
    void activationsAreTouchedFirstNearTheirShard() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        TeamLayout layout = TeamLayout.unbound(3, 2);
        try (ExecutorService one = Executors.newSingleThreadExecutor();
                ExecutorService two = Executors.newSingleThreadExecutor();
                NativeMemory memory = new NativeMemory();
                ModelSource source = ModelSource.open(TestModels.tiny())) {
            ModelSize size = ModelSize.of(source.config(), OPTIONS.withPrefillChunk(128));
            ModelParts parts = ModelParts.of(source, size, layout, memory, ByteProgress.NONE);
            List<List<Executor>> near = List.of(List.of(one, one), List.of(two));
            Kernels kernels = Kernels.best(Precision.EXACT);
            var _ = CausalModel.of(
                    source.config(), parts.shards(), size.limits(3), kernels, near); // classes are loaded
            long[] before = near.stream()
                    .mapToLong(shard ->
                            PlatformThread.call(shard.getFirst(), () -> threads.getCurrentThreadAllocatedBytes()))
                    .toArray();
            long here = threads.getCurrentThreadAllocatedBytes();
            CausalModel model = CausalModel.of(source.config(), parts.shards(), size.limits(3), kernels, near);
            here = threads.getCurrentThreadAllocatedBytes() - here;
            for (int shard = 0; shard < 2; shard++) {
                List<MemorySegment> rows = model.activations(shard).stream()
                        .map(Rows::data)
                        .map(MemorySegment::ofArray)
                        .toList();
                long bytes = rows.stream().mapToLong(MemorySegment::byteSize).sum();
                long there =
                        PlatformThread.call(near.get(shard).getFirst(), () -> threads.getCurrentThreadAllocatedBytes());
                assertThat(there - before[shard]).isGreaterThan(bytes);
                assertThat(here)
                        .isLessThan(bytes + (long) Float.BYTES * model.logits().data().length);
                assertThat(MemoryNodes.of(rows).nodes()).isNotEmpty();
            }
        }
    }

    @Test
    void memoryThatWasTouchedLiesSomewhere() {
        try (NativeMemory memory = new NativeMemory()) {
            MemorySegment touched = memory.allocate(1 << 20);
            touched.fill((byte) 1);
            assertThat(MemoryNodes.of(List.of(touched)).nodes().values()).containsExactly(8);
        }
    }

    private static List<Integer> answer(Engine engine, Path model, LoadOptions options) {
        try (LoadedModel loaded = engine.load(model, options)) {
            return answer(loaded);
        }
    }

    private static List<Integer> answer(LoadedModel model) {
        CollectingSink sink = new CollectingSink();
        model.generate(GenerationRequest.greedy(new int[] {1, 17, 250, 31}, 40), sink);
        sink.await();
        return sink.ids();
    }
}
