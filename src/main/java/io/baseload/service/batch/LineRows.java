package io.baseload.service.batch;

import io.baseload.service.batch.RequestBatch.Counts;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The lines of batches. A line is taken by one process, which alone may say how it ended, as long as it lives; then another may take it. A line that has ended is never taken again.
 */
final class LineRows {
    private static final String COLUMNS = "line.tenant, line.batch, line.line, line.place, line.length, line.attempts";

    private static final String OPEN = "(line.state = 'pending' OR line.state = 'running'"
            + " AND NOT EXISTS (SELECT FROM instance WHERE instance.id = line.instance))";

    private final JdbcClient jdbc;

    LineRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Where a line is in the file. */
    record Span(int line, long place, int length) {}

    void insert(RequestBatch batch, List<Span> spans) {
        jdbc.sql("""
            INSERT INTO batch_line (tenant, batch, line, place, length)
            SELECT :tenant, :batch, span.* FROM unnest(:lines::int[], :places::bigint[], :lengths::int[]) span
            ON CONFLICT DO NOTHING\
            """)
                .param("tenant", batch.tenant())
                .param("batch", batch.id())
                .param("lines", spans.stream().map(Span::line).toArray(Integer[]::new))
                .param("places", spans.stream().map(Span::place).toArray(Long[]::new))
                .param("lengths", spans.stream().map(Span::length).toArray(Integer[]::new))
                .update();
    }

    /**
     * Takes the next line: of the tenant whose turn was longest ago, and of its batches likewise. A process whose lease was ended gets none.
     *
     * <p>The row of the batch decides: whoever takes a line locks it, and demands then that the batch is in progress and its time is not over. {@link BatchRows#finish} locks it too.
     *
     * @param waiting batches that this process leaves alone
     */
    Optional<BatchLine> take(UUID instance, Collection<String> waiting) {
        return jdbc.sql("""
            WITH turn AS (
              SELECT tenant, id FROM batch
              WHERE status = 'in_progress' AND expires_at > clock_timestamp()
                AND (paused_until IS NULL OR paused_until <= clock_timestamp()) AND id <> ALL (:waiting::text[])
                AND EXISTS (SELECT FROM batch_line line WHERE line.tenant = batch.tenant AND line.batch = batch.id AND %1$s)
              ORDER BY (SELECT max(other.taken_at) FROM batch other
                        WHERE other.tenant = batch.tenant AND other.ended_at IS NULL) NULLS FIRST,
                taken_at NULLS FIRST, at, id
              LIMIT 1),
            marked AS (
              UPDATE batch SET taken_at = clock_timestamp() FROM turn
              WHERE batch.tenant = turn.tenant AND batch.id = turn.id
                AND batch.status = 'in_progress' AND batch.expires_at > clock_timestamp()
                AND EXISTS (SELECT FROM instance WHERE id = :instance)
              RETURNING batch.tenant, batch.id),
            next AS (
              SELECT line.tenant, line.batch, line.line
              FROM marked JOIN batch_line line ON line.tenant = marked.tenant AND line.batch = marked.id
              WHERE %1$s ORDER BY line.line LIMIT 1 FOR UPDATE OF line SKIP LOCKED)
            UPDATE batch_line line SET state = 'running', instance = :instance, attempts = line.attempts + 1
            FROM next WHERE line.tenant = next.tenant AND line.batch = next.batch AND line.line = next.line
            RETURNING %2$s\
            """.formatted(OPEN, COLUMNS))
                .param("instance", instance)
                .param("waiting", waiting.toArray(String[]::new))
                .query(BatchLine.class)
                .optional();
    }

    /** How a line ended; whether it was this process' to say. */
    boolean end(BatchLine line, UUID instance, boolean completed, byte[] result) {
        return jdbc.sql("""
            UPDATE batch_line SET state = ?, result = ?, instance = NULL
            WHERE tenant = ? AND batch = ? AND line = ? AND state = 'running' AND instance = ? AND attempts = ?\
            """)
                        .params(completed ? "completed" : "failed", result)
                        .params(line.tenant(), line.batch(), line.line(), instance, line.attempts())
                        .update()
                == 1;
    }

    /** A line that was refused for a while waits as if it had not been taken. */
    void giveBack(BatchLine line, UUID instance) {
        jdbc.sql("""
            UPDATE batch_line SET state = 'pending', instance = NULL, attempts = attempts - 1
            WHERE tenant = ? AND batch = ? AND line = ? AND state = 'running' AND instance = ? AND attempts = ?\
            """)
                .params(line.tenant(), line.batch(), line.line(), instance, line.attempts())
                .update();
    }

    /** Lines that stand as taken by this process although it doesn't run them can be taken again: the answer of a commit got lost, or what ran them failed. */
    int release(UUID instance, Collection<BatchLine> running) {
        return jdbc.sql("""
            UPDATE batch_line line SET state = 'pending', instance = NULL
            WHERE state = 'running' AND instance = :instance AND (batch || '_' || line.line) <> ALL (:running::text[])\
            """)
                .param("instance", instance)
                .param(
                        "running",
                        running.stream()
                                .map(line -> line.batch() + "_" + line.line())
                                .toArray(String[]::new))
                .update();
    }

    /** Lines of a batch whose processes are gone are open again: none of these can still say how one ended. */
    void abandon(RequestBatch batch) {
        jdbc.sql("""
            UPDATE batch_line line SET state = 'pending', instance = NULL
            WHERE tenant = ? AND batch = ? AND state = 'running'
              AND NOT EXISTS (SELECT FROM instance WHERE instance.id = line.instance)\
            """).params(batch.tenant(), batch.id()).update();
    }

    Counts counts(RequestBatch batch) {
        return jdbc.sql("""
            SELECT count(*) AS total, count(*) FILTER (WHERE state = 'completed') AS completed,
              count(*) FILTER (WHERE state = 'failed') AS failed
            FROM batch_line WHERE tenant = ? AND batch = ?\
            """)
                .params(batch.tenant(), batch.id())
                .query(Counts.class)
                .single();
    }

    /** A line with what came of it. */
    record Result(int line, long place, int length, String state, byte @Nullable [] result) {}

    List<Result> results(RequestBatch batch, int after, int limit) {
        return jdbc.sql("""
            SELECT line, place, length, state, result FROM batch_line
            WHERE tenant = ? AND batch = ? AND line > ? ORDER BY line LIMIT ?\
            """)
                .params(batch.tenant(), batch.id(), after, limit)
                .query((row, number) -> new Result(
                        row.getInt("line"),
                        row.getLong("place"),
                        row.getInt("length"),
                        row.getString("state"),
                        row.getBytes("result")))
                .list();
    }

    void delete(RequestBatch batch) {
        jdbc.sql("DELETE FROM batch_line WHERE tenant = ? AND batch = ?")
                .params(batch.tenant(), batch.id())
                .update();
    }
}
