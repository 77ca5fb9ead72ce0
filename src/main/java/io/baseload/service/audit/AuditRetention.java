package io.baseload.service.audit;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Drops old segments of the trail. A full segment is exported and sealed, the file is read back and verified with the public keys, the trail records the file's SHA-256, and only
 * then is the segment dropped. Its root stays: later entries can still be proved, and the file can be matched to its place.
 *
 * <p>The retention is the owner's setting in the database; the application's role can't shorten it.
 */
public final class AuditRetention {
    private static final Logger log = LoggerFactory.getLogger(AuditRetention.class);

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

    /** Archives and drops the segments whose retention is over; returns their number. */
    public synchronized int apply() {
        int dropped = 0;
        while (applyToFirst()) {
            dropped++;
        }
        return dropped;
    }

    private boolean applyToFirst() {
        long size = rows.segmentSize();
        long first = export.first();
        long last = first + size - 1;
        boolean over = rows.entry(last).filter(entry -> rows.isOver(entry.at())).isPresent();
        if (!over || checkpoints.take().filter(it -> it.size() >= last).isEmpty()) {
            return false;
        }
        Path file = archive.resolve("audit-" + first + "-" + last + ".jsonl.gz");
        String sha256 = write(file, first, last);
        byte[] root = new MerkleNodes(rows).node(Long.numberOfTrailingZeros(size), (first - 1) / size);
        transactions.executeWithoutResult(status -> {
            trail.recordAdmin(
                    Actor.SYSTEM,
                    "admin.audit.archive",
                    "audit/" + first + "-" + last,
                    Map.of("file", String.valueOf(file.getFileName()), "sha256", sha256));
            rows.drop(first, root, sha256);
        });
        log.info("Entries {} to {} of the audit trail are in {} now, SHA-256 {}", first, last, file, sha256);
        return true;
    }

    private String write(Path file, long first, long last) {
        Path unfinished = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.createDirectories(archive);
            try (var out = new GZIPOutputStream(new BufferedOutputStream(Files.newOutputStream(unfinished)))) {
                export.write(first, last, out);
            }
            verify(unfinished, last);
            try (var channel = java.nio.channels.FileChannel.open(unfinished, java.nio.file.StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return sha256(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be written", e);
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
