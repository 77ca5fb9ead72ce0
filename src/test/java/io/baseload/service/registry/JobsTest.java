package io.baseload.service.registry;

import io.baseload.service.cluster.Membership;
import io.baseload.testing.CuttableLine;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;
import org.springframework.transaction.support.TransactionOperations;

/** The end of a job, on a PostgreSQL that is away when it comes. */
@ExtendWith(OutputCaptureExtension.class)
class JobsTest {
    @Test
    void theEndIsWrittenWhenTheDatabaseIsBack(CapturedOutput output) throws Exception {
        try (var line = new CuttableLine(TestPlatform.server().port());
                TestPlatform platform = TestPlatform.behind(line.port(), List.of())) {
            JobRows rows = platform.get(JobRows.class);
            var jobs = new Jobs(
                    rows,
                    platform.get(JdbcAggregateOperations.class),
                    platform.get(TransactionOperations.class),
                    platform.get(Membership.class),
                    new SimpleMeterRegistry());
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
