package io.baseload.service.database;

import static java.nio.file.attribute.PosixFilePermission.GROUP_WRITE;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_WRITE;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restricts the home to this user. At each start, folders get mode 700 and files lose the rights of group and others; files of other owners are refused, and programs that others
 * could have changed are deleted and unpacked again.
 */
final class HomeRights {
    private static final Logger log = LoggerFactory.getLogger(HomeRights.class);
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rwx------");
    /** Others may bring models there, and a cluster may mount it from elsewhere. */
    private static final Set<String> OPEN = Set.of("import", "models", "lost+found");

    private final Path home;
    private final UserPrincipal self;

    private HomeRights(Path home, UserPrincipal self) {
        this.home = home;
        this.self = self;
    }

    /** Does nothing on file systems without modes. */
    static void secure(Path home) throws IOException {
        if (!Files.getFileStore(home).supportsFileAttributeView(PosixFileAttributeView.class)) {
            return;
        }
        Path probe = Files.createTempFile(home, ".owner", "");
        UserPrincipal self = Files.getOwner(probe);
        Files.delete(probe);
        if (self.getName().equals("root")) {
            log.warn("Baseload runs as root. It needs no root rights: run it as a separate user.");
        }
        secure(home, self);
    }

    static void secure(Path home, UserPrincipal self) throws IOException {
        new HomeRights(home, self).secure();
    }

    /** The database's programs are executed, so nobody else may have been able to change them. */
    static void securePrograms(Path programs) throws IOException {
        Files.walkFileTree(programs, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.setPosixFilePermissions(folder, OWNER);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    close(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void secure() throws IOException {
        if (Files.getOwner(home).equals(self)) {
            Files.setPosixFilePermissions(home, OWNER);
        }
        Path programs = home.resolve("pg-bin");
        if (Files.isDirectory(programs) && isOpen(programs)) {
            log.warn("{} could be written by others: its programs are unpacked again", programs);
            delete(programs);
        }
        try (Stream<Path> entries = Files.list(home)) {
            for (Path entry : entries.toList()) {
                String name = String.valueOf(entry.getFileName());
                if (OPEN.contains(name)) {
                    continue;
                }
                require(entry);
                close(entry);
                if (!isDatabase(name)) {
                    closeBelow(entry);
                }
            }
        }
    }

    /** PostgreSQL takes care of its own files, which may be many. */
    private static boolean isDatabase(String name) {
        return name.equals("pg") || name.startsWith("pg-");
    }

    /** Files of an earlier version, or of a process with another umask, such as the archive. */
    private void closeBelow(Path top) throws IOException {
        Files.walkFileTree(top, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                if (OPEN.contains(String.valueOf(folder.getFileName()))) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                require(folder);
                close(folder);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                require(file);
                close(file);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void require(Path entry) throws IOException {
        UserPrincipal owner = Files.getOwner(entry, LinkOption.NOFOLLOW_LINKS);
        if (!owner.equals(self)) {
            throw new IOException(
                    entry + " belongs to " + owner.getName() + ", not to " + self.getName() + ", who runs the service");
        }
    }

    private static void close(Path entry) throws IOException {
        if (Files.isSymbolicLink(entry)) {
            return;
        }
        var rights = EnumSet.noneOf(PosixFilePermission.class);
        rights.addAll(Files.getPosixFilePermissions(entry));
        if (rights.retainAll(OWNER)) {
            Files.setPosixFilePermissions(entry, rights);
        }
    }

    /** Whether somebody else could write anything below. */
    private boolean isOpen(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.filter(it -> !Files.isSymbolicLink(it)).toList()) {
                var rights = Files.getPosixFilePermissions(path);
                if (rights.contains(GROUP_WRITE)
                        || rights.contains(OTHERS_WRITE)
                        || !Files.getOwner(path).equals(self)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
