package io.baseload.engine.store;

import io.baseload.engine.api.Progress;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.format.ModelCheckpoint;
import io.baseload.engine.store.ModelHeader.CopiedFile;
import io.baseload.engine.store.ModelHeader.Source;
import io.baseload.engine.store.ModelHeader.SourceTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Writes a model's folder: the weights, the files that are kept as they are, and in the end the header. All is on the disk when {@link #finish} returns. */
public final class ModelWriter implements AutoCloseable {
    private final Path folder;
    private final WeightsWriter weights;
    private final List<CopiedFile> files = new ArrayList<>();

    /**
     * @param folder an empty one
     * @param total bytes of weights, about
     */
    public ModelWriter(Path folder, Progress progress, long total) throws IOException {
        this.folder = folder;
        this.weights = new WeightsWriter(folder.resolve(StoredFolder.WEIGHTS), progress, total);
    }

    public WeightsWriter weights() {
        return weights;
    }

    /** A file that is kept as it is. */
    public void file(String name, byte[] bytes) throws IOException {
        write(name, bytes);
        files.add(new CopiedFile(name, bytes.length, Sha256.of(bytes)));
    }

    public void finish(ModelCheckpoint source, Quantization quantization) throws IOException {
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
        Folders.sync(folder);
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
