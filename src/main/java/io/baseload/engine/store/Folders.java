package io.baseload.engine.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

/** Changes of directories that survive a crash. */
final class Folders {
    private static final System.Logger LOG = System.getLogger(Folders.class.getName());

    private Folders() {}

    /** Renames an entry of a directory, atomically and durably. */
    static void rename(Path parent, Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        sync(parent);
    }

    /** Writes a directory's entries to the disk. */
    static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Writes the entries of a directory and of those below it to the disk. */
    static void syncAll(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.filter(Files::isDirectory).toList()) {
                sync(path);
            }
        }
    }

    /** Removes a directory and its contents, if it exists. Files that can't be removed are logged and left for the next start. */
    static void removeQuietly(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "can't remove " + directory, e);
        }
    }
}
