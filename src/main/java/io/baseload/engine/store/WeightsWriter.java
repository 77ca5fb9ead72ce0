package io.baseload.engine.store;

import io.baseload.engine.api.Progress;
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
import java.util.function.Consumer;

/**
 * Writes {@code weights.bin}: one weight after the other, each at a multiple of 64 bytes, as the kernels want them.
 *
 * <p>What an interrupted import has written is kept as far as its checksums agree: the first weight that is missing, torn or changed ends what is kept, and the file is cut off there. A model asks for its
 * weights in the same order each time, so that its first ones are those that are there already.
 */
public final class WeightsWriter implements AutoCloseable {
    /** A cache line, and the widest vector. */
    static final int ALIGNMENT = 64;

    private static final int CHUNK = 1 << 20;

    private final FileChannel out;
    private final ImportJournal journal;
    private final Progress progress;
    private final long total;
    private final List<StoredWeight> weights = new ArrayList<>();
    private long position;

    /** How many weights were asked for, whether they were there already or not. */
    private int asked;

    /**
     * @param source names what is imported, and to what: only what was written of the same is kept
     * @param total bytes that will be written, about
     */
    WeightsWriter(Path folder, String source, Progress progress, long total) throws IOException {
        this.progress = progress;
        this.total = total;
        journal = new ImportJournal(folder.resolve(ImportJournal.FILE), source);
        List<StoredWeight> earlier = journal.read();
        out = FileChannel.open(
                folder.resolve(StoredFolder.WEIGHTS),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        try {
            keep(earlier);
        } catch (IOException | RuntimeException e) {
            out.close();
            throw e;
        }
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

    /** Leaves what is known to be written. */
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
     * How a matrix is packed that an interrupted import has written already: then it is not to be written again.
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

    /** Another version of the program has asked in another order. */
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
     * Writes a matrix part by part; the memory of each part can be freed when it is written.
     *
     * @param parts gives out the panels, in order
     * @throws CancellationException if {@link Progress} ended the work
     * @throws UncheckedIOException if the disk is full, for instance
     */
    public void matrix(String name, Packing packing, int rows, int cols, Consumer<Consumer<MemorySegment>> parts) {
        add(name, List.of(rows, cols), Optional.of(packing), parts);
    }

    /** Writes numbers that are used as they are, unless they are there already; see {@link #matrix}. */
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
