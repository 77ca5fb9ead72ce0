package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.format.JsonValue.Text;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Tensors in one file, or in several (shards) with an index, in a format that contains only tensors. */
final class WeightFiles implements ModelCheckpoint {
    /**
     * A format.
     *
     * @param name the value of {@link ModelCheckpoint#format}
     * @param reader the tensors of one file
     */
    record Format(String name, Function<MappedFile, List<StoredTensor>> reader) {
        static final Format SAFETENSORS = new Format("safetensors", Safetensors::read);
        static final Format PYTORCH = new Format("pytorch", PyTorch::read);
    }

    private final Path path;
    private final Format format;
    private final Mappings mappings = new Mappings();
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

    private WeightFiles(Path path, Format format) {
        this.path = path;
        this.format = format;
    }

    /** @throws ModelFileException if the file can't be read or is not a well-formed file of this format */
    static WeightFiles single(Path file, Format format) {
        WeightFiles files = new WeightFiles(file, format);
        return files.orClose(() -> files.read(file));
    }

    /**
     * Opens the files that an index names.
     *
     * @throws ModelFileException if one can't be read, is in another folder, or doesn't have the tensors that the index names
     */
    static WeightFiles sharded(Path index, Format format) {
        WeightFiles files = new WeightFiles(index, format);
        return files.orClose(() -> files.readShards(index));
    }

    private WeightFiles orClose(Runnable reading) {
        try {
            reading.run();
            return this;
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void readShards(Path file) {
        MappedFile index = mappings.map(file);
        Map<String, Text> shards = ShardIndex.read(index);
        shards.values().stream().map(Text::value).distinct().sorted().forEach(name -> read(file.resolveSibling(name)));
        shards.forEach((tensor, shard) -> {
            StoredTensor found = tensors.get(tensor);
            if (found == null || !found.file().endsWith(shard.value())) {
                throw index.refuse(
                        shard.offset(),
                        "the tensor " + tensor + " is not in " + shard.value()
                                + ", although the index names this file");
            }
        });
    }

    private void read(Path file) {
        for (StoredTensor tensor : format.reader().apply(mappings.map(file))) {
            StoredTensor other = tensors.put(tensor.name(), tensor);
            if (other != null) {
                throw tensor.refuse("is also in " + other.file().getFileName());
            }
        }
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public String format() {
        return format.name();
    }

    @Override
    public long bytes() {
        return mappings.bytes();
    }

    @Override
    public Collection<StoredTensor> tensors() {
        return Collections.unmodifiableCollection(tensors.values());
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
