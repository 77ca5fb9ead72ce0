package io.baseload.engine.platform;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Memory whose pages are zero when they are first touched, and are placed on the node of the thread that touches them first. Java's own arenas fill allocated memory with zeros, which makes
 * all of it resident at once, near the allocating thread.
 *
 * <p>On Linux a block is a separate mapping ({@code mmap}). The C library's {@code calloc} isn't enough: it reuses freed blocks of up to 32 MB, whose pages stay on the node where they were
 * first touched. For large blocks huge pages are requested ({@code madvise}): a page table entry for 2 MiB instead of 4 KiB. On other systems, and for small blocks, {@code calloc} is used.
 */
public final class SystemMemory {
    private static final Logger LOG = System.getLogger(SystemMemory.class.getName());
    private static final boolean LINUX = System.getProperty("os.name").equals("Linux");

    /** Smaller blocks are allocated by the C library. */
    private static final long MIN_MAPPED = 64 << 10;

    private static final long HUGE = 2 << 20;

    /** Smaller blocks aren't aligned to huge pages. */
    private static final long MIN_HUGE = 2 * HUGE;

    private static final int READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final int HUGE_PAGES = 14;
    private static final long FAILED = -1;

    private static final MethodHandle CALLOC = function("calloc", FunctionDescriptor.of(ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle FREE = function("free", FunctionDescriptor.ofVoid(ADDRESS));
    private static final MethodHandle MAP = function(
            "mmap", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle UNMAP = function("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle ADVISE =
            function("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

    private SystemMemory() {}

    private static MethodHandle function(String name, FunctionDescriptor type) {
        return NativeLibrary.system().function(name, type);
    }

    /**
     * Zeroed memory that is freed with the arena.
     *
     * @throws OutOfMemoryError if the system has none
     */
    public static MemorySegment allocate(Arena arena, long size, long alignment) {
        boolean mapped = LINUX && size >= MIN_MAPPED;
        long unit = mapped && size >= MIN_HUGE ? HUGE : alignment;
        // The whole last huge page belongs to the block, so that no other block determines its node.
        long whole = Math.addExact(Math.ceilDiv(size, unit) * unit, unit);
        long address = mapped ? map(whole) : calloc(whole);
        if (address == (mapped ? FAILED : 0)) {
            throw new OutOfMemoryError("the system can't provide " + size + " bytes of memory");
        }
        long skip = -address & unit - 1;
        if (unit == HUGE) {
            askForHugePages(address + skip, size / HUGE * HUGE);
        }
        return MemorySegment.ofAddress(address)
                .reinterpret(whole, arena, block -> {
                    if (mapped) {
                        unmap(block.address(), whole);
                    } else {
                        free(block);
                    }
                })
                .asSlice(skip, size);
    }

    private static long map(long size) {
        try {
            return (long) MAP.invokeExact(0L, size, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static void unmap(long address, long size) {
        try {
            int refused = (int) UNMAP.invokeExact(address, size);
            if (refused != 0) {
                LOG.log(Level.WARNING, "{0} bytes of memory can''t be released", size);
            }
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** A kernel without huge pages refuses, which has no effect. */
    private static void askForHugePages(long address, long size) {
        try {
            int refused = (int) ADVISE.invokeExact(address, size, HUGE_PAGES);
            LOG.log(Level.TRACE, "{0} bytes in huge pages: {1}", size, refused == 0 ? "asked for" : "refused");
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static long calloc(long size) {
        try {
            return ((MemorySegment) CALLOC.invokeExact(1L, size)).address();
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
