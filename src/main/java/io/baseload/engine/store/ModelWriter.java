package io.baseload.engine.store;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.format.ModelCheckpoint;
import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.store.ModelHeader.CopiedFile;
import io.baseload.engine.store.ModelHeader.Source;
import io.baseload.engine.store.ModelHeader.SourceTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Writes a model's folder: the weights, the copied files, and finally the header. Everything is on the disk when {@link #finish} returns. */
public final class ModelWriter implements AutoCloseable {
    private final Path folder;
    private final ModelCheckpoint source;
    private final Quantization quantization;
    private final WeightsWriter weights;
    private final List<CopiedFile> files = new ArrayList<>();

    /**
     * @param folder an empty folder, or one in which the same import was interrupted
     * @param source the imported files
     * @param quantization the target format
     * @param total approximate size of the weights in bytes
     */
    public ModelWriter(
            Path folder, ModelCheckpoint source, Quantization quantization, ByteProgress progress, long total)
            throws IOException {
        this.folder = folder;
        this.source = source;
        this.quantization = quantization;
        removeAllBut(Set.of(folder, folder.resolve(StoredFolder.WEIGHTS), folder.resolve(ImportJournal.FILE)));
        this.weights = new WeightsWriter(folder, fingerprint(), progress, total);
    }

    /** Removes copied files, which are copied again. */
    private void removeAllBut(Set<Path> kept) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!kept.contains(path)) {
                    Files.delete(path);
                }
            }
        }
    }

    /** Whether an import into this folder was interrupted and can continue. */
    public static boolean isUnfinished(Path folder) {
        return Files.isRegularFile(folder.resolve(ImportJournal.FILE));
    }

    /** Differs for other files, for files that have been modified, for another quantization, and for a version of the program that packs differently. */
    private String fingerprint() throws IOException {
        MessageDigest digest = Sha256.start();
        update(digest, ModelHeader.VERSION + " " + quantization);
        for (StoredTensor tensor : source.tensors()) {
            update(digest, tensor.name() + " " + tensor.type() + " " + tensor.shape());
        }
        for (Path file :
                source.tensors().stream().map(StoredTensor::file).distinct().toList()) {
            var stamp = Files.readAttributes(file, BasicFileAttributes.class);
            update(
                    digest,
                    file.toRealPath() + " " + stamp.size() + " " + stamp.lastModifiedTime() + " " + stamp.fileKey());
        }
        return Sha256.hex(digest);
    }

    private static void update(MessageDigest digest, String text) {
        digest.update((text + '\n').getBytes(StandardCharsets.UTF_8));
    }

    public WeightsWriter weights() {
        return weights;
    }

    /** Copies a file. */
    public void file(String name, byte[] bytes) throws IOException {
        write(name, bytes);
        files.add(new CopiedFile(name, bytes.length, Sha256.of(bytes)));
    }

    /** Writes the header, which finishes the import. */
    public void finish() throws IOException {
        List<SourceTensor> tensors = source.tensors().stream()
                .map(tensor -> new SourceTensor(tensor.name(), tensor.type(), tensor.shape()))
                .toList();
        files.sort(Comparator.comparing(CopiedFile::name));
        var header = new ModelHeader(
                new Source(source.format(), source.bytes(), tensors),
                quantization,
                files,
                weights.finish(),
                weights.bytes());
        write(StoredFolder.HEADER, HeaderWriter.json(header));
        readOnly(StoredFolder.WEIGHTS);
        Files.delete(folder.resolve(ImportJournal.FILE));
        Folders.syncAll(folder);
    }

    private void write(String name, byte[] bytes) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        try (FileChannel out =
                FileChannel.open(folder.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
            out.force(true);
        }
        readOnly(name);
    }

    private void readOnly(String name) throws IOException {
        Path file = folder.resolve(name);
        if (!file.toFile().setReadOnly()) {
            throw new IOException("can't make " + file + " read-only");
        }
    }

    @Override
    public void close() throws IOException {
        weights.close();
    }
}
