package io.baseload.engine.platform;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * On which CPUs a thread may run (Linux' {@code sched_setaffinity}). Only for threads that never start others: a thread inherits the CPUs of the one that started it.
 */
public final class Affinity {
    private static final Logger LOG = System.getLogger(Affinity.class.getName());

    private Affinity() {}

    /** Lets the calling thread run on these CPUs alone; where that can't be done it stays as it was. */
    public static void set(List<Integer> cpus) {
        try (Arena arena = Arena.ofConfined()) {
            int most = cpus.stream().mapToInt(Integer::intValue).max().orElseThrow();
            long bytes = Math.ceilDiv(most + 1L, Long.SIZE) * Long.BYTES;
            MemorySegment mask = arena.allocate(bytes, Long.BYTES);
            for (int cpu : cpus) {
                long word = mask.getAtIndex(ValueLayout.JAVA_LONG, cpu / Long.SIZE);
                mask.setAtIndex(ValueLayout.JAVA_LONG, cpu / Long.SIZE, word | 1L << cpu % Long.SIZE);
            }
            int result = (int) NativeLibrary.system()
                    .function(
                            "sched_setaffinity",
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.ADDRESS))
                    .invokeExact(0, bytes, mask);
            LOG.log(Level.DEBUG, "thread on CPUs {0}: {1}", cpus, result == 0 ? "pinned" : "refused");
        } catch (Throwable unavailable) {
            LOG.log(Level.DEBUG, "threads are not pinned on this system", unavailable);
        }
    }
}
