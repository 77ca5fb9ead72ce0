package io.baseload.service.audit;

import static io.baseload.service.database.SqlArrays.texts;

import io.baseload.service.database.LongReads;
import io.baseload.service.database.SqlStatement;
import io.baseload.service.database.StatementLimit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.MDC;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The append-only, hash-chained record of requests and administrative actions. */
public final class AuditTrail {
    /** How far a clock may be set back. */
    static final Duration MAX_SET_BACK = Duration.ofMinutes(5);

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    /** Keys of the log's context (MDC), set by a request. */
    private static final List<String> CONTEXT = List.of("request_id", "address");

    /** Bytes of a detail. The database refuses more, so that no entry is too large for those who read it. */
    private static final int MAX_DETAIL = 1 << 20;

    private static final String APPEND =
            "SELECT audit_append(:kinds::text[], :tenants::text[], :prefixes::text[], :subjects::text[],"
                    + " :details::text[])";

    private static final String OF_TENANT = " AND tenant = :tenant";

    static final StatementLimit LIMIT =
            new StatementLimit("after", "read on from a later entry, or list one kind of entries");

    private final JdbcClient jdbc;
    private final TrailRows rows;
    private final LongReads reads;

    AuditTrail(JdbcClient jdbc, LongReads reads) {
        this.jdbc = jdbc;
        this.rows = new TrailRows(jdbc);
        this.reads = reads;
    }

    /**
     * Records an administrative action, with the request's id and the client's address if the log's context (MDC) has them: on a thread that serves a request. Within a transaction
     * the entry is committed or rolled back with it; call it last, because every other append waits until that transaction ends.
     *
     * @param kind the action, such as {@code admin.key.create}
     * @param subject its object, such as {@code tenants/acme/keys/bl_3fK9…}
     * @param detail JSON values by name; never a secret
     */
    public void recordAdmin(Actor actor, String kind, String subject, Map<String, ?> detail) {
        if (!kind.startsWith("admin.")) {
            throw new IllegalArgumentException("an administrative act's kind starts with 'admin.', not: " + kind);
        }
        append(actor, kind, subject, inContext(detail));
    }

    /** Records that somebody has signed in, with the context of {@link #recordAdmin}. */
    public void recordSignIn(Actor actor, String subject) {
        append(actor, AuditEntry.SIGN_IN, subject, inContext(Map.of()));
    }

    private static Map<String, Object> inContext(Map<String, ?> detail) {
        var all = new TreeMap<String, Object>(detail);
        CONTEXT.forEach(name -> {
            String value = MDC.get(name);
            if (value != null) {
                all.put(name, value);
            }
        });
        return all;
    }

    /**
     * An entry to be appended.
     *
     * @param detail JSON values by name; never a secret
     */
    public record NewEntry(Actor actor, String kind, String subject, Map<String, ?> detail) {}

    /**
     * Appends entries in the order of the list, in one step. Holds the chain's end until the transaction ends.
     *
     * @throws EntryTooLargeException if a detail is too large, before anything is appended
     */
    public void append(List<NewEntry> records) {
        if (!records.isEmpty()) {
            appendAll(records);
        }
    }

    /**
     * The same, as a statement that the caller runs, after all others of its transaction.
     *
     * @param records at least one
     */
    public static SqlStatement appending(List<NewEntry> records) {
        return new SqlStatement(APPEND, parameters(records));
    }

    /** Returns the number of the last entry. */
    private long appendAll(List<NewEntry> records) {
        return jdbc.sql(APPEND).params(parameters(records)).query(Long.class).single();
    }

    private static Map<String, Object> parameters(List<NewEntry> records) {
        return Map.of(
                "kinds", texts(records, NewEntry::kind),
                "tenants", texts(records, record -> record.actor().tenant()),
                "prefixes", texts(records, record -> record.actor().keyPrefix()),
                "subjects", texts(records, NewEntry::subject),
                "details", texts(records, record -> json(record.actor(), record.detail())));
    }

    private static String json(Actor actor, Map<String, ?> detail) {
        String json = JSON.writeValueAsString(actor.sign(detail));
        if (json.getBytes(StandardCharsets.UTF_8).length > MAX_DETAIL) {
            throw new EntryTooLargeException("The audit trail would have more than a megabyte about this.");
        }
        return json;
    }

    /** Appends an entry and returns its number. Holds the chain's end until the transaction ends. */
    public long append(Actor actor, String kind, String subject, Map<String, ?> detail) {
        return appendAll(List.of(new NewEntry(actor, kind, subject, detail)));
    }

