package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/** The tensors of a model's files, by the names that the files give them. Files are mapped, not read; tensors are valid until {@link #close}. */
public interface ModelCheckpoint extends AutoCloseable {
    /**
     * Opens files of tensors, of the format that the name ends in: {@code .gguf}, {@code .safetensors}, {@code .bin} (PyTorch) or {@code .index.json} (of the latter two's shards).
     *
     * @throws ModelFileException if a file can't be read or is broken, or the name ends otherwise
     */
    static ModelCheckpoint open(Path file) {
        return CheckpointFormats.open(file);
    }

    /** What was opened: a file or a folder. */
    Path path();

    /** {@code gguf}, {@code safetensors} or {@code pytorch}. */
    String format();

    /** Bytes of all files together. */
    long bytes();

    /** All tensors, in the order of the files. */
    Collection<StoredTensor> tensors();

    Optional<StoredTensor> tensor(String name);

    /** A refusal that names no place, for instance of a tensor that is missing; else use {@link StoredTensor#refuse}. */
    default ModelFileException refuse(String problem) {
        return new ModelFileException(path(), -1, problem);
    }

    @Override
    void close();
}
