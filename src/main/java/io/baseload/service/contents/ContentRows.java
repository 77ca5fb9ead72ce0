package io.baseload.service.contents;

import static io.baseload.service.database.SqlArrays.texts;

import io.baseload.service.database.StatementLimit;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The tables of contents. */
final class ContentRows {
    private static final String COLUMNS =
            "reservation, part, tenant, request_id, end_user, safety_identifier, salt, digest, sealed";
    private static final String GIVEN = """
        unnest(:reservations::uuid[], :parts::text[], :tenants::text[], :requests::text[], :users::text[],
               :identifiers::text[], :salts::bytea[], :digests::bytea[], :sealed::bytea[])
          AS new(reservation, part, tenant, request_id, end_user, safety_identifier, salt, digest, sealed)\
        """;

    /** Looks only at what is too old: {@code now()}, unlike {@code clock_timestamp()}, can be looked up in an index, and each tenant that has a retention is asked by itself. */
    static final String EXPIRE = """
        WITH old AS (
          SELECT old.id, old.size FROM content_policy policy CROSS JOIN LATERAL (
            SELECT id, octet_length(sealed) AS size FROM content
            WHERE tenant = policy.tenant AND at < now() - policy.retention_days * interval '1 day'
            ORDER BY at LIMIT :most) old
          WHERE policy.retention_days IS NOT NULL LIMIT :most),
        gone AS (
          DELETE FROM content WHERE id IN (
            SELECT id FROM (SELECT id, sum(size) OVER (ORDER BY id) - size AS before FROM old) sized WHERE before < :bytes)
          RETURNING tenant),
        past AS (
          (SELECT tenant, id, bytes FROM stored_response WHERE expires_at <= now() ORDER BY expires_at LIMIT :most)
          UNION
          (SELECT policy.tenant, old.id, old.bytes FROM content_policy policy CROSS JOIN LATERAL (
            SELECT id, bytes FROM stored_response
            WHERE tenant = policy.tenant AND at < now() - policy.retention_days * interval '1 day'
            ORDER BY at LIMIT :most) old
          WHERE policy.retention_days IS NOT NULL LIMIT :most)),
        ended AS (
          DELETE FROM stored_response WHERE (tenant, id) IN (
            SELECT tenant, id FROM (SELECT tenant, id, sum(bytes) OVER (ORDER BY tenant, id) - bytes AS before FROM past) sized
            WHERE before < :bytes)
          RETURNING tenant)
        SELECT tenant, count(*) AS erased FROM (TABLE gone UNION ALL TABLE ended) erased GROUP BY tenant\
        """;

    private final JdbcClient jdbc;

    ContentRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    record PolicyRow(
            String tenant,
            boolean keep,
            @Nullable Integer retentionDays,
            @Nullable String sealedKey) {
        static PolicyRow read(ResultSet row) throws SQLException {
            return new PolicyRow(
                    row.getString("tenant"),
                    row.getBoolean("keep"),
                    row.getObject("retention_days", Integer.class),
                    row.getString("sealed_key"));
        }

        ContentPolicy policy() {
            return new ContentPolicy(keep, retentionDays == null ? OptionalInt.empty() : OptionalInt.of(retentionDays));
        }
    }

    record ContentRow(long id, SealedContent content, Instant at) {
        static ContentRow read(ResultSet row) throws SQLException {
            var owner = new ContentOwner(
                    row.getString("tenant"),
                    row.getObject("reservation", UUID.class),
                    row.getString("request_id"),
                    Optional.ofNullable(row.getString("end_user")),
                    Optional.ofNullable(row.getString("safety_identifier")));
            var content = new SealedContent(
                    owner,
                    ContentPart.of(row.getString("part")),
                    row.getBytes("salt"),
                    row.getBytes("digest"),
                    row.getBytes("sealed"));
            return new ContentRow(
                    row.getLong("id"),
                    content,
                    row.getObject("at", OffsetDateTime.class).toInstant());
        }
    }

    List<PolicyRow> policies() {
        return jdbc.sql("SELECT * FROM content_policy")
                .query((row, number) -> PolicyRow.read(row))
                .list();
    }

    Optional<PolicyRow> policy(String tenant) {
        return jdbc.sql("SELECT * FROM content_policy WHERE tenant = ?")
                .param(tenant)
                .query((row, number) -> PolicyRow.read(row))
                .optional();
    }

    /** @param key for a tenant that has none yet; null leaves it without */
    void save(String tenant, ContentPolicy policy, @Nullable String key) {
        jdbc.sql("""
            INSERT INTO content_policy (tenant, keep, retention_days, sealed_key) VALUES (:tenant, :keep, :days, :key)
            ON CONFLICT (tenant) DO UPDATE
              SET keep = :keep, retention_days = :days, sealed_key = coalesce(content_policy.sealed_key, :key)\
            """)
                .param("tenant", tenant)
                .param("keep", policy.keep())
                .param(
                        "days",
                        policy.retentionDays().isPresent()
                                ? policy.retentionDays().getAsInt()
                                : null)
                .param("key", key)
                .update();
    }

