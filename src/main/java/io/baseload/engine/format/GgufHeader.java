package io.baseload.engine.format;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The part of a GGUF file before the tensor data: magic, version, counts, metadata and the list of tensors.
 *
 * @param metadataEnd start of the list of tensors
 */
record GgufHeader(Metadata metadata, long metadataEnd, Map<String, StoredTensor> tensors) {
    private static final int MAGIC = 'G' | 'G' << 8 | 'U' << 16 | 'F' << 24;
    private static final long DEFAULT_ALIGNMENT = 32;
    private static final long MAX_KEYS = 1 << 16;
    private static final long MAX_KEY_LENGTH = 65_535;

    static GgufHeader read(MappedFile file) {
        Cursor in = new Cursor(file.path(), file.bytes(), 0);
        magic(in);
        version(in);
        long tensorCount = in.count(TensorReader.MIN_BYTES, "the tensor count");
        long keyCount = keyCount(in);
        Metadata metadata = new Metadata(file.path(), file.bytes(), metadata(in, keyCount));
        long metadataEnd = in.position();
        TensorReader reader = new TensorReader(in, alignment(metadata));
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (StoredTensor tensor : reader.read(tensorCount)) {
            tensors.put(tensor.name(), tensor);
        }
        return new GgufHeader(metadata, metadataEnd, Collections.unmodifiableMap(tensors));
    }

    private static void magic(Cursor in) {
        int magic = in.i32("the magic");
        if (magic != MAGIC) {
            throw in.refuse(
                    0,
                    "the magic is 0x%08x; a GGUF file begins with the letters GGUF"
                            .formatted(Integer.reverseBytes(magic)));
        }
    }

    private static void version(Cursor in) {
        int version = in.i32("the version");
        if (Integer.reverseBytes(version) == 3) {
            throw in.refuse(4, "the file is big-endian; only little-endian GGUF is supported");
        }
        if (version != 2 && version != 3) {
            throw in.refuse(4, "GGUF version " + Integer.toUnsignedString(version) + "; supported are 2 and 3");
        }
    }

    private static long keyCount(Cursor in) {
        long at = in.position();
        long count = in.count(8 + 4 + 1, "the metadata count");
        if (count > MAX_KEYS) {
            throw in.refuse(at, "the metadata count is %d; at most %d are allowed".formatted(count, MAX_KEYS));
        }
        return count;
    }

    private static Map<String, MetadataValue> metadata(Cursor in, long count) {
        ValueReader reader = new ValueReader(in);
        Map<String, MetadataValue> values = new HashMap<>();
        for (long i = 0; i < count; i++) {
            long at = in.position();
            String key = in.string(MAX_KEY_LENGTH, "a metadata key");
            if (values.put(key, reader.read(key)) != null) {
                throw in.refuse(at, "the metadata key " + key + " occurs twice");
            }
        }
        return values;
    }

    private static long alignment(Metadata metadata) {
        String key = "general.alignment";
        long alignment = metadata.integer(key).orElse(DEFAULT_ALIGNMENT);
        if (alignment < 1 || alignment > 1 << 30 || Long.bitCount(alignment) != 1) {
            throw metadata.refuse(key, "is " + alignment + "; it must be a power of two up to 2^30");
        }
        return alignment;
    }
}
