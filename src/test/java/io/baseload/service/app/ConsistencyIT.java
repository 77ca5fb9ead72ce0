package io.baseload.service.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Admin;
import io.baseload.testing.RunningService;
import io.baseload.testing.TestModels;
import io.baseload.tools.Soak;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thousand one-token answers over eight connections: what answers report, what the quota counts and what the trail has is the same. */
final class ConsistencyIT {
    @TempDir
    Path home;

    @Test
    void theThreeBooksAgree() throws Exception {
        try (RunningService service = RunningService.at(home)) {
            Admin admin = new Admin(service.rest());
            admin.importModel(home, TestModels.tiny(), "tiny");
            admin.move("tiny", "load");
            Soak.Report report = Soak.run(service.rest().url(), RunningService.KEY, 1000, 8, "tiny");
            assertThat(report.consistent()).as(report.toString()).isTrue();
            assertThat(report.reported()).isEqualTo(2000);
        }
    }
}
