package io.baseload.engine.tensor;

import io.baseload.engine.platform.SystemMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory outside the heap that is freed as a whole, when a model is closed for example. Thread-safe, but its segments must not be used during or after {@link #close}.
 */
public final class NativeMemory implements AutoCloseable {
    private static final AtomicLong LIVE = new AtomicLong();

    /** A cache line, and the widest vector. */
    private static final long ALIGNMENT = 64;

    /** Smaller pieces share chunks, so that they fill huge pages together. */
    private static final long CHUNK = 32 << 20;

    private static final long MIN_ALONE = CHUNK / 4;

    private final Arena arena = Arena.ofShared();
    private final AtomicLong bytes = new AtomicLong();
    private final List<NativeMemory> parts = new CopyOnWriteArrayList<>();
    private final List<MemorySegment> allocated = Collections.synchronizedList(new ArrayList<>());
    private MemorySegment chunk = MemorySegment.NULL;
    private long used;

    /** A part of this memory, counted and freed with it, that shares no page with another part: all of its pages are placed near the threads that touch them first. */
    public NativeMemory part() {
        NativeMemory part = new NativeMemory();
        parts.add(part);
        return part;
    }

    /** Total size of all open memories of this process. */
    public static long liveBytes() {
        return LIVE.get();
    }

    /** Zeroed memory, aligned to a cache line; the system provides a page when it is first touched. */
    public MemorySegment allocate(long size) {
        MemorySegment segment = size < MIN_ALONE ? piece(size) : SystemMemory.allocate(arena, size, ALIGNMENT);
        allocated.add(segment);
        bytes.addAndGet(size);
        LIVE.addAndGet(size);
        return segment;
    }

    /** All allocations, without mappings and without those of parts. */
    public List<MemorySegment> allocated() {
        return List.copyOf(allocated);
    }

    private synchronized MemorySegment piece(long size) {
        long from = Math.ceilDiv(used, ALIGNMENT) * ALIGNMENT;
        if (from + size > chunk.byteSize()) {
            chunk = SystemMemory.allocate(arena, CHUNK, ALIGNMENT);
            from = 0;
        }
        used = from + size;
        return chunk.asSlice(from, size);
    }

    /**
     * A file's bytes, mapped read-only: they are read when they are first touched, and shared by all processes that map the file. The segment has the same class as an allocated one, because
     * for kernels that have seen several classes of segments the compiler leaves calls in the loops, and vectors become objects.
     */
    public MemorySegment map(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
            MemorySegment segment = MemorySegment.ofAddress(mapped.address())
                    .reinterpret(size, arena, null)
                    .asReadOnly();
            bytes.addAndGet(size);
            LIVE.addAndGet(size);
            return segment;
        }
    }

    /** Total size of allocations and mappings, including those of parts. */
    public long bytes() {
        return bytes.get() + parts.stream().mapToLong(NativeMemory::bytes).sum();
    }

    @Override
    public void close() {
        parts.forEach(NativeMemory::close);
        parts.clear();
        arena.close();
        allocated.clear();
        LIVE.addAndGet(-bytes.getAndSet(0));
    }
}
