package io.baseload.service.cluster;

import io.baseload.service.database.BaseloadHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Identifies a home, and keeps other processes out of it while this one lives. The operating system releases the lock when the process dies. */
final class HomeLock implements AutoCloseable {
    private static final int ID_LENGTH = 36;

    private final FileChannel file;
    private final UUID id;

    private HomeLock(FileChannel file, UUID id) {
        this.file = file;
        this.id = id;
    }

    static HomeLock take(BaseloadHome home) {
        Path path = home.resolve("instance");
        try {
            var file = FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!locked(file)) {
                file.close();
                throw new UncheckedIOException(
                        "BASELOAD_HOME " + home.path() + " is in use", new IOException("another service runs on it"));
            }
            return new HomeLock(file, readOrWrite(file));
        } catch (IOException e) {
            throw new UncheckedIOException("BASELOAD_HOME " + home.path() + " can't be locked", e);
        }
    }

    private static boolean locked(FileChannel file) throws IOException {
        try {
            return file.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // locked by this very process
        }
    }

    private static UUID readOrWrite(FileChannel file) throws IOException {
        if (file.size() >= ID_LENGTH) {
            var bytes = ByteBuffer.allocate(ID_LENGTH);
            file.read(bytes, 0);
            return UUID.fromString(new String(bytes.array(), StandardCharsets.US_ASCII));
        }
        var id = UUID.randomUUID();
        file.write(ByteBuffer.wrap((id + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
        file.force(true);
        return id;
    }

    UUID id() {
        return id;
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