    /** For a tenant that has no key yet and wants no contents kept. */
    void create(String tenant, String key) {
        jdbc.sql("""
            INSERT INTO content_policy (tenant, keep, sealed_key) VALUES (?, false, ?)
            ON CONFLICT (tenant) DO UPDATE SET sealed_key = excluded.sealed_key WHERE content_policy.sealed_key IS NULL\
            """).params(tenant, key).update();
    }

    void reseal(String tenant, String before, String key) {
        jdbc.sql("UPDATE content_policy SET sealed_key = ? WHERE tenant = ? AND sealed_key = ?")
                .params(key, tenant, before)
                .update();
    }

    void insert(List<SealedContent> contents) {
        with(jdbc.sql("INSERT INTO content (" + COLUMNS + ") SELECT * FROM " + GIVEN), contents)
                .update();
    }

    /**
     * A concurrent erasure of the prompts either finds these answers, or leaves no prompt to store them with. An answer that replaces an earlier one gets a new id, so that a
     * reader who continues after the earlier one finds it.
     */
    void insertBesidePrompts(List<SealedContent> answers) {
        with(jdbc.sql("INSERT INTO content (" + COLUMNS + ") SELECT new.* FROM " + GIVEN + """
             JOIN content prompt ON prompt.reservation = new.reservation AND prompt.part = 'prompt'
            FOR KEY SHARE OF prompt
            ON CONFLICT (reservation, part) DO UPDATE
              SET id = DEFAULT, at = DEFAULT, salt = excluded.salt, digest = excluded.digest, sealed = excluded.sealed\
            """), answers)
                .update();
    }

    private static JdbcClient.StatementSpec with(JdbcClient.StatementSpec statement, List<SealedContent> contents) {
        return statement
                .param(
                        "reservations",
                        texts(contents, it -> it.owner().reservation().toString()))
                .param("parts", texts(contents, it -> it.part().wire()))
                .param("tenants", texts(contents, it -> it.owner().tenant()))
                .param("requests", texts(contents, it -> it.owner().requestId()))
                .param("users", texts(contents, it -> it.owner().user().orElse(null)))
                .param(
                        "identifiers",
                        texts(contents, it -> it.owner().safetyIdentifier().orElse(null)))
                .param("salts", bytes(contents, SealedContent::salt))
                .param("digests", bytes(contents, SealedContent::digest))
                .param("sealed", bytes(contents, SealedContent::sealed));
    }

    private static byte[][] bytes(List<SealedContent> contents, Function<SealedContent, byte[]> bytes) {
        return contents.stream().map(bytes).toArray(byte[][]::new);
    }

    Map<UUID, byte[]> answerDigests(Collection<UUID> reservations) {
        var digests = new HashMap<UUID, byte[]>();
        jdbc.sql("SELECT reservation, digest FROM content WHERE part = 'answer' AND reservation = ANY (?::uuid[])")
                .param(texts(reservations, UUID::toString))
                .query(row -> {
                    digests.put(row.getObject("reservation", UUID.class), row.getBytes("digest"));
                });
        return digests;
    }

    /** The highest id below which nothing more will become visible. Waits for those who are storing contents, within a transaction that does nothing else. */
    long settled() {
        jdbc.sql("SELECT pg_advisory_xact_lock(5121701109862311531)").query(row -> {});
        return jdbc.sql("SELECT coalesce(max(id), 0) FROM content")
                .query(Long.class)
                .single();
    }

    /**
     * The next contents in order, as long as the preceding ones together don't exceed the size. Within a transaction.
     *
     * @param last the highest id to look at
     * @param probe how many to look for
     */
    Found page(String tenant, ContentSelection selection, long after, long last, int probe, long bytes) {
        StatementLimit.planForParameters(jdbc);
        var rows = with(jdbc.sql("""
            WITH next AS (SELECT id, octet_length(sealed) AS size FROM content WHERE %s AND id > :after AND id <= :last ORDER BY id LIMIT :probe),
                 sized AS (SELECT id, sum(size) OVER (ORDER BY id) - size AS before FROM next)
            SELECT content.*, (SELECT count(*) FROM next) AS found
            FROM sized JOIN content USING (id) WHERE before < :bytes ORDER BY id\
            """.formatted(chosen(selection))), tenant, selection)
                .param("after", after)
                .param("last", last)
                .param("probe", probe)
                .param("bytes", bytes)
                .query((row, number) -> new Counted(ContentRow.read(row), row.getInt("found")))
                .list();
        int found = rows.isEmpty() ? 0 : rows.getFirst().found();
        return new Found(rows.stream().map(Counted::row).toList(), found);
    }

