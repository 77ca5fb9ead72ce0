package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import com.sun.management.ThreadMXBean;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.MachineRates;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.ModelOutline.Matrices;
import io.baseload.engine.api.ModelOutline.Use;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.UnfitOptionsException;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.PromptForm;
import io.baseload.engine.parallel.TeamLayout;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.LongAccumulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory that a measurement of the machine takes. */
class RatesProbeTest {
    private static final int FEW = 2;
    private static final int MANY = 8;

    private static ModelOutline model(int hidden, int headDim, int feedForward) {
        return ModelOutlines.of("""
            {"model_type": "llama", "num_hidden_layers": 1, "hidden_size": %d, "num_attention_heads": 1, "head_dim": %d,
            "intermediate_size": %d, "vocab_size": 100, "max_position_embeddings": 64, "rms_norm_eps": 1e-5}
            """.formatted(hidden, headDim, feedForward), LoadOptions.named("plan"));
    }

    private static MachineRates measure(ModelOutline model, int workers) {
        return RatesProbe.measure(
                model, Kernels.best(Precision.FAST), KvPrecision.F16, TeamLayout.unbound(workers, 1), false);
    }

    /** A prompt of 256 rows of this width is 8 MiB. Workers need their own outputs, not rows of their own. */
    @Test
    void aWorkerTakesLittleHeap() {
        ModelOutline model = model(8192, 64, 1024);
        allocated(model, FEW); // classes are loaded, and so on
        long each = (allocated(model, MANY) - allocated(model, FEW)) / (MANY - FEW);
        assertThat(each).isLessThan(2 << 20);
    }

    private static long allocated(ModelOutline model, int workers) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThat(measure(model, workers).workers()).isEqualTo(workers);
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    /** Four layers of a mixture, of whose eight experts a token goes to two, in more memory than one step reads. */
    @Test
    void streamedMatricesAreThoseThatATokenMeets() {
        ModelOutline model = ModelOutlines.of("""
            {"model_type": "mixtral", "num_hidden_layers": 4, "hidden_size": 64, "num_attention_heads": 2, "num_key_value_heads": 1,
            "head_dim": 32, "intermediate_size": 128, "vocab_size": 512, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
            "num_local_experts": 8, "num_experts_per_tok": 2}
            """, LoadOptions.named("plan"));
        Matrices embedding = model.matrices().stream()
                .filter(some -> some.use() == Use.LOOKED_UP)
                .findFirst()
                .orElseThrow();
        List<Matrices> sizes = RatesProbe.alike(model, embedding);
        try (NativeMemory memory = new NativeMemory()) {
            List<PackedMatrix> mixed = RatesProbe.mixed(model, sizes, memory.allocate(4 << 20));
            long heads = of(mixed, 512, 64);
            assertThat(heads).isGreaterThan(2);
            assertThat(of(mixed, 32, 64)).as("keys, values").isBetween(8 * (heads - 1), 8 * (heads + 1));
            assertThat(of(mixed, 64, 64)).as("queries, outputs").isBetween(8 * (heads - 1), 8 * (heads + 1));
            assertThat(of(mixed, 128, 64)).as("gate, up of two experts").isBetween(16 * (heads - 1), 16 * (heads + 1));
            assertThat(of(mixed, 64, 128)).as("down of two experts").isBetween(8 * (heads - 1), 8 * (heads + 1));
            long bytes =
                    mixed.stream().mapToLong(matrix -> matrix.data().byteSize()).sum();
            assertThat(bytes).isBetween((4L << 20) - 8192, 4L << 20);
        }
    }

    /** A head that is larger than the memory is there by its first rows, after the routers that a step meets before it. */
    @Test
    void ofAMatrixThatDoesNotFitTheFirstRowsAreStreamed() {
        Matrices router = new Matrices(Use.SHARED, false, "bf16", 1, "none", 3, 16, 64, 3 * 2048, 0);
        Matrices head = new Matrices(Use.SHARED, true, "bf16", 1, "none", 1, 4096, 64, 4096 * 128, 0);
        try (NativeMemory memory = new NativeMemory()) {
            List<PackedMatrix> mixed =
                    RatesProbe.mixed(model(64, 32, 64), List.of(router, head), memory.allocate(64 << 10));
            assertThat(mixed).extracting(PackedMatrix::rows).containsExactly(16, 16, 16, 464);
        }
    }

    private static long of(List<PackedMatrix> all, int rows, int cols) {
        return all.stream()
                .filter(matrix -> matrix.rows() == rows && matrix.cols() == cols)
                .count();
    }

    /** Bandwidth is measured with half a GiB; the rest is that of workers, and rows of a prompt that those of a shard share. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void takesTheMemoryThatItSaid(int shards) {
        ModelOutline model = model(8192, 64, 1024);
        TeamLayout layout = TeamLayout.unbound(MANY, shards);
        long read = 512L << 20;
        long before = NativeMemory.liveBytes();
        var most = new LongAccumulator(Math::max, 0);
        Kernels kernels = idle(() -> most.accumulate(NativeMemory.liveBytes() - before));
        RatesProbe.measure(model, kernels, KvPrecision.F16, layout, false);
        assertThat(NativeMemory.liveBytes()).isEqualTo(before);
        MemoryEstimate said = RatesProbe.memory(model, kernels, KvPrecision.F16, layout);
        assertThat(most.get() - read).isPositive().isCloseTo(said.total() - read, withPercentage(3));
    }

    /** Kernels that compute nothing, and quantize prompts. */
    private static Kernels idle(Runnable called) {
        ClassLoader loader = Kernels.class.getClassLoader();
        return (Kernels) Proxy.newProxyInstance(loader, new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
            called.run();
            return switch (method.getName()) {
                case "promptForm" -> PromptForm.TILES;
                case "promptBytes" -> 2 * (long) arguments[1];
                case "scratchHeap" -> 0L;
                case "vectors" -> false;
                default -> null;
            };
        });
    }

    @Test
    void widerModelsThanAnyAreRefused() {
        assertRefused(model(1 << 20, 64, 64), "not the 1048576 of this model");
        assertRefused(model(64, 1 << 20, 64), "not the 1048576 of this model");
        assertRefused(model(64, 64, (1 << 17) + 16), "at most 131072 columns, not the 131088 of this model");
    }

    private static void assertRefused(ModelOutline model, String problem) {
        assertThatThrownBy(() -> measure(model, 1))
                .isInstanceOf(UnfitOptionsException.class)
                .hasMessageContaining(problem);
    }
}
