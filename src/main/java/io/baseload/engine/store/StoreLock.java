package io.baseload.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Shows other processes that a store is in use. A process that finds it unused may tidy up first. */
final class StoreLock implements AutoCloseable {
    private static final String FILE = ".lock";

    private final FileChannel channel;

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Work that needs exclusive use of the store. */
    interface Tidying {
        void run() throws IOException;
    }

    static StoreLock take(Path folder, Tidying tidying) throws IOException {
        FileChannel channel = FileChannel.open(
                folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock alone = alone(channel);
            if (alone != null) {
                tidying.run();
                alone.release();
            }
            share(channel);
            return new StoreLock(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock alone(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // this process has the store open already
        }
    }

    private static void share(FileChannel channel) throws IOException {
        try {
            channel.lock(0, Long.MAX_VALUE, true);
        } catch (OverlappingFileLockException e) {
            // this process shares it already
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
