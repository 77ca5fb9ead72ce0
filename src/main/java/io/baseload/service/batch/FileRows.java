package io.baseload.service.batch;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The tables of files. Expired files count as missing, even before they are erased. */
final class FileRows {
    private static final String THERE = "complete AND expires_at > clock_timestamp()";

    private final JdbcClient jdbc;

    FileRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A tenant's files, including those that are being written. */
    record Taken(int files, long bytes) {}

    /** Until the transaction ends nobody else can add files or batches of the tenant. */
    void lock(String tenant) {
        jdbc.sql("SELECT 1 FROM content_policy WHERE tenant = ? FOR NO KEY UPDATE")
                .param(tenant)
                .query(Integer.class)
                .single();
    }

    Taken taken(String tenant) {
        return jdbc.sql("SELECT count(*) AS files, coalesce(sum(bytes), 0) AS bytes FROM stored_file WHERE tenant = ?")
                .param(tenant)
                .query(Taken.class)
                .single();
    }

    void insert(String tenant, String id, String filename, String purpose, long bytes, Duration ttl) {
        jdbc.sql("""
            INSERT INTO stored_file (tenant, id, filename, purpose, bytes, expires_at)
            VALUES (?, ?, ?, ?, ?, clock_timestamp() + ? * interval '1 second')\
            """)
                .params(tenant, id, filename, purpose, bytes, ttl.toSeconds())
                .update();
    }

    void insertPiece(String tenant, String id, int place, byte[] sealed) {
        jdbc.sql("""
            WITH progress AS (UPDATE stored_file SET written_at = clock_timestamp() WHERE tenant = :tenant AND id = :id)
            INSERT INTO stored_file_piece (tenant, file, place, sealed) VALUES (:tenant, :id, :place, :sealed)\
            """)
                .param("tenant", tenant)
                .param("id", id)
                .param("place", place)
                .param("sealed", sealed)
                .update();
    }

    /** Completes a file; empty if it is gone, or was completed before. */
    Optional<StoredFile> complete(String tenant, String id, long bytes, Duration ttl) {
        return jdbc.sql("""
            UPDATE stored_file SET complete = true, bytes = ?, at = statement_timestamp(),
              expires_at = statement_timestamp() + ? * interval '1 second'
            WHERE tenant = ? AND id = ? AND NOT complete RETURNING *\
            """)
                .params(bytes, ttl.toSeconds(), tenant, id)
                .query((row, number) -> file(row))
                .optional();
    }

