package io.baseload.service.batch;

import io.baseload.service.batch.RequestBatch.Counts;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The table of batches. */
final class BatchRows {
    private static final JsonMapper JSON = new JsonMapper();

    /** No other process works on it, or the one that did is gone. */
    private static final String FREE =
            "(batch.instance IS NULL OR NOT EXISTS (SELECT FROM instance WHERE instance.id = batch.instance))";

    static final String NOT_PAUSED = "(batch.paused_until IS NULL OR batch.paused_until <= clock_timestamp())";

    /** Lines of it may be begun. {@link LineRows#take} and {@link #OVER} decide by the same condition, so no line is begun in a batch that is over. */
    static final String TAKES_LINES =
            "(batch.ended_at IS NULL AND batch.status = 'in_progress' AND batch.expires_at > clock_timestamp()"
                    + " AND batch.result_bytes < batch.max_result_bytes)";

    /** No line runs, and none will be begun. */
    private static final String OVER = """
        ended_at IS NULL AND status IN ('in_progress', 'finalizing', 'cancelling') AND NOT EXISTS (
          SELECT FROM batch_line line WHERE line.tenant = batch.tenant AND line.batch = batch.id
            AND (line.state = 'running' AND EXISTS (SELECT FROM instance WHERE instance.id = line.instance)
              OR line.state IN ('pending', 'running') AND %s))\
        """.formatted(TAKES_LINES);

    private static final String NOW = "floor(extract(epoch FROM clock_timestamp()))";

    private final JdbcClient jdbc;

    BatchRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    int active(String tenant) {
        return jdbc.sql("SELECT count(*) FROM batch WHERE tenant = ? AND ended_at IS NULL")
                .param(tenant)
                .query(Integer.class)
                .single();
    }

    boolean anyActive() {
        return jdbc.sql("SELECT EXISTS (SELECT FROM batch WHERE ended_at IS NULL)")
                .query(Boolean.class)
                .single();
    }

