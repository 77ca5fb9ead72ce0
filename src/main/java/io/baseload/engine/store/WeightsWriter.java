package io.baseload.engine.store;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.tensor.Packing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/**
 * Writes {@code weights.bin}: one weight after the other, each at a multiple of 64 bytes, as kernels need them.
 *
 * <p>The output of an interrupted import is kept as far as checksums match: the file is truncated at the first weight that is missing, incomplete or changed. A model requests its weights in
 * the same order each time, so the first ones are those that are already written.
 */
public final class WeightsWriter implements AutoCloseable {
    /** A cache line, and the widest vector. */
    static final int ALIGNMENT = 64;

    private static final int CHUNK = 1 << 20;

    private final FileChannel out;
    private final ImportJournal journal;
    private final ByteProgress progress;
    private final long total;
    private final List<StoredWeight> weights = new ArrayList<>();
    private long position;

    /** Number of requested weights, including those that were already written. */
    private int asked;

    /**
     * @param source identifies the imported files and the target format; only weights written for the same source are kept
     * @param total approximate size of the output in bytes
     */
    WeightsWriter(Path folder, String source, ByteProgress progress, long total) throws IOException {
        this.progress = progress;
        this.total = total;
        journal = new ImportJournal(folder.resolve(ImportJournal.FILE), source);
        List<StoredWeight> earlier = journal.read();
        out = open(folder.resolve(StoredFolder.WEIGHTS));
        try {
            keep(earlier);
        } catch (IOException | RuntimeException e) {
            out.close();
            throw e;
        }
    }

    /** An import that was interrupted at its very end has made the file read-only already. */
    private static FileChannel open(Path file) throws IOException {
        if (Files.exists(file) && !file.toFile().setWritable(true)) {
            throw new IOException("can't make " + file + " writable");
        }
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private void keep(List<StoredWeight> earlier) throws IOException {
        for (StoredWeight weight : earlier) {
            if (weight.offset() != aligned(position) || !hash(weight).equals(weight.sha256())) {
                break;
            }
            weights.add(weight);
            position = weight.offset() + weight.bytes();
        }
        cut();
    }

    /** Truncates the file after the weights that are known to be written. */
    private void cut() throws IOException {
        out.truncate(position);
        out.position(position);
        journal.begin();
        for (StoredWeight weight : weights) {
            journal.add(weight);
        }
    }

    private String hash(StoredWeight weight) throws IOException {
        MessageDigest digest = Sha256.start();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        long end = weight.offset() + weight.bytes();
        for (long at = weight.offset(); at < end; at += chunk.limit()) {
            chunk.clear().limit((int) Math.min(CHUNK, end - at));
            if (out.read(chunk, at) <= 0) {
                break;
            }
            digest.update(chunk.flip());
            report(at);
        }
        return Sha256.hex(digest);
    }

    /**
     * The packing of a matrix that an interrupted import has already written, so that it need not be written again.
     *
     * @param rows its shape
     */
    public Optional<Packing> written(String name, int rows, int cols) {
        return there(name, List.of(rows, cols)).flatMap(StoredWeight::packing);
    }

    private Optional<StoredWeight> there(String name, List<Integer> shape) {
        if (asked == weights.size()) {
            return Optional.empty();
        }
        StoredWeight next = weights.get(asked);
        if (!next.name().equals(name) || !next.shape().equals(shape)) {
            forgetRest();
            return Optional.empty();
        }
        asked++;
        return Optional.of(next);
    }

    /** Forgets the remaining weights, because another version of the program has requested them in another order. */
    private void forgetRest() {
        weights.subList(asked, weights.size()).clear();
        position = weights.isEmpty()
                ? 0
                : weights.getLast().offset() + weights.getLast().bytes();
        try {
            cut();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes a matrix part by part; a part's memory can be freed once it is written.
     *
     * @param parts passes the panels to its argument, in order
     * @throws CancellationException if {@link ByteProgress} cancelled the work
     * @throws UncheckedIOException if the disk is full, for example
     */
    public void matrix(String name, Packing packing, int rows, int cols, Consumer<Consumer<MemorySegment>> parts) {
        add(name, List.of(rows, cols), Optional.of(packing), parts);
    }

    /** Writes numbers that aren't packed, unless they are already written; see {@link #matrix}. */
    public void vector(String name, float[] values) {
        List<Integer> shape = List.of(values.length);
        if (there(name, shape).isEmpty()) {
            ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            add(name, shape, Optional.empty(), sink -> sink.accept(MemorySegment.ofBuffer(bytes)));
        }
    }

    private void add(
            String name, List<Integer> shape, Optional<Packing> packing, Consumer<Consumer<MemorySegment>> parts) {
        try {
            writeFully(ByteBuffer.allocate((int) (aligned(position) - position)));
            long offset = position;
            MessageDigest digest = Sha256.start();
            parts.accept(part -> write(part, digest));
            var weight = new StoredWeight(name, shape, packing, offset, position - offset, Sha256.hex(digest));
            journal.add(weight);
            weights.add(weight);
            asked++;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long aligned(long position) {
        return position + (-position & ALIGNMENT - 1);
    }

    private void write(MemorySegment data, MessageDigest digest) {
        try {
            for (long at = 0; at < data.byteSize(); ) {
                ByteBuffer chunk = Sha256.chunk(data, at);
                at += chunk.remaining();
                digest.update(chunk.duplicate());
                writeFully(chunk);
                report(position);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void report(long done) {
        if (!progress.at(Math.min(done, total), total)) {
            throw new CancellationException("cancelled after " + done + " bytes");
        }
    }

    private void writeFully(ByteBuffer bytes) throws IOException {
        position += bytes.remaining();
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /** The written weights, once they are on the disk. */
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
