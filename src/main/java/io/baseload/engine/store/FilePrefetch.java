package io.baseload.engine.store;

import io.baseload.engine.api.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads a file into the page cache, in large pieces by several threads, which is fast on disks. Otherwise the first steps would read a mapped model page by page, each worker waiting for its
 * own pages.
 *
 * <p>Cost: the disk's time, or a copy of the bytes if they are already in memory; a buffer for each thread.
 */
final class FilePrefetch {
    private static final int READERS = 4;
    private static final int PIECE = 4 << 20;
    private static final long LOOK_MILLIS = 100;

    private final Path file;
    private final long size;
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong done = new AtomicLong();

    private FilePrefetch(Path file, long size) {
        this.file = file;
        this.size = size;
    }

    /**
     * Reads the whole file.
     *
     * @param progress called only by the calling thread
     * @throws CancellationException if {@code progress} cancelled it
     */
    static void run(Path file, long size, Progress progress) throws IOException {
        new FilePrefetch(file, size).run(progress);
    }

    private void run(Progress progress) throws IOException {
        try (ExecutorService readers = Executors.newFixedThreadPool(
                READERS, Thread.ofPlatform().name("read-ahead").daemon().factory())) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                all.add(readers.submit(this::read));
            }
            try {
                for (Future<?> one : all) {
                    await(one, progress);
                }
            } finally {
                next.set(size); // the others end too
            }
        }
    }

    private void await(Future<?> reader, Progress progress) throws IOException {
        while (true) {
            boolean ended = ended(reader);
            if (!progress.at(done.get(), size)) {
                throw new CancellationException("cancelled after " + done + " bytes");
            }
            if (ended) {
                return;
            }
        }
    }

    private static boolean ended(Future<?> reader) throws IOException {
        try {
            reader.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        }
    }

    private void read() {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            for (long at = next.getAndAdd(PIECE); at < size; at = next.getAndAdd(PIECE)) {
                piece.clear().limit((int) Math.min(PIECE, size - at));
                while (piece.hasRemaining() && in.read(piece, at + piece.position()) > 0) {
                    // reads may be short
                }
                done.addAndGet(piece.position());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
