package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.baseload.testing.TestModels;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory that grows with the context is outside the heap. */
class ContextHeapTest {
    private static final int SHORT = 1 << 10;
    private static final int LONG = 1 << 16;

    /** Page numbers take half a byte; a table of angles or scores took at least 64. Weights are packed by several threads, so what this one allocates varies. */
    private static final int BYTES_PER_TOKEN = 16;

    private static final int ROUNDS = 4;

    @ParameterizedTest
    @ValueSource(strings = {"llama/model.gguf", "deepseek-v3", "yuan2-m32"})
    void aLongContextTakesNoMoreHeap(String model) {
        long most = (long) BYTES_PER_TOKEN * (LONG - SHORT);
        long less = Long.MAX_VALUE;
        long more = Long.MAX_VALUE;
        // more rounds where this thread has packed most of the weights in each
        for (int round = 0; round < ROUNDS || round < 50 && more - less >= most; round++) {
            less = Math.min(less, allocated(model, SHORT));
            more = Math.min(more, allocated(model, LONG));
        }
        assertThat(more - less).isLessThan(most);
    }

    private static long allocated(String model, int context) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        new ModelHarness(TestModels.reference(model), context, 2).close();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
