package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A GGUF file (version 2 or 3), or the parts into which llama.cpp's {@code gguf-split} split one; the first part has all metadata. Opening it reads and checks the whole header of each part.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">the format's definition</a>
 */
public final class GgufFile implements ModelCheckpoint {
    private static final int TENSOR_COUNT = 8;

    private final Mappings mappings = new Mappings();
    private final Path path;
    private final MappedFile file;
    private final GgufHeader header;
    private final Map<String, StoredTensor> tensors;

    private GgufFile(Path path, boolean whole) {
        this.path = path;
        try {
            file = mappings.map(path);
            header = GgufHeader.read(file);
            List<GgufHeader> parts = whole ? GgufSplit.parts(path, header, mappings) : List.of(header);
            tensors = Collections.unmodifiableMap(together(parts));
        } catch (RuntimeException e) {
            mappings.close();
            throw e;
        }
    }

    /**
     * Maps a file and checks its header.
     *
     * @param path the file, or the first part of a split one, with the others in the same folder
     * @throws ModelFileException if a file can't be read or is not a well-formed GGUF file
     */
    public static GgufFile open(Path path) {
        return new GgufFile(path, true);
    }

    /** Opens the result of {@link #metadataAlone}, even if that was written from the first part of a split file. */
    public static GgufFile openMetadata(Path path) {
        return new GgufFile(path, false);
    }

    private static Map<String, StoredTensor> together(List<GgufHeader> parts) {
        Map<String, StoredTensor> all = new LinkedHashMap<>();
        for (GgufHeader part : parts) {
            for (StoredTensor tensor : part.tensors().values()) {
                StoredTensor other = all.put(tensor.name(), tensor);
                if (other != null) {
                    throw tensor.refuse("is also in " + other.file().getFileName());
                }
            }
        }
        return all;
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public String format() {
        return "gguf";
    }

    @Override
    public long bytes() {
        return mappings.bytes();
    }

    /** A GGUF file with this one's metadata, byte for byte, and no tensors. */
    public byte[] metadataAlone() {
        byte[] bytes = file.bytes().asSlice(0, header.metadataEnd()).toArray(ValueLayout.JAVA_BYTE);
        Arrays.fill(bytes, TENSOR_COUNT, TENSOR_COUNT + Long.BYTES, (byte) 0);
        return bytes;
    }

    public Metadata metadata() {
        return header.metadata();
    }

    @Override
    public Collection<StoredTensor> tensors() {
        return tensors.values();
    }

    @Override
    public Optional<StoredTensor> tensor(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    @Override
    public void close() {
        mappings.close();
    }
}
