package io.baseload.engine.store;

import io.baseload.engine.format.ModelCheckpoint;
import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.store.ModelHeader.SourceTensor;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The tensors of a stored model's source: names, types and shapes, without data. */
final class SourceTensors implements ModelCheckpoint {
    private final Path folder;
    private final String format;
    private final long bytes;
    private final Optional<ModelCheckpoint> keys;
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

    /**
     * @param bytes size of the stored model
     * @param keys the source of keys, which is closed with this
     */
    SourceTensors(Path folder, ModelHeader header, long bytes, Optional<ModelCheckpoint> keys) {
        this.folder = folder;
        this.format = header.source().format();
        this.bytes = bytes;
        this.keys = keys;
        for (SourceTensor tensor : header.source().tensors()) {
            tensors.put(tensor.name(), StoredTensor.withoutData(tensor.name(), tensor.type(), tensor.shape(), folder));
        }
    }

    @Override
    public Path path() {
        return folder;
    }

    @Override
    public String format() {
        return format;
    }

    @Override
    public long bytes() {
        return bytes;
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
        keys.ifPresent(ModelCheckpoint::close);
    }
}
