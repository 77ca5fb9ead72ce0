package io.baseload.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.store.FileReadAhead.Part;
import io.baseload.testing.Patience;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileReadAheadTest {
    private static final int SIZE = (20 << 20) + 3;
    private static final long AHEAD = 9 << 20;
    private static final long LARGE = 8L << 30;

    @TempDir
    private Path folder;

    private Part file(String name) throws IOException {
        return new Part(Files.write(folder.resolve(name), new byte[SIZE]), 0, SIZE);
    }

    @Test
    void theWholeFileIsReadAndItsProgressReported() throws IOException {
        List<Long> told = new ArrayList<>();
        FileReadAhead.run(List.of(file("weights.bin")), (done, total) -> {
            assertThat(total).isEqualTo(SIZE);
            return told.add(done);
        });
        assertThat(told).isSorted().last().isEqualTo((long) SIZE);
    }

    @Test
    void partsOfSeveralFilesAreRead() throws IOException {
        Part one = file("one");
        Part two = file("two");
        List<Long> told = new ArrayList<>();
        List<Part> parts = List.of(new Part(one.file(), SIZE - 5, 5), new Part(two.file(), 7, 9 << 20), one);
        FileReadAhead.run(parts, (done, total) -> told.add(total - done));
        assertThat(told).last().isEqualTo(0L);
    }

    @Test
    void theProgressListenerMayCancel() throws IOException {
        List<Part> parts = List.of(file("weights.bin"));
        assertThatThrownBy(() -> FileReadAhead.run(parts, (done, total) -> false))
                .isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> FileReadAhead.run(parts, (done, total) -> {
                    throw new IllegalStateException("told");
                }))
                .hasMessage("told");
    }

    @Test
    void readingIsAheadOfUseByALimitedNumberOfBytes() throws IOException {
        try (FileReadAhead reading = FileReadAhead.start(List.of(file("weights.bin")), AHEAD)) {
            Patience.await().until(() -> reading.done() == 8 << 20); // whole pieces
            reading.used(1, 4);
            Patience.await().until(() -> reading.done() == 12 << 20);
            reading.used(4, 4);
            Patience.await().until(() -> reading.done() == SIZE);
        }
    }

    @Test
    void readingEndsWithItsUse() throws IOException {
        Path file = folder.resolve("weights.bin");
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE, StandardOpenOption.WRITE)) {
            out.write(ByteBuffer.allocate(1), LARGE - 1);
        }
        FileReadAhead reading = FileReadAhead.start(List.of(new Part(file, 0, LARGE)), Long.MAX_VALUE);
        reading.close();
        assertThat(reading.done()).isLessThan(LARGE);
    }

    @Test
    void reportsAnUnreadableFile() {
        List<Part> parts = List.of(new Part(folder.resolve("none"), 0, SIZE));
        assertThatThrownBy(() -> FileReadAhead.run(parts, (done, total) -> true))
                .isInstanceOf(ModelFileException.class)
                .hasMessageEndingWith("none: no such file");
        try (FileReadAhead reading = FileReadAhead.start(parts, AHEAD)) {
            Patience.await()
                    .untilAsserted(
                            () -> assertThatThrownBy(() -> reading.used(0, 1)).isInstanceOf(ModelFileException.class));
        }
    }
}
