package io.baseload.service.registry;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.ListCrudRepository;

/** The table of jobs. */
interface JobRows extends ListCrudRepository<Job, String> {
    /** Newest first, those before {@code after} in that order; an empty {@code after} starts at the newest. */
    @Query("SELECT * FROM job WHERE :after = '' OR (created_at, id) < (SELECT created_at, id FROM job WHERE id ="
            + " :after) ORDER BY created_at DESC, id DESC LIMIT :limit")
    List<Job> page(String after, int limit);

    /** Ends jobs of dead processes. A job whose result is stored has succeeded; only its files are left over. */
    String END = "UPDATE job SET"
            + " state = CASE WHEN filed THEN 'SUCCEEDED' WHEN cancelled THEN 'CANCELLED' ELSE 'FAILED' END,"
            + " progress = CASE WHEN filed THEN 1 ELSE progress END,"
            + " message = CASE WHEN filed THEN 'done' WHEN cancelled THEN 'cancelled' ELSE 'interrupted' END,"
            + " task = NULL,"
            + " error = CASE WHEN NOT filed AND NOT cancelled THEN 'interrupted: its process has ended' END,"
            + " finished_at = clock_timestamp()"
            + " WHERE state IN ('QUEUED', 'RUNNING')"
            + " AND NOT EXISTS (SELECT FROM instance WHERE instance.id = job.instance)";

    /** Ends those that nobody can continue, that were cancelled meanwhile, or that nobody continued for a day. */
    @Modifying
    @Query(END + " AND (task IS NULL OR (cancelled AND NOT filed) OR told_at < clock_timestamp() - interval '1 day')")
    int failInterrupted();

    /** Ends those of a home, unless it has a process again. */
    @Modifying
    @Query(END + " AND home = :home AND NOT EXISTS (SELECT FROM instance WHERE instance.home = :home)")
    int failLeft(UUID home);

    /** The homes that have jobs to continue, but no process. */
    @Query("SELECT DISTINCT home FROM job WHERE state IN ('QUEUED', 'RUNNING') AND home IS NOT NULL"
            + " AND NOT EXISTS (SELECT FROM instance WHERE instance.home = job.home)")
    List<UUID> absentHomes();

    /** Keeps only the newest thousand of those that have ended; their acts are in the trail. */
    @Modifying
    @Query("DELETE FROM job WHERE id IN (SELECT id FROM job WHERE state NOT IN ('QUEUED', 'RUNNING')"
            + " ORDER BY created_at DESC, id DESC OFFSET 1000)")
    int deleteOld();

    /** Gives a new job its process. */
    @Modifying
    @Query("UPDATE job SET instance = :instance, home = :home, task = :task::jsonb WHERE id = :id")
    int own(String id, UUID instance, UUID home, @Nullable String task);

    /** Nobody needs the task of a job that has ended, and there may be a key in it. */
    @Modifying
    @Query("UPDATE job SET task = NULL WHERE id = :id")
    int forgetTask(String id);

    /** Jobs of earlier runs in a home, which a later run can continue; oldest first. */
    @Query("SELECT id, task::text AS task, attempts, filed FROM job WHERE home = :home AND task IS NOT NULL"
            + " AND (filed OR NOT cancelled) AND state IN ('QUEUED', 'RUNNING')"
            + " AND NOT EXISTS (SELECT FROM instance WHERE instance.id = job.instance) ORDER BY created_at, id")
    List<LeftJob> left(UUID home);

    /**
     * A job started by an earlier run.
     *
     * @param attempts runs that have started it
     * @param filed whether its result is stored
     */
    record LeftJob(String id, String task, int attempts, boolean filed) {}

    @Modifying
    @Query("UPDATE job SET filed = true WHERE id = :id")
    int file(String id);

    @Modifying
    @Query("UPDATE job SET instance = :instance, attempts = attempts + 1, told_at = clock_timestamp() WHERE id = :id"
            + " AND state IN ('QUEUED', 'RUNNING')")
    int takeUp(String id, UUID instance);

    @Modifying
    @Query("UPDATE job SET state = 'RUNNING', progress = :progress, message = :message, told_at = clock_timestamp()"
            + " WHERE id = :id AND state IN ('QUEUED', 'RUNNING')")
    int tell(String id, double progress, String message);

    /** Asks the process that runs it to end it. */
    @Modifying
    @Query("UPDATE job SET cancelled = true WHERE id = :id AND state IN ('QUEUED', 'RUNNING')")
    int askToCancel(String id);

    /** The same for all loads of a model, those to be continued after a restart included. */
    @Modifying
    @Query("UPDATE job SET cancelled = true WHERE kind = 'LOAD' AND model = :model AND state IN ('QUEUED', 'RUNNING')")
    int askToCancelLoads(String model);

    @Query("SELECT EXISTS (SELECT FROM job WHERE id = :id AND cancelled)")
    boolean isToBeCancelled(String id);
}
