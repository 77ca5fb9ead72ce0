package io.baseload.service.registry;

import java.util.List;
import java.util.UUID;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.ListCrudRepository;

/** The table of jobs. */
interface JobRows extends ListCrudRepository<Job, String> {
    /** Newest first, those before {@code after} in that order; an empty {@code after} starts at the newest. */
    @Query("SELECT * FROM job WHERE :after = '' OR (created_at, id) < (SELECT created_at, id FROM job WHERE id ="
            + " :after) ORDER BY created_at DESC, id DESC LIMIT :limit")
    List<Job> page(String after, int limit);

    /** Jobs of processes that are no more. */
    @Modifying
    @Query("UPDATE job SET state = 'FAILED', message = 'interrupted', error = 'interrupted by a restart of the"
            + " service', finished_at = clock_timestamp() WHERE state IN ('QUEUED', 'RUNNING')"
            + " AND NOT EXISTS (SELECT FROM instance WHERE instance.id = job.instance)")
    int failInterrupted();

    @Modifying
    @Query("UPDATE job SET instance = :instance WHERE id = :id")
    int own(String id, UUID instance);

    @Modifying
    @Query("UPDATE job SET state = 'RUNNING', progress = :progress, message = :message WHERE id = :id"
            + " AND state IN ('QUEUED', 'RUNNING')")
    int tell(String id, double progress, String message);

    /** Asks the process that does it to end it. */
    @Modifying
    @Query("UPDATE job SET cancelled = true WHERE id = :id AND state IN ('QUEUED', 'RUNNING')")
    int askToCancel(String id);

    @Query("SELECT EXISTS (SELECT FROM job WHERE id = :id AND cancelled)")
    boolean isToBeCancelled(String id);
}
