package io.baseload.service.audit;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Checkpoints in an append-only file, one per line: {@code audit-checkpoints.jsonl} in the home, and the anchor on another volume. Several processes may append to it, so each line
 * is one write at the file's end, wherever that is by then; the file's own append-only attribute allows nothing else.
 */
final class CheckpointFile implements Anchor {
    /** Signatures are checked from the greatest checkpoint downwards; a file of many years is not kept in memory. */
    private static final int MAX_CANDIDATES = 1000;

    private final Path file;

    CheckpointFile(Path file) {
        this.file = file;
    }

    @Override
    public String name() {
        return "file";
    }

    @Override
    public Checkpoint keep(Checkpoint checkpoint, History history) {
        append(checkpoint);
        return checkpoint;
    }

    /** Not by a channel: interrupting a thread that hangs in one waits for its end. */
    void append(Checkpoint checkpoint) {
        try (var out = new FileOutputStream(file.toFile(), true)) {
            String text = (endsInLine() ? "" : "\n") + checkpoint.line() + "\n";
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.getFD().sync();
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be written", e);
        }
    }

    /** The checkpoint of this trail with the most entries that one of these keys has signed. Anything else in the file is skipped. */
    Optional<Checkpoint> last(String origin, Collection<VerifierKey> keys) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var greatest = new TreeMap<Long, Checkpoint>();
        try (Stream<String> lines = Files.lines(file)) {
            lines.flatMap(line -> checkpoint(line).stream())
                    .filter(checkpoint -> checkpoint.origin().equals(origin))
                    .filter(checkpoint -> checkpoint.signed().names(keys))
                    .forEach(checkpoint -> {
                        greatest.put(checkpoint.size(), checkpoint);
                        if (greatest.size() > MAX_CANDIDATES) {
                            greatest.pollFirstEntry();
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be read", e);
        }
        return greatest.descendingMap().values().stream()
                .filter(checkpoint -> checkpoint.signed().isSignedBy(keys))
                .findFirst();
    }

    private static Optional<Checkpoint> checkpoint(String line) {
        try {
            return Optional.of(Checkpoint.ofLine(line));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // an incomplete line after a crash, or a checkpoint in the previous format
        }
    }

    /** A crash may have left an incomplete line. */
    private boolean endsInLine() throws IOException {
        try (var in = new RandomAccessFile(file.toFile(), "r")) {
            if (in.length() == 0) {
                return true;
            }
            in.seek(in.length() - 1);
            return in.read() == '\n';
        }
    }
}
