package io.baseload.service.registry;

import java.util.List;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.ListCrudRepository;

/** The table of jobs. */
interface JobRows extends ListCrudRepository<Job, String> {
    /** Newest first, those before {@code after} in that order; an empty {@code after} starts at the newest. */
    @Query("SELECT * FROM job WHERE :after = '' OR (created_at, id) < (SELECT created_at, id FROM job WHERE id ="
            + " :after) ORDER BY created_at DESC, id DESC LIMIT :limit")
    List<Job> page(String after, int limit);

    /** Jobs of a process that is no more. */
    @Modifying
    @Query("UPDATE job SET state = 'FAILED', message = 'interrupted', error = 'interrupted by a restart of the"
            + " service', finished_at = clock_timestamp() WHERE state IN ('QUEUED', 'RUNNING')")
    int failInterrupted();
}
