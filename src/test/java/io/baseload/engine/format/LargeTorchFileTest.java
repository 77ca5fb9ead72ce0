package io.baseload.engine.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.quant.RowSource;
import io.baseload.testing.TorchBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PyTorch file with a storage of more than 2^32 bytes and one that begins beyond them: a zip file with zip64's sizes and offsets. It is sparse. */
class LargeTorchFileTest {
    private static final int ROWS = 150_000;
    private static final int COLS = 8192;
    private static final long LARGE = 4L * ROWS * COLS;
    private static final float[] BEHIND = {1, -2, 3, 0.5f};
    private static final int IN_ZIP64 = -1;

    @TempDir
    private Path folder;

    /** A zip file whose entries are written one after the other. */
    private static final class SparseZip implements AutoCloseable {
        private final FileChannel out;
        private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
        private long position;
        private int entries;

        SparseZip(Path file) throws IOException {
            out = FileChannel.open(
                    file, StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE, StandardOpenOption.WRITE);
        }

        private static ByteBuffer little(int bytes) {
            return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }

        private void write(ByteBuffer bytes) throws IOException {
            position += out.write(bytes.flip(), position);
        }

        /** An entry that ends with these bytes, behind a hole. */
        void entry(String entry, long bytes, byte[] end) throws IOException {
            byte[] name = ("archive/" + entry).getBytes(StandardCharsets.UTF_8);
            byte[] central = new byte[46 + name.length + 28];
            ByteBuffer.wrap(central)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(0x02014b50)
                    .putInt(0x002d002d)
                    .put(new byte[12])
                    .putInt(IN_ZIP64)
                    .putInt(IN_ZIP64)
                    .putShort((short) name.length)
                    .putShort((short) 28)
                    .put(new byte[10])
                    .putInt(IN_ZIP64)
                    .put(name)
                    .putShort((short) 1)
                    .putShort((short) 24)
                    .putLong(bytes)
                    .putLong(bytes)
                    .putLong(position);
            directory.writeBytes(central);
            write(little(30 + name.length + 20)
                    .putInt(0x04034b50)
                    .putShort((short) 45)
                    .put(new byte[12])
                    .putInt(IN_ZIP64)
                    .putInt(IN_ZIP64)
                    .putShort((short) name.length)
                    .putShort((short) 20)
                    .put(name)
                    .putShort((short) 1)
                    .putShort((short) 16)
                    .putLong(bytes)
                    .putLong(bytes));
            position += bytes - end.length;
            write(little(end.length).put(end));
            entries++;
        }

        @Override
        public void close() throws IOException {
            long start = position;
            write(little(directory.size()).put(directory.toByteArray()));
            long end = position;
            write(little(56 + 20 + 22)
                    .putInt(0x06064b50)
                    .putLong(44)
                    .putInt(0x002d002d)
                    .putLong(0)
                    .putLong(entries)
                    .putLong(entries)
                    .putLong(directory.size())
                    .putLong(start)
                    .putInt(0x07064b50)
                    .putInt(0)
                    .putLong(end)
                    .putInt(1)
                    .putInt(0x06054b50)
                    .putInt(0)
                    .putInt(IN_ZIP64)
                    .putInt(IN_ZIP64)
                    .putInt(IN_ZIP64)
                    .putShort((short) 0));
            out.close();
        }
    }

    private static byte[] floats(float... values) {
        byte[] bytes = new byte[4 * values.length];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
        return bytes;
    }

    @Test
    void zip64() throws IOException {
        Path file = folder.resolve("large.bin");
        byte[] pickle = TorchBytes.dict()
                .tensor("large", "FloatStorage", "0", ROWS * COLS, 0, new int[] {ROWS, COLS}, new int[] {COLS, 1})
                .tensor("behind", "FloatStorage", "1", BEHIND.length, 0, new int[] {BEHIND.length}, new int[] {1})
                .pickle();
        try (SparseZip zip = new SparseZip(file)) {
            zip.entry("data.pkl", pickle.length, pickle);
            zip.entry("data/0", LARGE, floats(7, 8, 9));
            zip.entry("data/1", 4L * BEHIND.length, floats(BEHIND));
        }
        try (ModelCheckpoint checkpoint = ModelCheckpoint.open(file)) {
            StoredTensor large = checkpoint.tensor("large").orElseThrow();
            assertThat(large.bytes()).isEqualTo(LARGE).isGreaterThan(1L << 32);
            RowSource rows = large.matrix();
            float[] read = new float[COLS];
            rows.read(ROWS - 1, read, 0);
            assertThat(read).endsWith(0, 7, 8, 9);
            StoredTensor behind = checkpoint.tensor("behind").orElseThrow();
            assertThat(behind.offset()).isGreaterThan(1L << 32);
            behind.matrix().read(0, read, 0);
            assertThat(read).startsWith(BEHIND);
        }
    }
}
