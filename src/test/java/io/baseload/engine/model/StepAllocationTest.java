package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.architecture.Architectures;
import io.baseload.engine.architecture.ModelDefinition;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.format.ModelFolder;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kv.KvCache;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.kv.PageTable;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.weights.CheckpointWeights;
import io.baseload.engine.weights.ImportPackings;
import io.baseload.engine.weights.StepMatrices;
import io.baseload.testing.TestModels;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A step allocates nothing on the heap in any of its workers, in one shard or two, once its code is compiled. */
@Tag("kernel")
class StepAllocationTest {
    private static final int STEPS = 50;
    private static final int MAX_ROUNDS = 300;
    private static final long PAUSE_NANOS = 20_000_000;
    private static final int CONTEXT = 640;
    private static final int[] LONG_TEXT = new int[64];
    private static final int[] SHORT_TEXT = new int[9];

    /** Pages between rows of the same sequence, which are computed at the same time: they share no page. */
    private static final int PAGES_APART = 2;

    record Model(String name, Precision precision, Quantization quantization) {}

    private static final List<Model> MODELS = List.of(
            new Model("llama/model.gguf", Precision.EXACT, Quantization.KEEP),
            new Model("gpt-oss-mxfp4", Precision.EXACT, Quantization.KEEP),
            new Model("deepseek-v3", Precision.EXACT, Quantization.KEEP),
            new Model("yuan2-m32", Precision.EXACT, Quantization.KEEP),
            new Model("llama/model.gguf", Precision.FAST, Quantization.Q4),
            new Model("gpt-oss-mxfp4", Precision.FAST, Quantization.KEEP),
            new Model("deepseek-v3", Precision.FAST, Quantization.Q8),
            new Model("yuan2-m32", Precision.FAST, Quantization.NF4_DQ));

    /** One of each precision. */
    private static final List<Model> IN_TWO_SHARDS = List.of(
            new Model("llama/model.gguf", Precision.EXACT, Quantization.KEEP),
            new Model("llama/model.gguf", Precision.FAST, Quantization.Q4));

    static Stream<Arguments> models() {
        return Stream.concat(
                MODELS.stream().map(model -> Arguments.of(model, 1)),
                IN_TWO_SHARDS.stream().map(model -> Arguments.of(model, 2)));
    }

    private static ModelHarness harness(Model model, int shards) {
        return new ModelHarness(
                TestModels.reference(model.name), CONTEXT, shards, 2, model.precision, model.quantization);
    }

    @ParameterizedTest
    @MethodSource("models")
    void decodeAllocatesNothing(Model model, int shards) {
        try (ModelHarness harness = harness(model, shards)) {
            List<PageTable> tables = Stream.generate(harness::sequence).limit(4).toList();
            for (int rows : new int[] {1, 16}) {
                assertAllocatesNothing(harness, 0, () -> {
                    harness.batch.clear();
                    for (int row = 0; row < rows; row++) {
                        int position = 3 + row / tables.size() * PAGES_APART * KvPages.TOKENS;
                        harness.batch.addDecode(tables.get(row % tables.size()), 5, position, position + 1);
                        harness.batch.wantLogits(row);
                    }
                });
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void draftsAllocateNothing(Model model, int shards) {
        try (ModelHarness harness = harness(model, shards)) {
            PageTable table = harness.sequence();
            assertAllocatesNothing(harness, Batch.MAX_DRAFTS, () -> {
                harness.batch.clear();
                harness.batch.addDecode(table, 5, CONTEXT / 2, CONTEXT / 2 + 1);
                harness.batch.wantLogits(0);
                for (int row = 1; row <= Batch.MAX_DRAFTS; row++) {
                    harness.batch.addDraft(table, 5, CONTEXT / 2 + row);
                    harness.batch.wantLogits(row);
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void prefillAllocatesNothing(Model model, int shards) {
        int[] prompt = new int[64];
        try (ModelHarness harness = harness(model, shards)) {
            PageTable table = harness.sequence();
            assertAllocatesNothing(harness, 0, () -> {
                harness.batch.clear();
                harness.batch.addPrefill(table, prompt, 0, prompt.length, prompt.length);
                harness.batch.wantLogits(63);
            });
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void encodingAllocatesNothing(Precision precision) {
        Path path = Path.of("src/test/resources/encoders/bert-mean");
        try (NativeMemory memory = new NativeMemory();
                Team team = new Team(2, false);
                ModelFolder file = ModelFolder.open(path)) {
            ModelDefinition definition = Architectures.of(file);
            ModelConfig config = definition.config();
            var noted =
                    new StepMatrices(config, new CheckpointWeights(definition.weights(), ImportPackings.KEEP, memory));
            DecoderWeights weights = DecoderWeights.load(config, noted);
            KvPages pages = KvPages.allocate(memory, 2, config.kvLayout(KvPrecision.F32));
            var encoder = new TextEncoder(
                    new ModelShard(weights, noted.packings(), pages, memory),
                    new StepLimits(64, 128, 2, 0, 2),
                    1,
                    Kernels.encoder(precision, noted.packings()));
            KvCache cache = new KvCache(pages, false);
            PageTable one = cache.table(64, CacheScope.PRIVATE);
            PageTable two = cache.table(64, CacheScope.PRIVATE);
            one.grow(64);
            two.grow(9);
            Batch batch = encoder.batch();
            assertAllocatesNothing(team, () -> {
                batch.clear();
                batch.addText(one, LONG_TEXT, LONG_TEXT.length);
                batch.addText(two, SHORT_TEXT, 5);
                encoder.forward(team, batch);
            });
        }
    }

    private static void assertAllocatesNothing(ModelHarness harness, int drafts, Runnable fill) {
        assertAllocatesNothing(harness.team, () -> {
            fill.run();
            harness.model.forward(harness.team, harness.batch);
            if (drafts > 0) {
                harness.model.accept(drafts);
            }
        });
    }

    /** The JIT compiles a step's code some time, in its own threads: in the pauses they have the processor to themselves. */
    private static void assertAllocatesNothing(Team team, Runnable step) {
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < MAX_ROUNDS && allocated > 0; round++) {
            allocated = allocated(team, step);
            if (allocated > 0) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        assertThat(allocated).as("bytes in %d steps", STEPS).isZero();
    }

    private static long allocated(Team team, Runnable step) {
        long before = team.allocatedBytes();
        for (int i = 0; i < STEPS; i++) {
            step.run();
        }
        return team.allocatedBytes() - before;
    }
}
