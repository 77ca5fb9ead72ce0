package io.baseload.engine.store;

import io.baseload.engine.api.Progress;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** Writes {@code weights.bin}: one weight after the other, each at a multiple of 64 bytes, as the kernels want them. */
public final class WeightsWriter implements AutoCloseable {
    /** A cache line, and the widest vector. */
    static final int ALIGNMENT = 64;

    private final FileChannel out;
    private final Progress progress;
    private final long total;
    private final List<StoredWeight> weights = new ArrayList<>();
    private long position;

    /** @param total bytes that will be written, about */
    WeightsWriter(Path file, Progress progress, long total) throws IOException {
        out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        this.progress = progress;
        this.total = total;
    }

    /**
     * Writes a matrix; its memory can be freed afterwards.
     *
     * @throws CancellationException if {@link Progress} ended the work
     * @throws UncheckedIOException if the disk is full, for instance
     */
    public void matrix(String name, PackedMatrix matrix) {
        add(name, List.of(matrix.rows(), matrix.cols()), Optional.of(matrix.packing()), matrix.data());
    }

    /** Writes numbers that are used as they are; see {@link #matrix}. */
    public void vector(String name, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        add(name, List.of(values.length), Optional.empty(), MemorySegment.ofBuffer(bytes));
    }

    private void add(String name, List<Integer> shape, Optional<Packing> packing, MemorySegment data) {
        try {
            pad();
            long offset = position;
            String sha256 = write(data);
            weights.add(new StoredWeight(name, shape, packing, offset, data.byteSize(), sha256));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void pad() throws IOException {
        int gap = (int) (-position & ALIGNMENT - 1);
        writeFully(ByteBuffer.allocate(gap));
    }

    private String write(MemorySegment data) throws IOException {
        MessageDigest digest = Sha256.start();
        for (long at = 0; at < data.byteSize(); ) {
            ByteBuffer chunk = Sha256.chunk(data, at);
            at += chunk.remaining();
            digest.update(chunk.duplicate());
            writeFully(chunk);
            if (!progress.at(Math.min(position, total), total)) {
                throw new CancellationException("cancelled after " + position + " bytes");
            }
        }
        return Sha256.hex(digest);
    }

    private void writeFully(ByteBuffer bytes) throws IOException {
        position += bytes.remaining();
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /** What was written, once it is on the disk. */
    List<StoredWeight> finish() throws IOException {
        out.force(true);
        return List.copyOf(weights);
    }

    long bytes() {
        return position;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
