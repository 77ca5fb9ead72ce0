package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Mapped files that are released together. If a file is truncated while it is mapped, reading it fails with an {@link InternalError}. */
final class Mappings implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private long bytes;

    /** @throws ModelFileException if the file can't be read */
    MappedFile map(Path path) {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new ModelFileException(path, -1, "can't be read: it is not a regular file");
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            var file = new MappedFile(path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
            bytes += file.size();
            return file;
        } catch (IOException e) {
            throw ModelFileException.unreadable(path, e);
        }
    }

    /** Total size of the files. */
    long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        arena.close();
    }
}
