package io.baseload.engine.store;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.format.ConfigKeys;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.ModelFolder;
import io.baseload.engine.tensor.NativeMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;

/** A model written by {@link ModelWriter}, which can be mapped. */
public final class StoredFolder {
    static final String HEADER = "model.json";
    static final String WEIGHTS = "weights.bin";

    /** The keys of a model that came from GGUF: a GGUF file without tensors. */
    public static final String METADATA = "metadata.gguf";

    private final Path folder;
    private final ModelHeader header;

    private StoredFolder(Path folder, ModelHeader header) {
        this.folder = folder;
        this.header = header;
    }

    /** Whether a folder contains such a model. */
    public static boolean is(Path folder) {
        return Files.isRegularFile(folder.resolve(HEADER));
    }

    /**
     * Reads and checks the header.
     *
     * @throws ModelFileException if it is broken, or the weights don't have the size in it
     */
    public static StoredFolder open(Path folder) {
        StoredFolder opened = new StoredFolder(folder, HeaderReader.read(folder.resolve(HEADER)));
        Path weights = folder.resolve(WEIGHTS);
        long bytes = size(weights);
        if (bytes != opened.header.bytes()) {
            throw new ModelFileException(
                    weights, -1, "has " + bytes + " bytes, " + HEADER + " says " + opened.header.bytes());
        }
        return opened;
    }

    /** The model's source, whose tensors have names and shapes but no data. The caller closes it. */
    public ModelFolder source() {
        long bytes = header.bytes()
                + header.files().stream()
                        .mapToLong(ModelHeader.CopiedFile::bytes)
                        .sum();
        Path metadata = folder.resolve(METADATA);
        if (Files.exists(metadata)) {
            GgufFile gguf = GgufFile.openMetadata(metadata);
            return new ModelFolder(
                    folder, gguf.metadata(), new SourceTensors(folder, header, bytes, Optional.of(gguf)));
        }
        ConfigKeys config = ConfigKeys.read(folder.resolve(ModelFolder.CONFIG));
        return new ModelFolder(folder, config, new SourceTensors(folder, header, bytes, Optional.empty()));
    }

    /** Maps the weights, which are valid until the memory is closed. */
    public MappedWeights map(NativeMemory memory) {
        Path weights = folder.resolve(WEIGHTS);
        try {
            return new MappedWeights(weights, header.weights(), memory.map(weights, header.bytes()));
        } catch (IOException e) {
            throw ModelFileException.unreadable(weights, e);
        }
    }

    /**
     * Reads the weights into the page cache, so that steps don't wait for the disk when they are mapped.
     *
     * @throws CancellationException if {@code progress} cancelled it
     * @throws ModelFileException if they can't be read
     */
    public void readAhead(ByteProgress progress) {
        FileReadAhead.run(files(), progress);
    }

    /** What has to be read of its files before the weights can be used. */
    public List<FileReadAhead.Part> files() {
        return List.of(new FileReadAhead.Part(folder.resolve(WEIGHTS), 0, header.bytes()));
    }

    /** The format of the weights. */
    public Quantization quantization() {
        return header.quantization();
    }

    public long weightBytes() {
        return header.bytes();
    }

    /** Size of weights by packing, in bytes. */
    public SortedMap<String, Long> bytesByPacking() {
        SortedMap<String, Long> bytes = new TreeMap<>();
        header.weights().forEach(weight -> bytes.merge(weight.label(), weight.bytes(), Long::sum));
        return bytes;
    }

    /** Number of elements of all weights. */
    public long parameters() {
        return header.weights().stream().mapToLong(StoredWeight::elements).sum();
    }

    /**
     * Reads all weights and files and checks their checksums, and the header's own if it is the folder's name.
     *
     * @throws ModelFileException if a file differs, is missing, or doesn't belong to the model; names the first such file
     * @throws CancellationException if {@code progress} cancelled it
     */
    public void verify(ByteProgress progress) {
        String name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
        if (Sha256.isOne(name) && !name.equals(id(folder))) {
            throw changed(folder.resolve(HEADER));
        }
        header.files().forEach(this::verify);
        refuseOthers();
        try (NativeMemory memory = new NativeMemory()) {
            map(memory).verify(progress);
        }
    }

    private void verify(ModelHeader.CopiedFile listed) {
        Path file = folder.resolve(listed.name());
        if (size(file) != listed.bytes()
                || !Files.isRegularFile(file)
                || !listed.sha256().equals(Sha256.of(read(file)))) {
            throw changed(file);
        }
    }

    /** Refuses other files, because an added chat template would be used as the model's. */
    private void refuseOthers() {
        Set<Path> known = new HashSet<>(Set.of(folder.resolve(HEADER), folder.resolve(WEIGHTS)));
        header.files().forEach(file -> known.add(folder.resolve(file.name())));
        try (Stream<Path> there = Files.walk(folder)) {
            there.filter(file -> !Files.isDirectory(file) && !known.contains(file))
                    .findFirst()
                    .ifPresent(file -> {
                        throw new ModelFileException(file, -1, "was added: it is not part of the model");
                    });
        } catch (IOException e) {
            throw ModelFileException.unreadable(folder, e);
        }
    }

    private static ModelFileException changed(Path file) {
        return new ModelFileException(file, -1, "was changed: its checksum differs");
    }

    /** The hash of a model's content: the SHA-256 of its header, which contains those of all weights and files. */
    static String id(Path folder) {
        return Sha256.of(read(folder.resolve(HEADER)));
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw ModelFileException.unreadable(file, e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw ModelFileException.unreadable(file, e);
        }
    }
}
