package io.baseload.service.batch;

import io.baseload.service.batch.RequestBatch.Counts;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The lines of batches. A line is taken by one process; only that process may store its result, as long as it lives, then another may take the line. A line that has ended is
 * never taken again.
 */
final class LineRows {
    private static final String COLUMNS = "line.tenant, line.batch, line.line, line.place, line.length, line.attempts";

    static final String COMPLETED = "completed";
    static final String FAILED = "failed";

    private static final String OPEN = "(line.state = 'pending' OR line.state = 'running'"
            + " AND NOT EXISTS (SELECT FROM instance WHERE instance.id = line.instance))";

    static final String RELEASE = """
        UPDATE batch_line line SET state = 'pending', instance = NULL
        WHERE state = 'running' AND instance = :instance AND (batch || '_' || line.line) <> ALL (:running::text[])\
        """;

    /** Looks at batches that have not ended by their index. */
    static final String TAKE = """
        WITH turn AS (
          SELECT batch.tenant, batch.id FROM batch LEFT JOIN batch_turn USING (tenant)
          WHERE %3$s AND %4$s AND id <> ALL (:waiting::text[])
            AND EXISTS (SELECT FROM batch_line line WHERE line.tenant = batch.tenant AND line.batch = batch.id AND %1$s)
          ORDER BY batch_turn.line_at NULLS FIRST, batch.taken_at NULLS FIRST, batch.at, batch.id
          LIMIT 1),
        marked AS (
          UPDATE batch SET taken_at = clock_timestamp() FROM turn
          WHERE batch.tenant = turn.tenant AND batch.id = turn.id
            AND %3$s AND EXISTS (SELECT FROM instance WHERE id = :instance)
          RETURNING batch.tenant, batch.id),
        turned AS (
          INSERT INTO batch_turn AS t (tenant, line_at) SELECT tenant, clock_timestamp() FROM marked
          ON CONFLICT (tenant) DO UPDATE SET line_at = excluded.line_at),
        next AS (
          SELECT line.tenant, line.batch, line.line
          FROM marked JOIN batch_line line ON line.tenant = marked.tenant AND line.batch = marked.id
          WHERE %1$s ORDER BY line.line LIMIT 1 FOR UPDATE OF line SKIP LOCKED)
        UPDATE batch_line line SET state = 'running', instance = :instance, attempts = line.attempts + 1
        FROM next WHERE line.tenant = next.tenant AND line.batch = next.batch AND line.line = next.line
        RETURNING %2$s\
        """.formatted(OPEN, COLUMNS, BatchRows.TAKES_LINES, BatchRows.NOT_PAUSED);

    private final JdbcClient jdbc;

    LineRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The position of a line in the file. */
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
     * <p>The batch's row decides: to take a line, a process locks that row and then checks that the batch is in progress, its window has not ended and its results are not too
     * large. {@link BatchRows#finish} locks it too.
     *
     * @param waiting batches that this process leaves alone
     */
    Optional<BatchLine> take(UUID instance, Collection<String> waiting) {
        return jdbc.sql(TAKE)
                .param("instance", instance)
                .param("waiting", waiting.toArray(String[]::new))
                .query(BatchLine.class)
                .optional();
    }

    /** Stores and counts the result of a line; false if the line no longer belongs to this process. The batch is locked first, as in {@link #take}, to avoid a deadlock. */
    boolean end(BatchLine line, UUID instance, LineRunner.Outcome.Ended ended) {
        return jdbc.sql("""
            WITH held AS (SELECT tenant, id FROM batch WHERE tenant = :tenant AND id = :batch FOR NO KEY UPDATE),
            ended AS (
              UPDATE batch_line line SET state = :state, result = :result, instance = NULL, input_tokens = :input,
                cached_tokens = :cached, output_tokens = :output, reasoning_tokens = :reasoning
              FROM held WHERE line.tenant = held.tenant AND line.batch = held.id AND line.line = :line
                AND line.state = 'running' AND line.instance = :instance AND line.attempts = :attempts
              RETURNING line.tenant, line.batch, line.state, coalesce(length(line.result), 0) AS bytes)
            UPDATE batch SET result_bytes = result_bytes + ended.bytes,
              completed = completed + (ended.state = 'completed')::int, failed = failed + (ended.state = 'failed')::int,
              input_tokens = input_tokens + :input, cached_tokens = cached_tokens + :cached,
              output_tokens = output_tokens + :output, reasoning_tokens = reasoning_tokens + :reasoning
            FROM ended WHERE batch.tenant = ended.tenant AND batch.id = ended.batch\
            """)
                        .param("tenant", line.tenant())
                        .param("batch", line.batch())
                        .param("line", line.line())
                        .param("attempts", line.attempts())
                        .param("instance", instance)
                        .param("state", ended.completed() ? COMPLETED : FAILED)
                        .param("result", ended.sealed())
                        .param("input", ended.tokens().input())
                        .param("cached", ended.tokens().cached())
                        .param("output", ended.tokens().output())
                        .param("reasoning", ended.tokens().reasoning())
                        .update()
                == 1;
    }

    /** Returns a line that was refused temporarily, as if it had not been taken; false if it no longer belongs to this process. */
    boolean giveBack(BatchLine line, UUID instance) {
        return jdbc.sql("""
            UPDATE batch_line SET state = 'pending', instance = NULL, attempts = attempts - 1
            WHERE tenant = ? AND batch = ? AND line = ? AND state = 'running' AND instance = ? AND attempts = ?\
            """)
                        .params(line.tenant(), line.batch(), line.line(), instance, line.attempts())
                        .update()
                == 1;
    }

    /** Releases lines that are marked as taken by this process although it doesn't run them: the response to a commit was lost, or their thread failed. */
    int release(UUID instance, Collection<BatchLine> running) {
        return jdbc.sql(RELEASE)
                .param("instance", instance)
                .param(
                        "running",
                        running.stream()
                                .map(line -> line.batch() + "_" + line.line())
                                .toArray(String[]::new))
                .update();
    }

    /**
     * Takes the results of lines of a batch that has not ended, and has none of them run any more; returns their number. Within a transaction. Such a line is empty from now on,
     * whether its text is still in the file or not, so its result says that it was erased. A process that reads or writes the batch's files, and may have their texts in memory,
     * loses the batch: it is begun anew.
     */
    int erase(String tenant, String batch, Collection<Integer> lines) {
        var open = jdbc.sql("SELECT 1 FROM batch WHERE tenant = ? AND id = ? AND ended_at IS NULL FOR UPDATE")
                .params(tenant, batch)
                .query(Integer.class)
                .optional();
        if (open.isEmpty()) {
            return 0;
        }
        return jdbc.sql("""
            WITH old AS (
              SELECT line.line, line.state
              FROM batch_line line JOIN batch ON batch.tenant = line.tenant AND batch.id = line.batch
              WHERE line.tenant = :tenant AND line.batch = :batch AND line.line = ANY (:lines::int[])
                AND batch.status <> 'validating' AND (line.state <> 'failed' OR line.result IS NOT NULL)),
            erased AS (
              UPDATE batch_line line SET state = 'failed', result = NULL, instance = NULL, length = 0 FROM old
              WHERE line.tenant = :tenant AND line.batch = :batch AND line.line = old.line)
            UPDATE batch SET instance = NULL,
              completed = completed - (SELECT count(*) FROM old WHERE state = 'completed'),
              failed = failed + (SELECT count(*) FROM old WHERE state <> 'failed')
            WHERE tenant = :tenant AND id = :batch RETURNING (SELECT count(*) FROM old)\
            """)
                .param("tenant", tenant)
                .param("batch", batch)
                .param("lines", lines.toArray(Integer[]::new))
                .query(Integer.class)
                .single();
    }

    /** Releases lines of a batch whose processes are gone: none of these can still store a result. */
    void abandon(RequestBatch batch) {
        jdbc.sql("""
            UPDATE batch_line line SET state = 'pending', instance = NULL
            WHERE tenant = ? AND batch = ? AND state = 'running'
              AND NOT EXISTS (SELECT FROM instance WHERE instance.id = line.instance)\
            """).params(batch.tenant(), batch.id()).update();
    }

    /** The results of all lines, counted. */
    record Totals(Counts counts, TokenTotals tokens) {}

    /** Reads all lines: for the end of a batch. Until then its row has the counts. */
    Totals totals(RequestBatch batch) {
        return jdbc.sql("""
            SELECT count(*) AS total, count(*) FILTER (WHERE state = 'completed') AS completed,
              count(*) FILTER (WHERE state = 'failed') AS failed,
              coalesce(sum(input_tokens), 0) AS input_tokens, coalesce(sum(cached_tokens), 0) AS cached_tokens,
              coalesce(sum(output_tokens), 0) AS output_tokens, coalesce(sum(reasoning_tokens), 0) AS reasoning_tokens
            FROM batch_line WHERE tenant = ? AND batch = ?\
            """)
                .params(batch.tenant(), batch.id())
                .query((row, number) -> new Totals(BatchRows.counts(row), BatchRows.tokens(row)))
                .single();
    }

    /** A line and its result. */
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
