package io.baseload.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Builds files as {@code torch.save} writes them, broken ones too: opcode by opcode, storage by storage. */
public final class TorchBytes {
    private final ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private boolean compressed;

    /** Starts a dictionary. */
    public static TorchBytes dict() {
        return new TorchBytes().op(0x80, 2, '}');
    }

    public TorchBytes op(int... bytes) {
        for (int b : bytes) {
            pickle.write(b);
        }
        return this;
    }

    public TorchBytes text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return op('X').raw(int32(bytes.length)).raw(bytes);
    }

    public TorchBytes integer(int value) {
        return op('J').raw(int32(value));
    }

    /** Names a thing of Python's. */
    public TorchBytes global(String module, String name) {
        return op('c').raw((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Puts a tensor into the dictionary. */
    public TorchBytes tensor(
            String name, String storage, String key, int count, int offset, int[] shape, int[] strides) {
        return text(name)
                .global("torch._utils", "_rebuild_tensor_v2")
                .op('(')
                .op('(')
                .text("storage")
                .global("torch", storage)
                .text(key)
                .text("cpu")
                .integer(count)
                .op('t', 'Q')
                .integer(offset)
                .integers(shape)
                .integers(strides)
                .op(0x89)
                .global("collections", "OrderedDict")
                .op(')', 'R', 't', 'R', 's');
    }

    private TorchBytes integers(int[] values) {
        op('(');
        for (int value : values) {
            integer(value);
        }
        return op('t');
    }

    public TorchBytes storage(String key, byte[] bytes) {
        return entry("data/" + key, bytes);
    }

    public TorchBytes floats(String key, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return storage(key, bytes.array());
    }

    public TorchBytes entry(String name, byte[] bytes) {
        entries.put(name, bytes);
        return this;
    }

    /** Compresses the entries, as torch.save never does. */
    public TorchBytes compressed() {
        compressed = true;
        return this;
    }

    /** Ends the pickle. */
    public byte[] pickle() {
        return op('.').pickle.toByteArray();
    }

    /** Ends the pickle and writes the file. */
    public Path write(Path file) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            put(zip, "data.pkl", pickle());
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                put(zip, entry.getKey(), entry.getValue());
            }
        }
        return file;
    }

    private void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry("archive/" + name);
        if (!compressed) {
            CRC32 crc = new CRC32();
            crc.update(bytes);
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(bytes.length);
            entry.setCrc(crc.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    private TorchBytes raw(byte[] bytes) {
        pickle.writeBytes(bytes);
        return this;
    }

    private static byte[] int32(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }
}
