package io.baseload.engine.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The C library's {@code calloc}. An arena of Java's own fills what it allocates with zeros, and so makes all of it resident at once; the system hands out large
 * blocks as pages that are zero when they are first touched, by whoever touches them.
 */
public final class SystemMemory {
    private static final MethodHandle CALLOC = NativeLibrary.system()
            .function(
                    "calloc", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE =
            NativeLibrary.system().function("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    private SystemMemory() {}

    /**
     * Zeroed memory that is freed with the arena.
     *
     * @throws OutOfMemoryError if the system has none
     */
    public static MemorySegment allocate(Arena arena, long size, long alignment) {
        MemorySegment block = calloc(Math.addExact(size, alignment));
        if (block.address() == 0) {
            throw new OutOfMemoryError("the system has no " + size + " bytes of memory");
        }
        long skip = -block.address() & alignment - 1;
        return block.reinterpret(size + alignment, arena, SystemMemory::free).asSlice(skip, size);
    }

    private static MemorySegment calloc(long size) {
        try {
            return (MemorySegment) CALLOC.invokeExact(1L, size);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static void free(MemorySegment block) {
        try {
            FREE.invokeExact(block);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}