    private record Counted(ContentRow row, int found) {}

    /** @param found how many there are, including those for which the rows have no room */
    record Found(List<ContentRow> rows, int found) {}

    /** From now on, answers to selected requests that began before are not stored as responses. Those that are being stored now can be erased afterwards. */
    void recordErasure(String tenant, ContentSelection selection) {
        jdbc.sql("SELECT pg_advisory_xact_lock(:lock, hashtext(:tenant))")
                .param("lock", StoredResponseRows.ERASURE)
                .param("tenant", tenant)
                .query(row -> {});
        with(jdbc.sql("""
            INSERT INTO content_erasure (tenant, request_id, end_user, from_at, to_at)
            SELECT id, :request::text, :user::text, :from::timestamptz, :to::timestamptz FROM tenant WHERE id = :tenant\
            """), tenant, selection).update();
    }

    /** Whether an erasure that was recorded within the given time covers the stored contents and responses of a request. */
    boolean isErased(String tenant, String requestId, Duration within) {
        return jdbc.sql("""
            SELECT EXISTS (
              SELECT FROM content_erasure erasure
              WHERE tenant = :tenant AND at >= clock_timestamp() - :millis * interval '1 ms'
                AND (request_id IS NULL OR request_id = :request)
                AND (end_user IS NULL
                  OR EXISTS (SELECT FROM content kept WHERE kept.tenant = :tenant AND kept.request_id = :request
                    AND erasure.end_user IN (kept.end_user, kept.safety_identifier))
                  OR EXISTS (SELECT FROM stored_response kept WHERE kept.tenant = :tenant AND kept.request_id = :request
                    AND erasure.end_user IN (kept.end_user, kept.safety_identifier))))\
            """)
                .param("tenant", tenant)
                .param("request", requestId)
                .param("millis", within.toMillis() + 1)
                .query(Boolean.class)
                .single();
    }

    /** Forgets erasures when no request runs any more that began before them. */
    void forgetErasures() {
        jdbc.sql("DELETE FROM content_erasure WHERE at < now() - interval '7 days'")
                .update();
    }

    /** Erases some of them, and as many stored responses, each at least one, and no more once the size is reached; returns the number. Within a transaction. */
    int erase(String tenant, ContentSelection selection, int most, long bytes) {
        String chosen = chosen(selection);
        StatementLimit.planForParameters(jdbc);
        return with(jdbc.sql("""
            WITH contents AS (
              DELETE FROM content WHERE id IN (
                SELECT id FROM (
                  SELECT id, sum(size) OVER (ORDER BY id) - size AS before
                  FROM (SELECT id, octet_length(sealed) AS size FROM content WHERE %s LIMIT :most) chosen) sized
                WHERE before < :bytes)
              RETURNING 1),
            responses AS (
              DELETE FROM stored_response WHERE tenant = :tenant AND id IN (
                SELECT id FROM (
                  SELECT id, sum(bytes) OVER (ORDER BY id) - bytes AS before
                  FROM (SELECT id, bytes FROM stored_response WHERE %s LIMIT :most) chosen) sized
                WHERE before < :bytes)
              RETURNING 1)
            SELECT (SELECT count(*) FROM contents) + (SELECT count(*) FROM responses)\
            """.formatted(chosen, chosen)), tenant, selection)
                .param("most", most)
                .param("bytes", bytes)
                .query(Integer.class)
                .single();
    }

    /** Only the requested columns, so that each query finds its index. */
    private static String chosen(ContentSelection selection) {
        var conditions = new StringBuilder("tenant = :tenant");
        selection.requestId().ifPresent(id -> conditions.append(" AND request_id = :request"));
        selection.user().ifPresent(user -> conditions.append(" AND (end_user = :user OR safety_identifier = :user)"));
        selection.from().ifPresent(from -> conditions.append(" AND at >= :from"));
        selection.to().ifPresent(to -> conditions.append(" AND at < :to"));
        return conditions.toString();
    }

    private static JdbcClient.StatementSpec with(
            JdbcClient.StatementSpec statement, String tenant, ContentSelection selection) {
        return statement
                .param("tenant", tenant)
                .param("request", selection.requestId().orElse(null))
                .param("user", selection.user().orElse(null))
                .param("from", time(selection.from()))
                .param("to", time(selection.to()));
    }

    private static @Nullable OffsetDateTime time(Optional<Instant> time) {
        return time.map(it -> it.atOffset(ZoneOffset.UTC)).orElse(null);
    }

    /** Erases some that are too old; returns the number by tenant. */
    Map<String, Integer> expire(int most, long bytes) {
        var expired = new HashMap<String, Integer>();
        jdbc.sql(EXPIRE).param("most", most).param("bytes", bytes).query(row -> {
            expired.put(row.getString("tenant"), row.getInt("erased"));
        });
        return expired;
    }
}
