package io.baseload.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights that begin beyond 2^31 bytes of a stored model: written, continued, mapped and checked. What lies before them is a hole in the file. */
class LargeStoreTest {
    private static final int ROWS = PackedMatrix.LANES * 16_385;
    private static final int COLS = 4096;
    private static final long LARGE = PackedMatrix.bytes(Packing.BF16, ROWS, COLS);

    /** SHA-256 of so many zeros. */
    private static final String HASH = "4004f2560e359fa5014ce31ccd37aaa3ea0029f48c3222f940429bc91eebbada";

    private static final float[] VECTOR = {1, -2, 3, 0.5f};
    private static final int SMALL = PackedMatrix.LANES;

    @TempDir
    private Path folder;

    private final NativeMemory memory = new NativeMemory();

    @AfterEach
    void close() {
        memory.close();
    }

    /** An import that was interrupted after its first matrix. */
    private void interrupted() throws IOException {
        try (FileChannel out = FileChannel.open(
                folder.resolve(StoredFolder.WEIGHTS),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.SPARSE,
                StandardOpenOption.WRITE)) {
            out.write(ByteBuffer.allocate(1), LARGE - 1);
        }
        var journal = new ImportJournal(folder.resolve(ImportJournal.FILE), "source");
        journal.begin();
        journal.add(new StoredWeight("large", List.of(ROWS, COLS), Optional.of(Packing.BF16), 0, LARGE, HASH));
    }

    private PackedMatrix small() {
        return Panels.pack(
                memory,
                RowSource.floats(ElementType.F32, SMALL, SMALL, (row, out) -> Arrays.fill(out, row + 1)),
                Packing.F32);
    }

    /** Continues the import; returns its weights. */
    private List<StoredWeight> written() throws IOException {
        try (var writer = new WeightsWriter(folder, "source", ByteProgress.NONE, LARGE)) {
            assertThat(writer.written("large", ROWS, COLS)).contains(Packing.BF16);
            assertThat(writer.written("small", SMALL, SMALL)).isEmpty();
            writer.matrix("small", Packing.F32, SMALL, SMALL, sink -> sink.accept(small().data()));
            writer.vector("vector", VECTOR);
            return writer.finish();
        }
    }

    @Test
    void isContinuedAndRead() throws IOException {
        assertThat(LARGE).isGreaterThan(1L << 31);
        interrupted();
        List<StoredWeight> weights = written();
        assertThat(weights).extracting(StoredWeight::offset).containsExactly(0L, LARGE, LARGE + 4 * SMALL * SMALL);

        long bytes = LARGE + 4L * SMALL * SMALL + 4L * VECTOR.length;
        var source = new ModelHeader.Source("gguf", bytes, List.of());
        Files.write(
                folder.resolve(StoredFolder.HEADER),
                HeaderWriter.json(new ModelHeader(source, Quantization.KEEP, List.of(), weights, bytes)));
        StoredFolder stored = StoredFolder.open(folder);
        assertThat(stored.weightBytes()).isEqualTo(bytes);
        MappedWeights mapped = stored.map(memory);
        assertThat(mapped.matrix("large", ROWS, COLS).data().byteSize()).isEqualTo(LARGE);
        assertThat(mapped.matrix("small", SMALL, SMALL).data().mismatch(small().data()))
                .isEqualTo(-1);
        assertThat(mapped.vector("vector", VECTOR.length)).containsExactly(VECTOR);
        List<Long> left = new ArrayList<>();
        mapped.verify((done, total) -> left.add(total - done));
        assertThat(left).hasSize(3).last().isEqualTo(0L);
    }
}
