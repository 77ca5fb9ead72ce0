package io.baseload.service.audit;

import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The trail's tables. Each read is a separate short statement, so that nothing holds a snapshot for long: the trail only grows. */
final class TrailRows {
    static final int MAX_ROWS = 1000;

    /** An entry after this many bytes of others is on the next page. */
    static final int MAX_BYTES = 4 << 20;

    /** As the database limits it; of a longer one the beginning is read, which nobody has signed. */
    private static final int MAX_NOTE = 4096;

    private static final int MAX_KEYS = 1000;

    /** How often a compressed text may be as long as it is stored, by the better of PostgreSQL's methods. */
    private static final int MAX_RATIO = 255;

    private final JdbcClient jdbc;

    TrailRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The chain's end, and the state at that very moment.
     *
     * @param running open reservations
     * @param beyond whether there is a checkpoint of more entries than the trail has
     */
    record Head(long seq, byte[] hash, Instant at, Set<String> running, boolean beyond) {}

    /** A row of {@code audit_checkpoint}, whoever wrote it. */
    record Note(long size, String text) {}

    /** A node of the Merkle tree. */
    record Node(int level, long place, byte[] hash) {}

    /** A segment that was dropped. */
    record Segment(long first, long last, byte[] root, byte[] hash) {}

    String logId() {
        return jdbc.sql("SELECT id::text FROM audit_log").query(String.class).single();
    }

    Head head() {
        return jdbc.sql("""
            SELECT h.seq, h.hash, clock_timestamp() AS at, ARRAY(SELECT id::text FROM reservation WHERE state = 'open') AS running,
                   EXISTS (SELECT FROM audit_checkpoint c WHERE c.size > h.seq) AS beyond
            FROM audit_head h\
            """)
                .query((row, number) -> new Head(
                        row.getLong("seq"),
                        row.getBytes("hash"),
                        row.getObject("at", OffsetDateTime.class).toInstant(),
                        Arrays.stream((String[]) row.getArray("running").getArray())
                                .collect(Collectors.toUnmodifiableSet()),
                        row.getBoolean("beyond")))
                .single();
    }

    /** The next entries, at most {@link #MAX_ROWS}, and fewer if they are large. */
    List<AuditEntry> entries(long after, long upTo) {
        return entries(after, upTo, MAX_ROWS);
    }

    List<AuditEntry> entries(long after, long upTo, int limit) {
        return read("seq > :after AND seq <= :to", Map.of("after", after, "to", upTo), limit, new AtomicLong());
    }

    /** Entries of a condition in order: at most so many, and fewer if they are large. */
    TrailPage page(String condition, Map<String, ?> parameters, int limit) {
        var bytes = new AtomicLong();
        var found = read(condition, parameters, limit + 1, bytes);
        return found.size() > limit
                ? new TrailPage(found.subList(0, limit), true)
                : new TrailPage(found, bytes.get() >= MAX_BYTES);
    }

    /** @param bytes gets their size */
    private List<AuditEntry> read(String condition, Map<String, ?> parameters, int limit, AtomicLong bytes) {
        return jdbc.sql(page(condition))
                .params(parameters)
                .param("limit", limit)
                .query((row, number) -> {
                    bytes.set(row.getLong("bytes_through"));
                    return AuditEntry.read(row);
                })
                .list();
    }

    /** The database doesn't unpack a compressed detail to learn its size, or each page of large entries would unpack a thousand: it counts as the longest that can be stored so. */
    static String page(String condition) {
        return """
            SELECT * FROM (
              SELECT *, sum(bytes) OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) AS bytes_through FROM (
                SELECT *, octet_length(kind) + octet_length(tenant) + octet_length(key_prefix) + octet_length(subject)
                       + pg_column_size(detail)::float8 * CASE WHEN pg_column_compression(detail) IS NULL THEN 1 ELSE %d END AS bytes
                FROM audit_entry WHERE %s ORDER BY seq LIMIT :limit
              ) e
            ) e WHERE bytes_through - bytes < %d ORDER BY seq\
            """.formatted(MAX_RATIO, condition, MAX_BYTES);
    }

    /** Whether a page begins with the entry after {@code seq}: if not, that one is missing, or was archived and dropped. */
    static boolean follows(List<AuditEntry> page, long seq) {
        return !page.isEmpty() && page.getFirst().seq() == seq + 1;
    }

    Optional<AuditEntry> entry(long seq) {
        return jdbc.sql("SELECT * FROM audit_entry WHERE seq = ?")
                .param(seq)
                .query((row, number) -> AuditEntry.read(row))
                .optional();
    }

    /** The next checkpoints in the order of their sizes, at most {@link #MAX_ROWS}. */
    List<Note> notes(long after, long upTo) {
        return jdbc.sql("SELECT size, left(note, ?) AS note FROM audit_checkpoint WHERE size > ? AND size <= ? ORDER"
                        + " BY size LIMIT ?")
                .params(MAX_NOTE, after, upTo, MAX_ROWS)
                .query((row, number) -> new Note(row.getLong("size"), row.getString("note")))
                .list();
    }

