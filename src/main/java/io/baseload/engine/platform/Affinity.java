package io.baseload.engine.platform;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Sets the CPUs on which a thread may run (Linux's {@code sched_setaffinity}). Only for threads that never start others, because a thread inherits the CPUs of the one that started it.
 */
public final class Affinity {
    private static final Logger LOG = System.getLogger(Affinity.class.getName());
    private static final @Nullable MethodHandle SET = find();

    private Affinity() {}

    private static @Nullable MethodHandle find() {
        try {
            return NativeLibrary.system()
                    .function(
                            "sched_setaffinity",
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.ADDRESS));
        } catch (NoSuchElementException unavailable) {
            LOG.log(Level.DEBUG, "threads are not pinned on this system", unavailable);
            return null;
        }
    }

    /** Restricts the calling thread to these CPUs, if possible. */
    public static void set(List<Integer> cpus) {
        try (Arena arena = Arena.ofConfined()) {
            boolean pinned = apply(mask(arena, cpus));
            LOG.log(Level.DEBUG, "thread on CPUs {0}: {1}", cpus, pinned ? "pinned" : "refused");
        }
    }

    private static MemorySegment mask(Arena arena, List<Integer> cpus) {
        int most = cpus.stream().mapToInt(Integer::intValue).max().orElseThrow();
        MemorySegment mask = arena.allocate(Math.ceilDiv(most + 1L, Long.SIZE) * Long.BYTES, Long.BYTES);
        for (int cpu : cpus) {
            long word = mask.getAtIndex(ValueLayout.JAVA_LONG, cpu / Long.SIZE);
            mask.setAtIndex(ValueLayout.JAVA_LONG, cpu / Long.SIZE, word | 1L << cpu % Long.SIZE);
        }
        return mask;
    }

    private static boolean apply(MemorySegment mask) {
        MethodHandle set = SET;
        if (set == null) {
            return false;
        }
        try {
            return (int) set.invokeExact(0, mask.byteSize(), mask) == 0;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Moves a thread to other CPUs for a while, and back. Allocates nothing when used, so that it can be used in each step. */
    public static final class Visit {
        private final MemorySegment there;
        private final MemorySegment back;

        public Visit(List<Integer> there, List<Integer> back) {
            this.there = mask(Arena.ofAuto(), there);
            this.back = mask(Arena.ofAuto(), back);
        }

        public void begin() {
            apply(there);
        }

        public void end() {
            apply(back);
        }
    }
}
