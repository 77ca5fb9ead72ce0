package io.baseload.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Folders with databases, whose thousands of files take too long to delete at the end of a JVM. */
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
