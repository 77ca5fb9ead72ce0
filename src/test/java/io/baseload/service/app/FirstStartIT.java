package io.baseload.service.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process on an empty home, by a user whose files are open to everybody, with no more flags than it needs. */
class FirstStartIT {
    @TempDir
    private Path folder;

    @Test
    void nobodyElseHasRightsInTheHome() throws Exception {
        Path home = folder.resolve("home");
        try (var service = ServiceProcess.onEmpty(home, "umask 0")) {
            service.rest();
            assertThat(home.resolve("instance")).exists();
            assertThat(home.resolve("models")).isNotEmptyDirectory();
            assertThat(open(home)).isEmpty();
            assertThat(service.log()).containsOnlyOnce("Start it with -XX:+ExitOnOutOfMemoryError");
        }
        assertThat(open(home)).isEmpty();
    }

    /** As {@code find HOME -perm /077}. */
    private static List<String> open(Path home) throws IOException {
        List<Path> all = new ArrayList<>();
        Files.walkFileTree(home, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                all.add(folder);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                all.add(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) { // deleted meanwhile
                return FileVisitResult.CONTINUE;
            }
        });
        return all.stream()
                .filter(path -> !Files.isSymbolicLink(path))
                .map(FirstStartIT::described)
                .filter(text -> !text.startsWith("------"))
                .toList();
    }

    /** The rights of group and others, and the path. */
    private static String described(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path))
                            .substring(3) + " " + path;
        } catch (IOException e) {
            return "------ " + path; // deleted meanwhile
        }
    }
}
