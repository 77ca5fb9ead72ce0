package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A GGUF file (version 2 or 3), or several that llama.cpp's {@code gguf-split} made of one: the first has the metadata of all. Opening reads and checks the
 * whole header of each.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">the format's definition</a>
 */
public final class GgufFile implements Checkpoint {
    private final Mappings mappings = new Mappings();
    private final Path path;
    private final Metadata metadata;
    private final Map<String, StoredTensor> tensors;

    private GgufFile(Path path) {
        this.path = path;
        try {
            GgufHeader first = GgufHeader.read(mappings.map(path));
            metadata = first.metadata();
            List<GgufHeader> parts = GgufSplit.parts(path, first, mappings);
            tensors = Collections.unmodifiableMap(together(parts));
        } catch (RuntimeException e) {
            mappings.close();
            throw e;
        }
    }

    /**
     * Maps a file and checks its header.
     *
     * @param path the file; of a split one the first part, the others lie beside it
     * @throws ModelFileException if a file can't be read or is not a well-formed GGUF file
     */
    public static GgufFile open(Path path) {
        return new GgufFile(path);
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

    public Metadata metadata() {
        return metadata;
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
