package io.baseload.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.baseload.testing.Patience;
import java.lang.management.ManagementFactory;

/** Limits the heap allocations of a kernel once it is compiled, for which it waits; a boxed vector is detected at once. */
final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long PATIENCE_NANOS = Patience.LIMIT.toNanos();

    private Allocation() {}

    /** Runs the kernel until a round of {@code runs} allocates next to nothing; fails if none does. */
    static void assertNone(int runs, Runnable kernel) {
        long allocated = Long.MAX_VALUE;
        long start = System.nanoTime();
        while (allocated > 256 && System.nanoTime() - start < PATIENCE_NANOS) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < runs; i++) {
                kernel.run();
            }
            allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        }
        assertTrue(allocated <= 256, allocated + " bytes in " + runs + " runs");
    }
}