    /** The greatest checkpoints, the greatest first. */
    List<Note> lastNotes(int limit) {
        return jdbc.sql("SELECT size, left(note, ?) AS note FROM audit_checkpoint ORDER BY size DESC LIMIT ?")
                .params(MAX_NOTE, limit)
                .query((row, number) -> new Note(row.getLong("size"), row.getString("note")))
                .list();
    }

    /** Where the remaining entries begin: after the dropped segments. */
    TrailState base() {
        var tree = MerkleTree.Frontier.EMPTY;
        byte[] chain = TrailState.EMPTY.chain();
        for (Segment segment : segments()) {
            int level = Long.numberOfTrailingZeros(segment.last() - segment.first() + 1);
            tree = tree.with(segment.root(), level, (l, place, root) -> {});
            chain = segment.hash();
        }
        return TrailState.after(tree, chain);
    }

    List<Segment> segments() {
        return jdbc.sql("SELECT first, last, root, hash FROM audit_segment ORDER BY first")
                .query(TrailRows::segment)
                .list();
    }

    /** Entries in a segment. */
    long segmentSize() {
        return jdbc.sql("SELECT segment FROM audit_log").query(Long.class).single();
    }

    /** Whether the owner allows dropping segments whose entries are all older than this moment allows. */
    boolean isOver(Instant at) {
        return Boolean.TRUE.equals(
                jdbc.sql("SELECT coalesce(?::timestamptz < clock_timestamp() - retention, false) FROM audit_log")
                        .param(at.atOffset(java.time.ZoneOffset.UTC))
                        .query(Boolean.class)
                        .single());
    }

    void drop(long first, byte[] root, String archive) {
        jdbc.sql("SELECT audit_drop_segment(?, ?, ?)::text")
                .params(first, root, archive)
                .query(String.class)
                .single();
    }

    /** Whether this transaction is the only one taking a checkpoint now. */
    boolean lock() {
        return jdbc.sql("SELECT pg_try_advisory_xact_lock(5121701109862311530)")
                .query(Boolean.class)
                .single();
    }

    /** False if there is already one of this size or of a greater one. */
    boolean append(Checkpoint checkpoint) {
        return jdbc.sql("SELECT audit_checkpoint_append(?, ?, ?)")
                .params(checkpoint.size(), checkpoint.chain(), checkpoint.note())
                .query(Boolean.class)
                .single();
    }

    /** Those that exist stay as they are. */
    void append(List<Node> nodes) {
        if (!nodes.isEmpty()) {
            jdbc.sql("INSERT INTO audit_subtree SELECT * FROM unnest(?::smallint[], ?::bigint[], ?::bytea[]) ON"
                            + " CONFLICT DO NOTHING")
                    .params(
                            nodes.stream().map(Node::level).toArray(Integer[]::new),
                            nodes.stream().map(Node::place).toArray(Long[]::new),
                            nodes.stream().map(Node::hash).toArray(byte[][]::new))
                    .update();
        }
    }

    /** Those of these whose rows have other hashes. */
    List<Node> othersThan(List<Node> nodes) {
        return nodes.stream()
                .filter(one -> node(one.level(), one.place())
                        .filter(hash -> !MessageDigest.isEqual(hash, one.hash()))
                        .isPresent())
                .toList();
    }

    Optional<byte[]> node(int level, long place) {
        return jdbc.sql("SELECT hash FROM audit_subtree WHERE level = ? AND place = ?")
                .params(level, place)
                .query((row, number) -> row.getBytes("hash"))
                .optional();
    }

    /** Roots of complete subtrees of one level, from one place on, at most 256. */
    List<byte[]> nodes(int level, long place) {
        return jdbc.sql("SELECT hash FROM audit_subtree WHERE level = ? AND place BETWEEN ? AND ? ORDER BY place")
                .params(level, place, place + 255)
                .query((row, number) -> row.getBytes("hash"))
                .list();
    }

    void publish(VerifierKey key) {
        jdbc.sql("INSERT INTO audit_key (key) VALUES (?) ON CONFLICT DO NOTHING")
                .param(key.text())
                .update();
    }

    /** Keys that signed, as reported by their processes. The application's role may insert any text: one that is no key is omitted. */
    List<VerifierKey> published() {
        return jdbc
                .sql("SELECT left(key, ?) AS key FROM audit_key ORDER BY at, key LIMIT ?")
                .params(MAX_NOTE, MAX_KEYS)
                .query((row, number) -> readable(row.getString("key")))
                .list()
                .stream()
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<VerifierKey> readable(String key) {
        try {
            return Optional.of(VerifierKey.parse(key));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Segment segment(ResultSet row, int number) throws SQLException {
        return new Segment(row.getLong("first"), row.getLong("last"), row.getBytes("root"), row.getBytes("hash"));
    }
}
