package io.baseload.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Ensures that only one of all threads and processes writes an import that can be continued: a byte of a file is locked for each import. The system releases the locks of a process that ends. */
final class ImportLocks implements AutoCloseable {
    private static final String FILE = ".lock-imports";

    private final FileChannel channel;

    private ImportLocks(FileChannel channel) {
        this.channel = channel;
    }

    /** The held lock; empty if it was not free. */
    record Lock(Optional<FileLock> lock) implements AutoCloseable {
        boolean held() {
            return lock.isPresent();
        }

        @Override
        public void close() throws IOException {
            if (lock.isPresent()) {
                lock.get().release();
            }
        }
    }

    static ImportLocks open(Path folder) throws IOException {
        return new ImportLocks(FileChannel.open(
                folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    /** @param key the SHA-256 of the import's source */
    Lock tryLock(String key) throws IOException {
        long position = Long.parseUnsignedLong(key.substring(0, 16), 16) >>> 2;
        try {
            return new Lock(Optional.ofNullable(channel.tryLock(position, 1, false)));
        } catch (OverlappingFileLockException e) {
            return new Lock(Optional.empty()); // of this process
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
