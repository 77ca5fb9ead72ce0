package io.baseload.engine.parallel;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Keeps a thread on one CPU (Linux' {@code sched_setaffinity}). Only for threads that never start others: a thread inherits the CPUs of the one that started it.
 */
final class Affinity {
    private static final Logger LOG = System.getLogger(Affinity.class.getName());

    private Affinity() {}

    /** Pins the calling thread; where that can't be done it stays free. */
    static void pin(int cpu) {
        try (Arena arena = Arena.ofConfined()) {
            long bytes = Math.ceilDiv(cpu + 1L, Long.SIZE) * Long.BYTES;
            MemorySegment mask = arena.allocate(bytes, Long.BYTES);
            mask.setAtIndex(ValueLayout.JAVA_LONG, cpu / Long.SIZE, 1L << cpu % Long.SIZE);
            int result = (int) setAffinity().invokeExact(0, bytes, mask);
            LOG.log(Level.DEBUG, "worker on CPU {0}: {1}", cpu, result == 0 ? "pinned" : "refused");
        } catch (Throwable unavailable) {
            LOG.log(Level.DEBUG, "workers are not pinned on this system", unavailable);
        }
    }

    private static MethodHandle setAffinity() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().find("sched_setaffinity").orElseThrow(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
    }
}
