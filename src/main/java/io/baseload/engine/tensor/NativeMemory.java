package io.baseload.engine.tensor;

import io.baseload.engine.platform.SystemMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory outside the heap that is freed as a whole, for instance when a model closes. Safe for use by several threads; nobody may use its segments
 * during or after {@link #close}.
 */
public final class NativeMemory implements AutoCloseable {
    private static final AtomicLong LIVE = new AtomicLong();

    /** A cache line, and the widest vector. */
    private static final long ALIGNMENT = 64;

    private final Arena arena = Arena.ofShared();
    private final AtomicLong bytes = new AtomicLong();

    /** Bytes that all open memories of this process hold together. */
    public static long liveBytes() {
        return LIVE.get();
    }

    /** Zeroed memory, aligned to a cache line; the system provides its pages when they are first touched. */
    public MemorySegment allocate(long size) {
        MemorySegment segment = SystemMemory.allocate(arena, size, ALIGNMENT);
        bytes.addAndGet(size);
        LIVE.addAndGet(size);
        return segment;
    }

    /** A file's bytes, mapped read-only: they are read when they are first touched, and shared by all who map them. */
    public MemorySegment map(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment segment = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
            bytes.addAndGet(size);
            LIVE.addAndGet(size);
            return segment;
        }
    }

    /** Bytes allocated and mapped here. */
    public long bytes() {
        return bytes.get();
    }

    @Override
    public void close() {
        arena.close();
        LIVE.addAndGet(-bytes.getAndSet(0));
    }
}
