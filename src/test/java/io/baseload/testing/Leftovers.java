package io.baseload.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Folders with databases in them, whose thousands of files take longer to delete than the end of a JVM may last. */
final class Leftovers {
    private Leftovers() {}

    /** Deletes a folder in a process that outlives this one. */
    static void delete(Path folder) {
        try {
            new ProcessBuilder("rm", "-rf", folder.toString()).inheritIO().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
