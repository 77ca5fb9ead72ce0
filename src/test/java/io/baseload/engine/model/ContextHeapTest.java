package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.baseload.testing.TestModels;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What grows with the context is outside the heap. */
class ContextHeapTest {
    private static final int SHORT = 1 << 10;
    private static final int LONG = 1 << 16;

    /** Page numbers of the cache, which the bench has for four sequences: four bytes for 32 tokens, and some that nobody counts. */
    private static final int BYTES_PER_TOKEN = 2;

    @ParameterizedTest
    @ValueSource(strings = {"llama/model.gguf", "deepseek-v3", "yuan2-m32"})
    void aLongContextTakesNoMoreHeap(String model) {
        allocated(model, SHORT);
        long less = allocated(model, SHORT);
        long more = allocated(model, LONG);
        assertThat(more - less).isLessThan((long) BYTES_PER_TOKEN * (LONG - SHORT));
    }

    private static long allocated(String model, int context) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        new ModelBench(TestModels.reference(model), context, 2).close();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
