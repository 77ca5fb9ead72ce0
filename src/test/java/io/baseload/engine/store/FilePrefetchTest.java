package io.baseload.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilePrefetchTest {
    private static final int SIZE = (20 << 20) + 3;

    @TempDir
    private Path folder;

    private Path file() throws IOException {
        return Files.write(folder.resolve("weights.bin"), new byte[SIZE]);
    }

    @Test
    void theWholeFileIsReadAndItsProgressReported() throws IOException {
        List<Long> told = new ArrayList<>();
        FilePrefetch.run(file(), SIZE, (done, total) -> {
            assertThat(total).isEqualTo(SIZE);
            return told.add(done);
        });
        assertThat(told).isSorted().last().isEqualTo((long) SIZE);
    }

    @Test
    void theProgressListenerMayCancel() throws IOException {
        Path file = file();
        assertThatThrownBy(() -> FilePrefetch.run(file, SIZE, (done, total) -> false))
                .isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> FilePrefetch.run(file, SIZE, (done, total) -> {
                    throw new IllegalStateException("told");
                }))
                .hasMessage("told");
    }

    @Test
    void reportsAnUnreadableFile() {
        assertThatThrownBy(() -> FilePrefetch.run(folder.resolve("none"), SIZE, (done, total) -> true))
                .isInstanceOf(IOException.class);
    }
}
