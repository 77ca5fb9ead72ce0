package io.baseload.service.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.cluster.Membership;
import io.baseload.service.encryption.MasterKeys;
import io.baseload.testing.CuttableLine;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;
import org.springframework.transaction.support.TransactionOperations;

/** The ends of jobs: on a PostgreSQL that is away when they come, and of those whose process has died. */
@ExtendWith(OutputCaptureExtension.class)
class JobsTest {
    @Test
    void jobsOfAHomeThatDoesNotReturnEnd() {
        try (TestPlatform platform = TestPlatform.fresh()) {
            JobRows rows = platform.get(JobRows.class);
            UUID here = platform.get(Membership.class).home();
            UUID gone = UUID.randomUUID();
            String lost = left(platform, gone, 11, false);
            String stored = left(platform, gone, 11, true);
            String own = left(platform, here, 11, false);
            String old = left(platform, here, 25 * 60, false);
            rows.failInterrupted();
            assertThat(rows.findById(lost).orElseThrow().state())
                    .as("its process may have been without the database, and come back")
                    .isEqualTo(Job.State.QUEUED);
            assertThat(rows.absentHomes()).containsExactly(gone);
            rows.failLeft(gone);
            rows.failLeft(here);
            assertThat(rows.findById(lost).orElseThrow().state()).isEqualTo(Job.State.FAILED);
            assertThat(task(platform, lost)).isEqualTo("none");
            assertThat(rows.findById(lost).orElseThrow().error()).isEqualTo("interrupted: its process has ended");
            assertThat(rows.findById(stored).orElseThrow().state()).isEqualTo(Job.State.SUCCEEDED);
            assertThat(rows.findById(stored).orElseThrow().error()).isNull();
            assertThat(rows.findById(own).orElseThrow().state())
                    .as("this process continues it")
                    .isEqualTo(Job.State.QUEUED);
            assertThat(rows.findById(old).orElseThrow().state()).isEqualTo(Job.State.FAILED);
            assertThat(rows.takeUp(own, UUID.randomUUID())).isOne();
            assertThat(rows.takeUp(lost, UUID.randomUUID())).as("it has ended").isZero();
        }
    }

    @Test
    void onlyTheNewestOfThoseThatEndedAreKept() {
        try (TestPlatform platform = TestPlatform.fresh()) {
            String running = left(platform, UUID.randomUUID(), 0, false);
            platform.superuser()
                    .sql("INSERT INTO job (id, kind, model, state, progress, message, created_at) SELECT 'job_' || i,"
                            + " 'LOAD', 'model', 'SUCCEEDED', 1, 'done', clock_timestamp() + i * interval '1 minute'"
                            + " FROM generate_series(1, 1003) i")
                    .update();
            jobs(platform).start(Job.Kind.UNLOAD, "model", started -> {}, progress -> {});
            JobRows rows = platform.get(JobRows.class);
            assertThat(rows.findById("job_3")).isEmpty();
            assertThat(rows.findById("job_4")).isPresent();
            assertThat(rows.findById(running)).isPresent();
        }
    }

    @Test
    void aJobThatHasStoredItsResultSucceedsWithoutTheKeyOfItsTask() {
        try (TestPlatform platform = TestPlatform.fresh()) {
            UUID here = platform.get(Membership.class).home();
            String stored = left(platform, here, 1, true);
            String other = left(platform, here, 1, false);
            platform.jdbc()
                    .sql("UPDATE job SET task = '\"sealed:00000000:AAAA\"'")
                    .update();
            jobs(platform).goOn();
            JobRows rows = platform.get(JobRows.class);
            Patience.await()
                    .until(() -> rows.findById(stored).orElseThrow().state().last()
                            && rows.findById(other).orElseThrow().state().last());
            assertThat(rows.findById(stored).orElseThrow().state()).isEqualTo(Job.State.SUCCEEDED);
            assertThat(rows.findById(other).orElseThrow().state()).isEqualTo(Job.State.FAILED);
        }
    }

    private static String task(TestPlatform platform, String id) {
        return platform.jdbc()
                .sql("SELECT coalesce(task::text, 'none') FROM job WHERE id = ?")
                .param(id)
                .query(String.class)
                .single();
    }

    private static Jobs jobs(TestPlatform platform) {
        return new Jobs(
                platform.get(JobRows.class),
                new JobTasks(MasterKeys.of(List.of())),
                platform.get(JdbcAggregateOperations.class),
                platform.get(TransactionOperations.class),
                platform.get(Membership.class),
                new SimpleMeterRegistry());
    }

    /** A job of a dead process in a home, told of some minutes ago. */
    private static String left(TestPlatform platform, UUID home, int minutes, boolean filed) {
        var job = Job.queued("job_" + UUID.randomUUID(), Job.Kind.IMPORT, "model");
        platform.get(JdbcAggregateOperations.class).insert(job);
        platform.get(JobRows.class).own(job.id(), UUID.randomUUID(), home, "{}");
        platform.jdbc()
                .sql("UPDATE job SET told_at = clock_timestamp() - ? * interval '1 minute', filed = ? WHERE id = ?")
                .params(minutes, filed, job.id())
                .update();
        return job.id();
    }

    @Test
    void theEndIsWrittenWhenTheDatabaseIsBack(CapturedOutput output) throws Exception {
        try (var line = new CuttableLine(TestPlatform.server().port());
                TestPlatform platform = TestPlatform.behind(line.port(), List.of())) {
            JobRows rows = platform.get(JobRows.class);
            var jobs = jobs(platform);
            Job job = jobs.start(Job.Kind.UNLOAD, "model", started -> {}, progress -> line.cut());
            String refused = "the end of " + job.id() + " can't be written yet";
            // a connection that was used just now fails in another way than one that can't be opened
            Patience.await().until(() -> output.getOut().split(refused, -1).length > 2);
            line.mend();
            Patience.await()
                    .ignoreExceptions()
                    .until(() -> rows.findById(job.id()).orElseThrow().state() == Job.State.SUCCEEDED);
        }
    }
}
