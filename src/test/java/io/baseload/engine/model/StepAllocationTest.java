package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.kv.PageTable;
import io.baseload.testing.Patience;
import io.baseload.testing.TestModels;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

/** A step allocates nothing on the heap in any of its workers, once its code is compiled. */
@Tag("kernel")
class StepAllocationTest {
    private static final int STEPS = 50;
    private static final long PATIENCE_NANOS = Patience.LIMIT.toNanos();

    static final List<Arguments> MODELS = List.of(
            Arguments.of("llama/model.gguf", Precision.EXACT, Quantization.KEEP),
            Arguments.of("gpt-oss-mxfp4", Precision.EXACT, Quantization.KEEP),
            Arguments.of("deepseek-v3", Precision.EXACT, Quantization.KEEP),
            Arguments.of("yuan2-m32", Precision.EXACT, Quantization.KEEP),
            Arguments.of("llama/model.gguf", Precision.FAST, Quantization.Q4),
            Arguments.of("gpt-oss-mxfp4", Precision.FAST, Quantization.KEEP),
            Arguments.of("deepseek-v3", Precision.FAST, Quantization.Q8),
            Arguments.of("yuan2-m32", Precision.FAST, Quantization.NF4_DQ));

    @ParameterizedTest
    @FieldSource("MODELS")
    void decodeAllocatesNothing(String model, Precision precision, Quantization quantization) {
        try (ModelBench bench = new ModelBench(TestModels.reference(model), 640, 1, 2, precision, quantization)) {
            PageTable table = bench.sequence();
            bench.prefill(table, new int[] {1, 2, 3}, 0, 3);
            assertAllocatesNothing(bench, () -> {
                bench.batch.clear();
                bench.batch.addDecode(table, 5, 3, 4);
                bench.batch.addDecode(table, 5, 639, 640);
                bench.batch.wantLogits(0);
            });
        }
    }

    @ParameterizedTest
    @FieldSource("MODELS")
    void prefillAllocatesNothing(String model, Precision precision, Quantization quantization) {
        int[] prompt = new int[64];
        try (ModelBench bench = new ModelBench(TestModels.reference(model), 96, 1, 2, precision, quantization)) {
            PageTable table = bench.sequence();
            assertAllocatesNothing(bench, () -> {
                bench.batch.clear();
                bench.batch.addPrefill(table, prompt, 0, prompt.length, prompt.length);
                bench.batch.wantLogits(63);
            });
        }
    }

    private static void assertAllocatesNothing(ModelBench bench, Runnable fill) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        long allocated = Long.MAX_VALUE;
        while (allocated > 0 && System.nanoTime() < deadline) {
            allocated = allocated(bench, fill);
        }
        assertThat(allocated).as("bytes in %d steps", STEPS).isZero();
    }

    private static long allocated(ModelBench bench, Runnable fill) {
        long before = bench.team.allocatedBytes();
        for (int i = 0; i < STEPS; i++) {
            fill.run();
            bench.model.forward(bench.team, bench.batch);
        }
        return bench.team.allocatedBytes() - before;
    }
}
