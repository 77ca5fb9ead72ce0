package io.baseload.service.contents;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table of stored responses. Expired ones count as gone, even before they are erased. */
final class StoredResponseRows {
    private static final String LIVING = "tenant = :tenant AND id = :id AND expires_at > clock_timestamp()";

    /** The first part of the number of a lock for each tenant: shared by those who store responses, exclusive for who announces an erasure. */
    static final int ERASURE = 1_192_465_303;

    private final JdbcClient jdbc;

    StoredResponseRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A response of a conversation. */
    record Link(String id, @Nullable String previous, int bytes) {}

    /** The bytes of a tenant's responses, and the time. */
    Stored stored(String tenant) {
        return jdbc.sql("SELECT coalesce(sum(bytes), 0) AS bytes, clock_timestamp() AS at FROM stored_response WHERE"
                        + " tenant = ?")
                .param(tenant)
                .query((row, number) -> new Stored(
                        row.getLong("bytes"),
                        row.getObject("at", OffsetDateTime.class).toInstant()))
                .single();
    }

    record Stored(long bytes, Instant at) {}

    /** Whether the contents of its request were erased since it began. Until the transaction ends, an erasure waits. */
    boolean isErased(StoredResponse response) {
        jdbc.sql("SELECT pg_advisory_xact_lock_shared(?, hashtext(?))")
                .params(ERASURE, response.tenant())
                .query(row -> {});
        return jdbc.sql("""
            SELECT EXISTS (
              SELECT FROM content_erasure WHERE tenant = :tenant AND at >= :begun
                AND (request_id IS NULL OR request_id = :request)
                AND (end_user IS NULL OR end_user = :user OR end_user = :identifier)
                AND (from_at IS NULL OR from_at <= :begun) AND (to_at IS NULL OR to_at > :begun))\
            """)
                .param("tenant", response.tenant())
                .param("begun", response.begun().atOffset(ZoneOffset.UTC))
                .param("request", response.requestId())
                .param("user", response.user().orElse(null))
                .param("identifier", response.safetyIdentifier().orElse(null))
                .query(Boolean.class)
                .single();
    }

    /** A concurrent erasure waits, or has already happened. */
    boolean hold(String tenant, String id) {
        return jdbc.sql("SELECT 1 FROM stored_response WHERE " + LIVING + " FOR KEY SHARE")
                .param("tenant", tenant)
                .param("id", id)
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    void insert(StoredResponse response, byte[] sealed, Duration ttl) {
        jdbc.sql("""
            INSERT INTO stored_response (tenant, id, previous, request_id, end_user, safety_identifier, expires_at, sealed)
            VALUES (:tenant, :id, :previous, :request, :user, :identifier,
                    clock_timestamp() + :seconds * interval '1 second', :sealed)\
            """)
                .param("tenant", response.tenant())
                .param("id", response.id())
                .param("previous", response.previous().orElse(null))
                .param("request", response.requestId())
                .param("user", response.user().orElse(null))
                .param("identifier", response.safetyIdentifier().orElse(null))
                .param("seconds", ttl.toSeconds())
                .param("sealed", sealed)
                .update();
    }

    void prolong(String tenant, Collection<Link> links, Duration ttl) {
        jdbc.sql("""
            UPDATE stored_response SET expires_at = greatest(expires_at, clock_timestamp() + :seconds * interval '1 second')
            WHERE tenant = :tenant AND id = ANY (:ids)\
            """)
                .param("seconds", ttl.toSeconds())
                .param("tenant", tenant)
                .param("ids", ids(links))
                .update();
    }

    /** A response and those that it continues, the last one first, as far as they exist. */
    List<Link> chain(String tenant, String id, int limit) {
        return jdbc.sql("""
            WITH RECURSIVE chain AS (
              SELECT tenant, id, previous, bytes, 1 AS place FROM stored_response WHERE %s
              UNION ALL
              SELECT earlier.tenant, earlier.id, earlier.previous, earlier.bytes, chain.place + 1
              FROM chain JOIN stored_response earlier
                ON earlier.tenant = chain.tenant AND earlier.id = chain.previous AND earlier.expires_at > clock_timestamp()
              WHERE chain.place < :limit)
            SELECT id, previous, bytes FROM chain ORDER BY place\
            """.formatted(LIVING))
                .param("tenant", tenant)
                .param("id", id)
                .param("limit", limit)
                .query((row, number) -> new Link(row.getString("id"), row.getString("previous"), row.getInt("bytes")))
                .list();
    }

    Map<String, byte[]> sealed(String tenant, Collection<Link> links) {
        var sealed = new HashMap<String, byte[]>();
        jdbc.sql("SELECT id, sealed FROM stored_response WHERE tenant = :tenant AND id = ANY (:ids)")
                .param("tenant", tenant)
                .param("ids", ids(links))
                .query(row -> {
                    sealed.put(row.getString("id"), row.getBytes("sealed"));
                });
        return sealed;
    }

    private static String[] ids(Collection<Link> links) {
        return links.stream().map(Link::id).toArray(String[]::new);
    }

    Optional<byte[]> sealed(String tenant, String id) {
        return jdbc.sql("SELECT sealed FROM stored_response WHERE " + LIVING)
                .param("tenant", tenant)
                .param("id", id)
                .query(byte[].class)
                .optional();
    }

    boolean delete(String tenant, String id) {
        return jdbc.sql("DELETE FROM stored_response WHERE " + LIVING)
                        .param("tenant", tenant)
                        .param("id", id)
                        .update()
                > 0;
    }
}
