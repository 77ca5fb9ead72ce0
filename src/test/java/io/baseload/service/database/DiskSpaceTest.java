package io.baseload.service.database;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpaceTest {
    @TempDir
    Path folder;

    @Test
    void keepsTheReserveFree() {
        long free = folder.toFile().getUsableSpace();
        try (var space = new DiskSpace(folder, free / 2)) {
            space.require(1);
            assertThatThrownBy(() -> space.require(free))
                    .isInstanceOf(NotEnoughDiskException.class)
                    .hasMessageContaining("MB are needed");
        }
    }
}
