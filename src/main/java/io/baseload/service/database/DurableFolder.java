package io.baseload.service.database;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.util.ArrayList;
import java.util.List;

/** A folder whose entries survive a power cut once a method here has returned. */
public record DurableFolder(Path path) {

    /** Creates it if it is missing, and the folders above it. */
    public void create(FileAttribute<?>... attributes) throws IOException {
        List<Path> missing = new ArrayList<>();
        for (Path folder = path.toAbsolutePath();
                folder != null && Files.notExists(folder);
                folder = folder.getParent()) {
            missing.add(folder);
        }
        Files.createDirectories(path, attributes);
        for (Path made : missing) {
            sync(made.resolveSibling(""));
        }
    }

    /** Gives a file here its final name, in place of another one of that name. The file's contents must be on the disk already. */
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync(path.toAbsolutePath());
    }

    private static void sync(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder)) {
            channel.force(true);
        }
    }
}
