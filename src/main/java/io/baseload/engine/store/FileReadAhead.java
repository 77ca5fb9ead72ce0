package io.baseload.engine.store;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.ModelFileException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads parts of files from the disk into the page cache, one after another, in large pieces by several threads, which is fast on disks. Otherwise those who use a mapped file would read it
 * page by page, each waiting for its own pages.
 *
 * <p>Cost: the disk's time, or a copy of the bytes if they are already in memory; a buffer for each thread.
 */
public final class FileReadAhead implements AutoCloseable {
    private static final int READERS = 4;
    private static final int PIECE = 4 << 20;
    private static final long LOOK_MILLIS = 100;

    /** How far reading may be ahead of use: a file may be larger than memory, and pages that are read too early are lost again. */
    private static final long AHEAD = 1L << 30;

    /** A part of a file. */
    public record Part(Path file, long offset, long bytes) {}

    /** @param end bytes up to its end, with all pieces before it */
    private record Piece(Path file, long offset, int bytes, long end) {}

    private final List<Piece> pieces = new ArrayList<>();
    private final ExecutorService readers = Executors.newFixedThreadPool(
            READERS, Thread.ofPlatform().name("read-ahead").daemon().factory());
    private final List<Future<?>> reading = new ArrayList<>();
    private final long ahead;
    private final AtomicLong done = new AtomicLong();
    private long size;

    // guarded by this
    private int next;
    private long limit;

    private FileReadAhead(List<Part> parts, long ahead) {
        parts.forEach(this::add);
        this.ahead = ahead;
        this.limit = ahead;
        for (int i = 0; i < READERS; i++) {
            reading.add(readers.submit(this::readPieces));
        }
    }

    private void add(Part part) {
        for (long at = 0; at < part.bytes; at += PIECE) {
            int bytes = (int) Math.min(PIECE, part.bytes - at);
            size += bytes;
            pieces.add(new Piece(part.file, part.offset + at, bytes, size));
        }
    }

    /**
     * Reads all parts.
     *
     * @param progress called only by the calling thread
     * @throws CancellationException if {@code progress} cancelled it
     * @throws ModelFileException if a file can't be read
     */
    static void run(List<Part> parts, ByteProgress progress) {
        try (FileReadAhead all = new FileReadAhead(parts, Long.MAX_VALUE)) {
            boolean ended = false;
            while (!ended) {
                ended = all.ended();
                if (!progress.at(all.done(), all.size)) {
                    throw new CancellationException("cancelled after " + all.done + " bytes");
                }
            }
        }
    }

    /** Begins to read parts that are about to be used in this order, as {@link #used} will tell. */
    public static FileReadAhead start(List<Part> parts) {
        return start(parts, AHEAD);
    }

    static FileReadAhead start(List<Part> parts, long ahead) {
        return new FileReadAhead(parts, ahead);
    }

    /**
     * To be called now and then: reading goes on accordingly. A lack of memory for reading ahead is no error: the parts can be used without.
     *
     * @param part of {@code whole}: the part of the bytes that has been used, by a rough estimate
     * @throws ModelFileException if a file can't be read
     */
    public void used(long part, long whole) {
        for (Future<?> one : reading) {
            if (one.state() == Future.State.FAILED && one.exceptionNow() instanceof ModelFileException unreadable) {
                throw unreadable;
            }
        }
        synchronized (this) {
            limit = ahead + (long) (size * ((double) part / Math.max(1, whole)));
            notifyAll();
        }
    }

    /** Number of bytes read so far. */
    long done() {
        return done.get();
    }

    /** Whether all readers have ended. If not, it waits a moment for one of them. */
    private boolean ended() {
        Optional<Future<?>> busy = reading.stream().filter(one -> !one.isDone()).findFirst();
        busy.ifPresent(FileReadAhead::await);
        for (Future<?> one : reading) {
            if (one.state() == Future.State.FAILED) {
                throw failure(one.exceptionNow());
            }
        }
        return busy.isEmpty();
    }

    private static void await(Future<?> reader) {
        try {
            reader.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // its state tells
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        }
    }

    private static RuntimeException failure(Throwable cause) {
        return cause instanceof ModelFileException unreadable ? unreadable : new IllegalStateException(cause);
    }

    private void readPieces() {
        try (Arena arena = Arena.ofConfined()) {
            ByteBuffer buffer = arena.allocate(PIECE).asByteBuffer();
            for (Optional<Piece> piece = take(); piece.isPresent(); piece = take()) {
                read(piece.get(), buffer);
            }
        }
    }

    /** The next piece, once it may be read; empty after the last. */
    private synchronized Optional<Piece> take() {
        try {
            while (next < pieces.size() && pieces.get(next).end > limit) {
                wait();
            }
        } catch (InterruptedException e) {
            next = pieces.size();
        }
        return next < pieces.size() ? Optional.of(pieces.get(next++)) : Optional.empty();
    }

    private void read(Piece piece, ByteBuffer buffer) {
        try (FileChannel in = FileChannel.open(piece.file, StandardOpenOption.READ)) {
            buffer.clear().limit(piece.bytes);
            while (buffer.hasRemaining() && in.read(buffer, piece.offset + buffer.position()) > 0) {
                // reads may be short
            }
            done.addAndGet(buffer.position());
        } catch (IOException e) {
            throw ModelFileException.unreadable(piece.file, e);
        }
    }

    /** Reads nothing more; returns when the last piece that was begun has been read. */
    @Override
    public void close() {
        synchronized (this) {
            next = pieces.size();
            notifyAll();
        }
        readers.close();
    }
}