    /**
     * Records that somebody has read entries; but not if the result had only the entries of the reader's own earlier reads, so that repeated reading comes to an end.
     *
     * @param detail the query
     */
    public void recordRead(Actor reader, Map<String, ?> detail, List<AuditEntry> found) {
        boolean ownOnly = found.stream()
                .allMatch(entry -> entry.kind().equals(AuditEntry.READ)
                        && entry.actor().tenant().equals(reader.tenant())
                        && entry.actor().keyPrefix().equals(reader.keyPrefix()));
        if (!ownOnly) {
            var all = new TreeMap<String, Object>(detail);
            all.put("first", found.getFirst().seq());
            all.put("last", found.getLast().seq());
            all.put("entries", found.size());
            recordAdmin(reader, AuditEntry.READ, "audit", all);
        }
    }

    /**
     * Entries of a time span, in order; fewer than {@code limit} if they are large.
     *
     * <p>Entries are in the order of time, except when a clock was set back. So the first and the last are found by binary search, with a margin before and after; a clock that was
     * set back by more than {@link #MAX_SET_BACK} hides entries from queries by time.
     *
     * @param after only entries with a greater number
     * @param from earliest time of an entry
     * @param to end of the times, exclusive
     * @param tenant whose entries; empty = all
     * @throws io.baseload.service.database.ReadsBusyException if too many others read
     * @throws io.baseload.service.database.StatementTooLongException if it takes too long
     */
    public TrailPage between(
            long after, Optional<Instant> from, Optional<Instant> to, Optional<String> tenant, int limit) {
        return reads.read(() -> find(after, from, to, tenant, limit));
    }

    private TrailPage find(
            long after, Optional<Instant> from, Optional<Instant> to, Optional<String> tenant, int limit) {
        long first = from.map(time -> reached(time.minus(MAX_SET_BACK)) - 1).orElse(0L);
        long end = to.map(time -> reached(time.plus(MAX_SET_BACK))).orElse(Long.MAX_VALUE);
        var parameters = new HashMap<String, Object>(Map.of("after", Math.max(after, first), "end", end));
        from.ifPresent(time -> parameters.put("from", time.atOffset(ZoneOffset.UTC)));
        to.ifPresent(time -> parameters.put("to", time.atOffset(ZoneOffset.UTC)));
        tenant.ifPresent(one -> parameters.put("tenant", one));
        return rows.page(
                "seq > :after AND seq < :end"
                        + from.map(time -> " AND at >= :from").orElse("")
                        + to.map(time -> " AND at < :to").orElse("")
                        + tenant.map(one -> OF_TENANT).orElse(""),
                parameters,
                limit);
    }

    /** The number of the first entry at this time or later; if there is none, the next number. */
    private long reached(Instant time) {
        long low = jdbc.sql("SELECT coalesce((SELECT seq FROM audit_entry ORDER BY seq LIMIT 1), 1)")
                .query(Long.class)
                .single();
        long high = jdbc.sql("SELECT seq + 1 FROM audit_head").query(Long.class).single();
        while (low < high) {
            long middle = low + (high - low) / 2;
            boolean before = jdbc.sql("SELECT at < ? FROM audit_entry WHERE seq = ?")
                    .params(time.atOffset(ZoneOffset.UTC), middle)
                    .query(Boolean.class)
                    .optional()
                    .orElse(true); // its segment was dropped meanwhile
            if (before) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * Entries in order; fewer than {@code limit} if they are large.
     *
     * @param after only entries with a greater number
     * @param kind exactly this kind, or all below it if it ends in a dot
     * @throws io.baseload.service.database.ReadsBusyException if too many others read
     * @throws io.baseload.service.database.StatementTooLongException if it takes too long
     */
    public TrailPage page(long after, Optional<String> tenant, Optional<String> kind, int limit) {
        return reads.read(() -> find(after, tenant, kind, limit));
    }

    /** Entries in order, fewer if they are large; for the service itself, which waits for no other read. */
    public List<AuditEntry> next(long after, int limit) {
        return rows.entries(after, Long.MAX_VALUE, limit);
    }

    private TrailPage find(long after, Optional<String> tenant, Optional<String> kind, int limit) {
        var parameters = new HashMap<String, Object>(Map.of("after", after));
        tenant.ifPresent(one -> parameters.put("tenant", one));
        kind.ifPresent(one -> {
            parameters.put("kind", one);
            parameters.put("end", end(one));
        });
        return rows.page(condition(tenant, kind), parameters, limit);
    }

    /** One for each combination, since no index serves a condition that may be absent. Kinds are compared in the order of their index, and not in that of the database. */
    static String condition(Optional<String> tenant, Optional<String> kind) {
        return "seq > :after" + tenant.map(one -> OF_TENANT).orElse("")
                + kind.map(AuditTrail::isOf).orElse("");
    }

    private static String isOf(String kind) {
        return kind.endsWith(".")
                ? " AND kind COLLATE \"C\" >= :kind AND kind COLLATE \"C\" < :end"
                : " AND kind COLLATE \"C\" = :kind";
    }

    /** The first text after all that begin with this one, which ends in a dot: a slash is the character after it. */
    static String end(String kind) {
        return kind.substring(0, kind.length() - 1) + '/';
    }
}
