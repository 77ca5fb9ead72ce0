package io.baseload.service.audit;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Signed checkpoints, kept in the database, in {@code audit-checkpoints.jsonl} in the home, and in the log: cutting the trail's tail then shows. */
public final class Checkpoints {
    private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);

    private final JdbcClient jdbc;
    private final CheckpointKey key;
    private final Path file;

    Checkpoints(JdbcClient jdbc, CheckpointKey key, Path file) {
        this.jdbc = jdbc;
        this.key = key;
        this.file = file;
    }

    /** Signs the chain's present end, unless the last checkpoint did. */
    public synchronized void take() {
        jdbc.sql("""
            SELECT seq, hash, clock_timestamp() AS at FROM audit_head
            WHERE seq > (SELECT coalesce(max(seq), 0) FROM audit_checkpoint)\
            """)
                .query((row, number) ->
                        sign(row.getLong("seq"), row.getBytes("hash"), row.getObject("at", OffsetDateTime.class)))
                .optional()
                .ifPresent(this::keep);
    }

    /** All that can be found, those in the database and those in the file. */
    List<Checkpoint> all() {
        var all = new ArrayList<Checkpoint>(inFile());
        all.addAll(jdbc.sql("SELECT seq, hash, at, signature FROM audit_checkpoint")
                .query((row, number) -> new Checkpoint(
                        row.getLong("seq"),
                        row.getBytes("hash"),
                        row.getObject("at", OffsetDateTime.class).toInstant(),
                        row.getBytes("signature")))
                .list());
        return all;
    }

    boolean isGenuine(Checkpoint checkpoint) {
        return key.hasSigned(checkpoint);
    }

    private Checkpoint sign(long seq, byte[] hash, OffsetDateTime time) {
        var at = time.toInstant().truncatedTo(ChronoUnit.MICROS);
        return new Checkpoint(seq, hash, at, key.sign(Checkpoint.statement(seq, hash, at)));
    }

    /** The file first: a checkpoint that is in the database only would prove nothing to who doubts the database. */
    private void keep(Checkpoint checkpoint) {
        append(checkpoint.line() + "\n");
        jdbc.sql("INSERT INTO audit_checkpoint (seq, hash, at, signature) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
                .params(
                        checkpoint.seq(),
                        checkpoint.hash(),
                        checkpoint.at().atOffset(ZoneOffset.UTC),
                        checkpoint.signature())
                .update();
        log.info("audit checkpoint {}", checkpoint.line());
    }

    private void append(String line) {
        try (var channel = FileChannel.open(file, CREATE, READ, WRITE)) {
            channel.position(channel.size());
            channel.write(ByteBuffer.wrap(((endsInLine(channel) ? "" : "\n") + line).getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be written", e);
        }
    }

    /** A crash may have left half a line. */
    private static boolean endsInLine(FileChannel channel) throws IOException {
        var last = ByteBuffer.allocate(1);
        return channel.size() == 0 || channel.read(last, channel.size() - 1) == 1 && last.get(0) == '\n';
    }

    private List<Checkpoint> inFile() {
        var found = new ArrayList<Checkpoint>();
        try {
            for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
                try {
                    found.add(Checkpoint.parse(line));
                } catch (RuntimeException e) {
                    log.warn("{} has a line that is no checkpoint: {}", file, line);
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be read", e);
        }
    }
}
