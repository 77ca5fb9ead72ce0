package io.baseload.engine.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.quant.Panels;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.testing.GgufBytes;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tensor of more than 2^31 bytes, and one that begins beyond them. The files are sparse: little more than their headers is on the disk. */
class LargeFilesTest {
    private static final int BF16 = 30;
    private static final int F32 = 0;
    private static final int ROWS = 140_000;
    private static final int COLS = 8192;
    private static final long LARGE = 2L * ROWS * COLS;
    private static final float[] BEHIND = {1, -2, 3, 0.5f};

    @TempDir
    private Path folder;

    /** Writes a header, and behind a hole the last row of the large tensor and the small one. */
    private Path sparse(String name, byte[] header) throws IOException {
        Path file = folder.resolve(name);
        ByteBuffer end = ByteBuffer.allocate(2 * COLS + 4 * BEHIND.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < COLS; i++) {
            end.putShort((short) (Float.floatToRawIntBits(i % 100) >> 16));
        }
        for (float value : BEHIND) {
            end.putFloat(value);
        }
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE, StandardOpenOption.WRITE)) {
            out.write(ByteBuffer.wrap(header));
            out.write(end.flip(), header.length + LARGE - 2 * COLS);
        }
        return file;
    }

    private static void check(Path file) {
        try (ModelCheckpoint checkpoint = ModelCheckpoint.open(file);
                NativeMemory memory = new NativeMemory()) {
            assertThat(checkpoint.bytes()).isGreaterThan(1L << 31);
            StoredTensor large = checkpoint.tensor("large").orElseThrow();
            assertThat(large.bytes()).isEqualTo(LARGE).isGreaterThan(1L << 31);
            StoredTensor behind = checkpoint.tensor("behind").orElseThrow();
            assertThat(behind.offset()).isGreaterThan(1L << 31);
            assertThat(behind.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)).containsExactly(BEHIND);

            RowSource rows = large.matrix();
            assertThat(rows.rows()).isEqualTo(ROWS);
            MemorySegment last = rows.row(ROWS - 1);
            assertThat(last.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * 99)).isEqualTo((short) 0x42C6); // 99
            float[] read = new float[COLS];
            rows.read(ROWS - 1, read, 0);
            assertThat(read[99]).isEqualTo(99);
            assertThat(read[199]).isEqualTo(99);

            PackedMatrix packed = Panels.pack(memory, rows.slice(ROWS - 20, ROWS));
            Panels.unpackRow(packed, 19, read, 0);
            assertThat(read[50]).isEqualTo(50);

            // a column of the last rows, as a view with gaps
            RowSource column = large.view((ROWS - 2L) * COLS + 42, List.of(2L, 1L), List.of((long) COLS, 1L))
                    .matrix();
            column.read(1, read, 0);
            assertThat(read[0]).isEqualTo(42);
        }
    }

    @Test
    void gguf() throws IOException {
        byte[] header = GgufBytes.header(2, 1)
                .key("general.architecture", "llama")
                .tensor("large", BF16, 0, COLS, ROWS)
                .tensor("behind", F32, LARGE, BEHIND.length)
                .data(0)
                .bytes();
        check(sparse("large.gguf", header));
    }

    @Test
    void splitGguf() throws IOException {
        Path first = GgufBytes.header(1, 2)
                .key("split.no", 0)
                .key("split.count", 2)
                .tensor("first", F32, 0, 8)
                .data(32)
                .write(folder.resolve("large-00001-of-00002.gguf"));
        byte[] second = GgufBytes.header(2, 2)
                .key("split.no", 1)
                .key("split.count", 2)
                .tensor("large", BF16, 0, COLS, ROWS)
                .tensor("behind", F32, LARGE, BEHIND.length)
                .data(0)
                .bytes();
        sparse("large-00002-of-00002.gguf", second);
        check(first);
    }

    @Test
    void safetensors() throws IOException {
        String json = """
            {"large": {"dtype": "BF16", "shape": [%d, %d], "data_offsets": [0, %d]},
             "behind": {"dtype": "F32", "shape": [%d], "data_offsets": [%d, %d]}}
            """.formatted(ROWS, COLS, LARGE, BEHIND.length, LARGE, LARGE + 4L * BEHIND.length);
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        byte[] header = ByteBuffer.allocate(8 + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .array();
        check(sparse("large.safetensors", header));
    }
}