    /** Until the transaction ends nobody can delete the file. False if there is none. */
    boolean hold(String tenant, String id, String purpose) {
        return jdbc.sql("SELECT 1 FROM stored_file WHERE tenant = ? AND id = ? AND purpose = ? AND " + THERE
                        + " FOR KEY SHARE")
                .params(tenant, id, purpose)
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    /** Until the transaction ends nobody can begin a batch with the file. False if there is none. */
    boolean lock(String tenant, String id) {
        return jdbc.sql("SELECT 1 FROM stored_file WHERE tenant = ? AND id = ? AND " + THERE + " FOR UPDATE")
                .params(tenant, id)
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    /** Includes a file that has expired while a batch reads it. */
    Optional<StoredFile> input(RequestBatch batch) {
        return jdbc.sql("SELECT * FROM stored_file WHERE tenant = ? AND id = ? AND complete")
                .params(batch.tenant(), batch.inputFile())
                .query((row, number) -> file(row))
                .optional();
    }

    Optional<StoredFile> find(String tenant, String id) {
        return jdbc.sql("SELECT * FROM stored_file WHERE tenant = ? AND id = ? AND " + THERE)
                .params(tenant, id)
                .query((row, number) -> file(row))
                .optional();
    }

    /**
     * A tenant's files in the order of their times.
     *
     * @param after the id of one; null = from the start
     */
    List<StoredFile> page(
            String tenant, @Nullable String purpose, @Nullable String after, boolean newestFirst, int limit) {
        String order = newestFirst ? "DESC" : "ASC";
        return jdbc.sql("""
            SELECT * FROM stored_file
            WHERE tenant = :tenant AND %s AND (:purpose::text IS NULL OR purpose = :purpose)
              AND (:after::text IS NULL OR (at, id) %s (SELECT at, id FROM stored_file WHERE tenant = :tenant AND id = :after))
            ORDER BY at %s, id %s LIMIT :limit\
            """.formatted(THERE, newestFirst ? "<" : ">", order, order))
                .param("tenant", tenant)
                .param("purpose", purpose)
                .param("after", after)
                .param("limit", limit)
                .query((row, number) -> file(row))
                .list();
    }

    Optional<byte[]> piece(String tenant, String id, int place) {
        return jdbc.sql("SELECT sealed FROM stored_file_piece WHERE tenant = ? AND file = ? AND place = ?")
                .params(tenant, id, place)
                .query(byte[].class)
                .optional();
    }

    /** Replaces a piece by one of the same length. */
    void updatePiece(String tenant, String id, int place, byte[] sealed) {
        jdbc.sql("UPDATE stored_file_piece SET sealed = ? WHERE tenant = ? AND file = ? AND place = ?")
                .params(sealed, tenant, id, place)
                .update();
    }

    /** The files that are there, and those that have expired and are not erased yet. */
    List<StoredFile> complete(String tenant, String purpose) {
        return jdbc.sql("SELECT * FROM stored_file WHERE tenant = ? AND purpose = ? AND complete ORDER BY at, id")
                .params(tenant, purpose)
                .query((row, number) -> file(row))
                .list();
    }

    /** All files but uploads that have not ended. */
    List<Erased> present(String tenant) {
        return jdbc.sql("SELECT tenant, id, complete FROM stored_file WHERE tenant = ? AND (complete OR purpose = ?)")
                .params(tenant, StoredFile.OUTPUT)
                .query((row, number) -> erased(row))
                .list();
    }

    /** Until the transaction ends nobody else can change the file. False if it is gone. */
    boolean lockComplete(StoredFile file) {
        return jdbc.sql("SELECT 1 FROM stored_file WHERE tenant = ? AND id = ? AND complete FOR UPDATE")
                .params(file.tenant(), file.id())
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    /** Includes a file that is incomplete or has expired. */
    boolean delete(String tenant, String id) {
        return jdbc.sql("DELETE FROM stored_file WHERE tenant = ? AND id = ?")
                        .params(tenant, id)
                        .update()
                > 0;
    }

    /** A file that is erased. */
    record Erased(String tenant, String id, boolean complete) {}

    /**
     * Erases some files that are too old, except those that a batch reads, and some that nothing was added to for an hour, except those that a batch may still write. At least one,
     * and no more once the size is reached; an incomplete file, whose size is unknown, reaches it.
     */
    List<Erased> expire(int most, long bytes) {
        return jdbc.sql("""
            WITH old AS (
              SELECT file.tenant, file.id, CASE WHEN complete THEN bytes ELSE :bytes END AS size
              FROM stored_file file JOIN content_policy policy USING (tenant)
              WHERE CASE
                  WHEN complete THEN expires_at <= clock_timestamp()
                    OR file.at < clock_timestamp() - policy.retention_days * interval '1 day'
                  ELSE file.written_at < clock_timestamp() - interval '1 hour' END
                AND NOT EXISTS (
                  SELECT FROM batch WHERE batch.tenant = file.tenant AND batch.ended_at IS NULL
                    AND (batch.input_file = file.id OR file.purpose = :output AND NOT file.complete))
              LIMIT :most FOR UPDATE OF file SKIP LOCKED),
            sized AS (SELECT tenant, id, sum(size) OVER (ORDER BY tenant, id) - size AS before FROM old)
            DELETE FROM stored_file WHERE (tenant, id) IN (SELECT tenant, id FROM sized WHERE before < :bytes)
            RETURNING tenant, id, complete\
            """)
                .param("output", StoredFile.OUTPUT)
                .param("most", most)
                .param("bytes", bytes)
                .query((row, number) -> erased(row))
                .list();
    }

    /** Erases any one file of a tenant; empty if there is none. */
    Optional<Erased> eraseOne(String tenant) {
        return jdbc.sql("""
            DELETE FROM stored_file WHERE (tenant, id) IN (SELECT tenant, id FROM stored_file WHERE tenant = ? LIMIT 1)
            RETURNING tenant, id, complete\
            """).param(tenant).query((row, number) -> erased(row)).optional();
    }

    private static Erased erased(ResultSet row) throws SQLException {
        return new Erased(row.getString("tenant"), row.getString("id"), row.getBoolean("complete"));
    }

    private static StoredFile file(ResultSet row) throws SQLException {
        return new StoredFile(
                row.getString("tenant"),
                row.getString("id"),
                row.getString("filename"),
                row.getString("purpose"),
                row.getLong("bytes"),
                BatchRows.time(row, "at"),
                BatchRows.time(row, "expires_at"));
    }
}
