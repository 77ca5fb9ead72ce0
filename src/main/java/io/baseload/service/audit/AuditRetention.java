package io.baseload.service.audit;

import io.baseload.service.database.DatabaseFailures;
import io.baseload.service.database.DurableFolder;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Drops old segments of the trail. A full segment is exported and sealed, the file is read back and verified with the public keys, the trail records the file's SHA-256, and only
 * then is the segment dropped. Its root stays: later entries can still be proved, and the file can be matched to its place.
 *
 * <p>Several processes may do this at the same time, also in one folder: each writes a file of its own, one of them drops the segment, and the others delete theirs.
 *
 * <p>The retention is the owner's setting in the database; the application's role can't shorten it.
 */
public final class AuditRetention {
    private static final Logger log = LoggerFactory.getLogger(AuditRetention.class);
    private static final int MAX_ATTEMPTS = 30;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final AuditTrail trail;
    private final TrailRows rows;
    private final Checkpoints checkpoints;
    private final AuditExport export;
    private final TransactionOperations transactions;
    private final Path archive;

    AuditRetention(
            AuditTrail trail,
            TrailRows rows,
            Checkpoints checkpoints,
            AuditExport export,
            TransactionOperations transactions,
            Path archive) {
        this.trail = trail;
        this.rows = rows;
        this.checkpoints = checkpoints;
        this.export = export;
        this.transactions = transactions;
        this.archive = archive;
    }

    /** Archives and drops the segments whose retention is over; returns their number, without those that another process dropped meanwhile. */
    public synchronized int apply() {
        int dropped = 0;
        for (long first = export.first(); isOver(first); first = export.first()) {
            if (archive(first)) {
                dropped++;
            }
        }
        return dropped;
    }

    private boolean isOver(long first) {
        long last = last(first);
        return rows.entry(last).filter(entry -> rows.isOver(entry.at())).isPresent()
                && checkpoints.take().filter(it -> it.size() >= last).isPresent();
    }

    private long last(long first) {
        return first + rows.segmentSize() - 1;
    }

    /** False if another process was faster. Then its file is the one that the trail names, and this process keeps none. */
    private boolean archive(long first) {
        try {
            long last = last(first);
            keepProofs(first, last);
            Archived archived = write(first, last);
            drop(first, last, archived);
            log.info(
                    "Entries {} to {} of the audit trail are in {} now, SHA-256 {}",
                    first,
                    last,
                    archived.file(),
                    archived.sha256());
            return true;
        } catch (RuntimeException e) {
            if (export.first() == first) {
                throw e;
            }
            return false;
        }
    }

    /** Later checkpoints are still proved to continue those of this segment. */
    private void keepProofs(long first, long last) {
        var notes = rows.notes(first - 1, last);
        while (!notes.isEmpty()) {
            notes.forEach(note -> rows.append(MerkleNodes.continuing(note.size(), last, rows)));
            notes = rows.notes(notes.getLast().size(), last);
        }
    }

    /** While somebody reads the trail its segment can't be dropped, and the trail's end, for which all requests wait, must not be held meanwhile. */
    private void drop(long first, long last, Archived archived) {
        for (int attempt = 1; !isDropped(first, last, archived); attempt++) {
            if (attempt == MAX_ATTEMPTS || !pause()) {
                delete(archived.file());
                throw new IllegalStateException("the segment can't be dropped while somebody reads the audit trail");
            }
        }
    }

    private boolean isDropped(long first, long last, Archived archived) {
        long size = last - first + 1;
        return Boolean.TRUE.equals(transactions.execute(status -> {
            try {
                byte[] root = new MerkleNodes(rows).node(Long.numberOfTrailingZeros(size), (first - 1) / size);
                trail.recordAdmin(
                        Actor.SYSTEM,
                        "admin.audit.archive",
                        "audit/" + first + "-" + last,
                        Map.of("file", String.valueOf(archived.file().getFileName()), "sha256", archived.sha256()));
                rows.drop(first, root, archived.sha256());
                return true;
            } catch (RuntimeException e) {
                if (DatabaseFailures.isLocked(e)) {
                    status.setRollbackOnly();
                    return false;
                }
                delete(archived.file()); // nothing is committed, and no other process has a file of this name
                throw e;
            }
        }));
    }

    /** False if interrupted. */
    private static boolean pause() {
        try {
            Thread.sleep(PAUSE);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private record Archived(Path file, String sha256) {}

    /** A file of a name that no other process uses, complete and verified. */
    private Archived write(long first, long last) {
        Path file = archive.resolve("audit-" + first + "-" + last + "-" + UUID.randomUUID() + ".jsonl.gz");
        Path unfinished = file.resolveSibling(file.getFileName() + ".new");
        try {
            var folder = new DurableFolder(archive);
            folder.create();
            try (var out = new GZIPOutputStream(new BufferedOutputStream(Files.newOutputStream(unfinished)))) {
                export.write(first, last, out);
            }
            verify(unfinished, last);
            try (var channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            String sha256 = sha256(unfinished);
            folder.rename(unfinished, file); // on the disk before the segment is dropped
            return new Archived(file, sha256);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be written", e);
        } finally {
            delete(unfinished);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.warn("{} is not needed and can't be deleted: {}", file, e.toString());
        }
    }

    private void verify(Path file, long last) throws IOException {
        var keys = checkpoints.keys().stream()
                .filter(Checkpoints.KnownKey::trusted)
                .map(known -> known.key().text())
                .toList();
        try (var lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(new BufferedInputStream(Files.newInputStream(file))), StandardCharsets.UTF_8))) {
            var result = new ExportCheck(keys, List.of()).check(lines);
            if (!result.ok() || result.to() != last) {
                throw new TrailBrokenException(
                        result.to(), "the archive " + file + " does not verify: " + result.reason());
            }
        }
    }

    private static String sha256(Path file) throws IOException {
        try (var in = new DigestInputStream(Files.newInputStream(file), Hashes.sha256())) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        }
    }
}
