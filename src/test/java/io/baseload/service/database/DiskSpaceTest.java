package io.baseload.service.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpaceTest {
    @TempDir
    Path folder;

    @Test
    void keepsTheReserveFree() {
        long free = folder.toFile().getUsableSpace();
        try (var space = new DiskSpace(folder, free / 2)) {
            space.require(folder, 1);
            assertThatThrownBy(() -> space.require(folder, free))
                    .isInstanceOf(NotEnoughDiskException.class)
                    .hasMessageContaining("MB are needed");
        }
    }

    @Test
    void measuresTheDiskOfTheFolder() throws IOException {
        Path elsewhere = Files.createTempDirectory(Path.of("/dev/shm"), "disk");
        Path models = Files.createSymbolicLink(folder.resolve("models"), elsewhere);
        long here = folder.toFile().getUsableSpace();
        long there = elsewhere.toFile().getUsableSpace();
        long between = (here + there) / 2;
        try (var space = new DiskSpace(folder, 0)) {
            space.watch(Files.createDirectory(folder.resolve("import")));
            space.watch(models);
            assertThat(space.disks()).containsExactlyInAnyOrder(folder, models);
            space.require(here > there ? folder : models, between);
            assertThatThrownBy(() -> space.require(here > there ? models : folder, between))
                    .isInstanceOf(NotEnoughDiskException.class);
        } finally {
            Files.delete(elsewhere);
        }
    }

    @Test
    void addsUpWhatIsNeededOnOneDisk() throws IOException {
        Path models = Files.createDirectory(folder.resolve("models"));
        Path pulls = Files.createDirectory(folder.resolve("import"));
        long third = folder.toFile().getUsableSpace() / 3;
        try (var space = new DiskSpace(folder, third * 3 / 2)) {
            space.require(Map.of(models, third, pulls, 0L));
            assertThatThrownBy(() -> space.require(Map.of(models, third, pulls, third)))
                    .isInstanceOf(NotEnoughDiskException.class)
                    .hasMessageContaining("on the disk of 'import' and 'models'");
        }
    }
}
