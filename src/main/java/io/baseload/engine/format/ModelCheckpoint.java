package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/** The tensors of a model's files, under their names in the files. Files are mapped, not read; tensors are valid until {@link #close}. */
public interface ModelCheckpoint extends AutoCloseable {
    /**
     * Opens files of tensors. The end of the name is the format: {@code .gguf}, {@code .safetensors}, {@code .bin} (PyTorch) or {@code .index.json} (shards of the latter two).
     *
     * @throws ModelFileException if a file can't be read or is broken, or the name has another end
     */
    static ModelCheckpoint open(Path file) {
        return CheckpointFormats.open(file);
    }

    /** The opened file or folder. */
    Path path();

    /** {@code gguf}, {@code safetensors} or {@code pytorch}. */
    String format();

    /** Total size of all files. */
    long bytes();

    /** All tensors, in the order of the files. */
    Collection<StoredTensor> tensors();

    Optional<StoredTensor> tensor(String name);

    /** An exception without an offset, for a missing tensor for example; otherwise use {@link StoredTensor#refuse}. */
    default ModelFileException refuse(String problem) {
        return new ModelFileException(path(), -1, problem);
    }

    @Override
    void close();
}
