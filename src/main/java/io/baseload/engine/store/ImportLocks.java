package io.baseload.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Lets one import at a time, of all threads and processes, write what may go on later: a byte of one file is locked for each. The system frees the locks of a process that dies. */
final class ImportLocks implements AutoCloseable {
    private static final String FILE = ".lock-imports";

    private final FileChannel channel;

    private ImportLocks(FileChannel channel) {
        this.channel = channel;
    }

    /** What ends the lock, if it was free. */
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

    /** @param key the SHA-256 of what is imported */
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