    /** Whether a batch that has not ended reads this file. */
    boolean uses(String tenant, String file) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM batch WHERE tenant = ? AND input_file = ? AND ended_at IS NULL)")
                .params(tenant, file)
                .query(Boolean.class)
                .single();
    }

    RequestBatch insert(BatchOrder order, String id, byte @Nullable [] metadata, long maxResultBytes) {
        return jdbc.sql("""
            INSERT INTO batch (tenant, id, input_file, endpoint, completion_window, key_prefix, address, metadata,
                               expires_at, output_seconds, max_result_bytes)
            VALUES (:tenant, :id, :file, :endpoint, :window, :key, :address, :metadata,
                    clock_timestamp() + :seconds * interval '1 second', :output, :bytes)
            RETURNING *\
            """)
                .param("tenant", order.tenant())
                .param("id", id)
                .param("file", order.inputFile())
                .param("endpoint", order.endpoint())
                .param("window", order.completionWindow())
                .param("key", order.keyPrefix())
                .param("address", order.address())
                .param("metadata", metadata)
                .param("seconds", order.window().toSeconds())
                .param("output", order.outputTtl().map(Duration::toSeconds).orElse(null))
                .param("bytes", maxResultBytes)
                .query((row, number) -> batch(row))
                .single();
    }

    Optional<RequestBatch> find(String tenant, String id) {
        return jdbc.sql("SELECT * FROM batch WHERE tenant = ? AND id = ?")
                .params(tenant, id)
                .query((row, number) -> batch(row))
                .optional();
    }

    /** Newest first. */
    List<RequestBatch> page(String tenant, @Nullable String after, int limit) {
        return jdbc.sql("""
            SELECT * FROM batch WHERE tenant = :tenant
              AND (:after::text IS NULL OR (at, id) < (SELECT at, id FROM batch WHERE tenant = :tenant AND id = :after))
            ORDER BY at DESC, id DESC LIMIT :limit\
            """)
                .param("tenant", tenant)
                .param("after", after)
                .param("limit", limit)
                .query((row, number) -> batch(row))
                .list();
    }

    /** Empty if it is neither validating nor in progress. */
    Optional<RequestBatch> cancel(String tenant, String id) {
        return jdbc.sql("""
            UPDATE batch SET status = 'cancelling', paused_until = NULL, reached = reached || jsonb_build_object('cancelling', %s)
            WHERE tenant = ? AND id = ? AND status IN ('validating', 'in_progress') RETURNING *\
            """.formatted(NOW))
                .params(tenant, id)
                .query((row, number) -> batch(row))
                .optional();
    }

    /** Takes a batch whose file must be read, of the tenant whose turn was longest ago. */
    Optional<RequestBatch> takeUnread(UUID instance) {
        return jdbc.sql("""
            WITH taken AS (
              UPDATE batch SET instance = :instance WHERE (tenant, id) IN (
                SELECT batch.tenant, batch.id FROM batch LEFT JOIN batch_turn USING (tenant)
                WHERE ended_at IS NULL AND status = 'validating' AND %s AND %s
                ORDER BY batch_turn.file_at NULLS FIRST, batch.at LIMIT 1 FOR UPDATE OF batch SKIP LOCKED)
              AND EXISTS (SELECT FROM instance WHERE id = :instance)
              RETURNING *),
            turned AS (
              INSERT INTO batch_turn AS t (tenant, file_at) SELECT tenant, clock_timestamp() FROM taken
              ON CONFLICT (tenant) DO UPDATE SET file_at = excluded.file_at)
            SELECT * FROM taken\
            """.formatted(FREE, NOT_PAUSED))
                .param("instance", instance)
                .query((row, number) -> batch(row))
                .optional();
    }

    /** From now on its lines can be run, unless it was cancelled or another process has taken it. */
    void begin(RequestBatch batch, UUID instance, int total) {
        jdbc.sql("""
            UPDATE batch SET instance = NULL, total = :total,
              status = CASE status WHEN 'validating' THEN 'in_progress' ELSE status END,
              reached = CASE status WHEN 'validating' THEN reached || jsonb_build_object('in_progress', %s) ELSE reached END
            WHERE tenant = :tenant AND id = :id AND instance = :instance\
            """.formatted(NOW))
                .param("total", total)
                .param("tenant", batch.tenant())
                .param("id", batch.id())
                .param("instance", instance)
                .update();
    }

    /** Until the transaction ends no other process can take the batch and write its files. False if this process no longer has it. */
    boolean hold(RequestBatch batch, UUID instance) {
        return jdbc.sql("""
            SELECT 1 FROM batch WHERE tenant = ? AND id = ? AND instance = ? AND ended_at IS NULL FOR UPDATE\
            """)
                .params(batch.tenant(), batch.id(), instance)
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    /** This process stops working on it. */
    void release(RequestBatch batch, UUID instance) {
        jdbc.sql("UPDATE batch SET instance = NULL WHERE tenant = ? AND id = ? AND instance = ?")
                .params(batch.tenant(), batch.id(), instance)
                .update();
    }

    /** Releases batches that are marked as taken by this process although it doesn't work on them. */
    int releaseOthers(UUID instance, Optional<RequestBatch> current) {
        return jdbc.sql("UPDATE batch SET instance = NULL WHERE instance = ? AND id <> ?")
                .params(instance, current.map(RequestBatch::id).orElse(""))
                .update();
    }

    /**
     * Pauses reading and writing of its files.
     *
     * @param failures that are counted
     * @return how many there were
     */
    int pause(RequestBatch batch, Duration pause, int failures) {
        return jdbc.sql("""
            UPDATE batch SET paused_until = clock_timestamp() + ? * interval '1 ms', failures = failures + ?
            WHERE tenant = ? AND id = ? RETURNING failures\
            """)
                .params(pause.toMillis(), failures, batch.tenant(), batch.id())
                .query(Integer.class)
                .optional()
                .orElse(0);
    }

    /** Takes a batch that seems to be over: all lines have run, or no more will be begun, and none runs. {@link #finish} decides. */
    Optional<RequestBatch> takeEnded(UUID instance) {
        return jdbc.sql("""
            UPDATE batch SET instance = :instance WHERE (tenant, id) IN (
              SELECT tenant, id FROM batch
              WHERE %s AND %s AND (%s OR status = 'in_progress')
              ORDER BY at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING *\
            """.formatted(OVER, FREE, NOT_PAUSED))
                .param("instance", instance)
                .query((row, number) -> batch(row))
                .optional();
    }

    /**
     * Closes a batch that is over, so that no more lines are begun. Within the transaction that holds it: {@link LineRows#take} needs the same row, so no line is taken from now
     * on. A line whose process is gone is open again.
     *
     * @return the batch with its final status; empty if a line was taken before
     */
    Optional<Ending> finish(RequestBatch batch) {
        return jdbc.sql("""
            UPDATE batch SET
              status = CASE status WHEN 'in_progress' THEN 'finalizing' ELSE status END,
              reached = CASE status WHEN 'in_progress' THEN reached || jsonb_build_object('finalizing', %s) ELSE reached END
            WHERE tenant = :tenant AND id = :id AND %s
            RETURNING *, (SELECT count(*) FROM batch_line line
              WHERE line.tenant = batch.tenant AND line.batch = batch.id AND line.state IN ('pending', 'running')) AS open\
            """.formatted(NOW, OVER))
                .param("tenant", batch.tenant())
                .param("id", batch.id())
                .query((row, number) -> ending(row))
                .optional();
    }

    /** A batch and its final status. */
    record Ending(RequestBatch batch, BatchStatus last) {}

    private static Ending ending(ResultSet row) throws SQLException {
        var batch = batch(row);
        boolean full = row.getLong("result_bytes") >= row.getLong("max_result_bytes");
        var last = row.getInt("open") > 0 && !full ? BatchStatus.EXPIRED : BatchStatus.COMPLETED;
        return new Ending(batch, batch.status() == BatchStatus.CANCELLING ? BatchStatus.CANCELLED : last);
    }

    /** Ends it; false if it no longer belongs to this process, or was cancelled meanwhile. */
    boolean end(RequestBatch batch, UUID instance, BatchEnd end) {
        return jdbc.sql("""
            UPDATE batch SET instance = NULL, status = :status, errors = :errors, ended_at = clock_timestamp(),
              total = :total, completed = :completed, failed = :failed, output_file = :output, error_file = :error,
              input_tokens = :input_tokens, cached_tokens = :cached_tokens, output_tokens = :output_tokens,
              reasoning_tokens = :reasoning_tokens, reached = reached || jsonb_build_object(:status::text, %s)
            WHERE tenant = :tenant AND id = :id AND instance = :instance AND status = :before AND ended_at IS NULL\
            """.formatted(NOW))
                        .param("status", end.status().wire())
                        .param("errors", end.sealedErrors().orElse(null))
                        .param("total", end.counts().total())
                        .param("completed", end.counts().completed())
                        .param("failed", end.counts().failed())
                        .param("output", end.outputFile().orElse(null))
                        .param("error", end.errorFile().orElse(null))
                        .param("input_tokens", end.tokens().input())
                        .param("cached_tokens", end.tokens().cached())
                        .param("output_tokens", end.tokens().output())
                        .param("reasoning_tokens", end.tokens().reasoning())
                        .param("tenant", batch.tenant())
                        .param("id", batch.id())
                        .param("instance", instance)
                        .param("before", batch.status().wire())
                        .update()
                == 1;
    }

    /** A batch that was erased. */
    record Erased(String tenant, String id) {
        String subject() {
            return RequestBatch.subject(tenant, id);
        }
    }

    /**
     * Erases some batches whose lifetime, or their tenant's retention of contents, is over.
     *
     * @param ttl how long they are kept at most
     */
    List<Erased> expire(Duration ttl, int most) {
        return jdbc.sql("""
            DELETE FROM batch WHERE (tenant, id) IN (
              SELECT tenant, id FROM batch JOIN content_policy policy USING (tenant)
              WHERE ended_at < clock_timestamp()
                  - least(:ttl * interval '1 second', policy.retention_days * interval '1 day')
              LIMIT :most FOR UPDATE OF batch SKIP LOCKED)
            RETURNING tenant, id\
            """)
                .param("ttl", ttl.toSeconds())
                .param("most", most)
                .query((row, number) -> erased(row))
                .list();
    }

    private static Erased erased(ResultSet row) throws SQLException {
        return new Erased(row.getString("tenant"), row.getString("id"));
    }

    /** Erases any one batch of a tenant; empty if there is none. */
    Optional<Erased> eraseOne(String tenant) {
        return jdbc.sql("""
            DELETE FROM batch WHERE (tenant, id) IN (SELECT tenant, id FROM batch WHERE tenant = ? LIMIT 1) RETURNING tenant, id\
            """).param(tenant).query((row, number) -> erased(row)).optional();
    }

    List<String> ids(String tenant) {
        return jdbc.sql("SELECT id FROM batch WHERE tenant = ?")
                .param(tenant)
                .query((row, number) -> row.getString("id"))
                .list();
    }

    boolean delete(String tenant, String id) {
        return jdbc.sql("DELETE FROM batch WHERE tenant = ? AND id = ?")
                        .params(tenant, id)
                        .update()
                > 0;
    }

    /** The ids of batches of a file. */
    List<String> readers(String tenant, String file) {
        return jdbc.sql("SELECT id FROM batch WHERE tenant = ? AND input_file = ?")
                .params(tenant, file)
                .query((row, number) -> row.getString("id"))
                .list();
    }

    /** Erases the batches of a tenant that ended first, except for the given number. */
    List<Erased> trim(String tenant, int left) {
        return jdbc.sql("""
            DELETE FROM batch WHERE (tenant, id) IN (
              SELECT tenant, id FROM batch WHERE tenant = ? AND ended_at IS NOT NULL
              ORDER BY ended_at DESC, id OFFSET ? FOR UPDATE)
            RETURNING tenant, id\
            """)
                .params(tenant, left)
                .query((row, number) -> erased(row))
                .list();
    }

    private static RequestBatch batch(ResultSet row) throws SQLException {
        long outputSeconds = row.getLong("output_seconds");
        var outputTtl = row.wasNull() ? Optional.<Duration>empty() : Optional.of(Duration.ofSeconds(outputSeconds));
        return new RequestBatch(
                row.getString("tenant"),
                row.getString("id"),
                row.getString("input_file"),
                row.getString("endpoint"),
                row.getString("completion_window"),
                BatchStatus.of(row.getString("status")),
                row.getString("key_prefix"),
                row.getString("address"),
                Optional.ofNullable(row.getBytes("metadata")),
                Optional.ofNullable(row.getBytes("errors")),
                time(row, "at"),
                time(row, "expires_at"),
                outputTtl,
                Optional.ofNullable(row.getString("output_file")),
                Optional.ofNullable(row.getString("error_file")),
                counts(row),
                row.getObject("input_tokens") == null ? Optional.empty() : Optional.of(tokens(row)),
                JSON.readValue(row.getString("reached"), new TypeReference<>() {}));
    }

    static Counts counts(ResultSet row) throws SQLException {
        return new Counts(row.getInt("total"), row.getInt("completed"), row.getInt("failed"));
    }

    static TokenTotals tokens(ResultSet row) throws SQLException {
        return new TokenTotals(
                row.getLong("input_tokens"),
                row.getLong("cached_tokens"),
                row.getLong("output_tokens"),
                row.getLong("reasoning_tokens"));
    }

    static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
