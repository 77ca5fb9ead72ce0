package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Optional;

/**
 * A GGUF file (version 2 or 3), mapped into memory. Opening it reads and checks the whole header; tensors are views of the mapping and live until
 * {@link #close}.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">the format's definition</a>
 */
public final class GgufFile implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final Path path;
    private final MemorySegment bytes;
    private final GgufHeader header;

    private GgufFile(Path path) {
        this.path = path;
        try {
            bytes = map(path, arena);
            header = GgufHeader.read(path, bytes);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /**
     * Maps a file and checks its header.
     *
     * @throws ModelFileException if the file can't be read or is not a well-formed GGUF file
     */
    public static GgufFile open(Path path) {
        return new GgufFile(path);
    }

    private static MemorySegment map(Path path, Arena arena) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (IOException e) {
            throw ModelFileException.unreadable(path, e);
        }
    }

    public Path path() {
        return path;
    }

    /** Bytes of the whole file. */
    public long size() {
        return bytes.byteSize();
    }

    public Metadata metadata() {
        return header.metadata();
    }

    /** All tensors, in the file's order. */
    public Collection<GgufTensor> tensors() {
        return header.tensors().values();
    }

    public Optional<GgufTensor> tensor(String name) {
        return Optional.ofNullable(header.tensors().get(name));
    }

    /** The tensor's bytes; valid until {@link #close}. */
    public MemorySegment data(GgufTensor tensor) {
        return bytes.asSlice(tensor.offset(), tensor.bytes());
    }

    /** A refusal that points at the tensor's data. */
    public ModelFileException refuse(GgufTensor tensor, String problem) {
        return new ModelFileException(path, tensor.offset(), "tensor " + tensor.name() + " " + problem);
    }

    @Override
    public void close() {
        arena.close();
    }
}
