package io.baseload.engine.profile;

import com.sun.management.ThreadMXBean;
import io.baseload.engine.parallel.PlatformThread;
import java.lang.management.ManagementFactory;

/** Tells by its allocations whether the JIT has compiled a kernel: interpreted, it creates an object for each vector. */
public final class CompiledCalls {
    /** Number of calls that are looked at together. */
    public static final int CALLS = 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Calls that create no objects allocate fewer bytes than this. */
    private static final long MAX_UNBOXED_BYTES = 4096;

    private CompiledCalls() {}

    /**
     * Calls the kernel {@link #CALLS} times and returns whether that created no objects.
     *
     * @throws IllegalStateException on a virtual thread, whose allocations the JVM doesn't report
     */
    public static boolean createNoObjects(Runnable kernel) {
        PlatformThread.require();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < CALLS; i++) {
            kernel.run();
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before < MAX_UNBOXED_BYTES;
    }
}
