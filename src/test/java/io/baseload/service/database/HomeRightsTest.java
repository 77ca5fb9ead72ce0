package io.baseload.service.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another user of the machine can do nothing in the home. */
class HomeRightsTest {
    @TempDir
    private Path folder;

    @Test
    void theHomeIsClosedAndProgramsThatOthersCouldChangeAreThrownAway() throws IOException {
        Path home = open(Files.createDirectories(folder.resolve("home")), "rwxrwxrwx");
        Path program = Files.writeString(
                open(Files.createDirectories(home.resolve("pg-bin/bin")), "rwxrwxrwx")
                        .resolve("postgres"),
                "evil");
        Path secret = open(Files.writeString(home.resolve("audit-key.pem"), "key"), "rw-rw-rw-");
        Path nested = open(
                Files.writeString(
                        open(Files.createDirectories(home.resolve("audit-archive/2026")), "rwxr-xr-x")
                                .resolve("audit-1-2.jsonl.gz"),
                        "entries"),
                "rw-r--r--");
        Path models = open(Files.createDirectories(home.resolve("import")), "rwxrwxr-x");
        BaseloadHome.at(home);
        assertThat(mode(home)).isEqualTo("rwx------");
        assertThat(mode(secret)).isEqualTo("rw-------");
        assertThat(mode(nested)).isEqualTo("rw-------");
        assertThat(mode(nested.getParent())).isEqualTo("rwx------");
        assertThat(mode(models)).isEqualTo("rwxrwxr-x");
        assertThat(program).doesNotExist();
    }

    @Test
    void programsAreClosedOnceTheyAreUnpackedAndThenStay() throws IOException {
        Path program = folder.resolve("pg-bin/bin/postgres");
        Files.createDirectories(program.getParent());
        open(Files.writeString(program, "good"), "rwxrwxrwx");
        HomeRights.securePrograms(folder.resolve("pg-bin"));
        assertThat(mode(program)).isEqualTo("rwx------");
        assertThat(mode(program.getParent())).isEqualTo("rwx------");
        BaseloadHome.at(folder);
        assertThat(program).exists();
    }

    @Test
    void refusesFilesOfAnotherOwner() throws IOException {
        Path home = Files.createDirectories(folder.resolve("home"));
        Files.createDirectories(home.resolve("secrets"));
        var other = home.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
        assertThatThrownBy(() -> HomeRights.secure(home, other))
                .isInstanceOf(IOException.class)
                .hasMessageMatching(".*secrets belongs to .*, not to nobody.*");
        Path programs = Files.createDirectories(home.resolve("pg-bin"));
        Files.delete(home.resolve("secrets"));
        HomeRights.secure(home, other);
        assertThat(programs).doesNotExist(); // unpacked again
    }

    private static Path open(Path path, String mode) throws IOException {
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
