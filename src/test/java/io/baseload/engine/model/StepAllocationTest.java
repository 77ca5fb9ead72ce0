package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.baseload.engine.kv.PageTable;
import io.baseload.testing.Patience;
import io.baseload.testing.TestModels;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** A step allocates nothing on the heap, once its code is compiled. */
@Tag("kernel")
class StepAllocationTest {
    private static final int STEPS = 50;
    private static final long PATIENCE_NANOS = Patience.LIMIT.toNanos();

    static final List<String> MODELS = List.of("llama/model.gguf", "gpt-oss-mxfp4", "deepseek-v3", "yuan2-m32");

    @ParameterizedTest
    @FieldSource("MODELS")
    void decodeAllocatesNothing(String model) {
        try (ModelBench bench = new ModelBench(TestModels.reference(model), 640, 2)) {
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
    void prefillAllocatesNothing(String model) {
        int[] prompt = new int[64];
        try (ModelBench bench = new ModelBench(TestModels.reference(model), 96, 1)) {
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
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < STEPS; i++) {
            fill.run();
            bench.model.forward(bench.team, bench.batch);
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
