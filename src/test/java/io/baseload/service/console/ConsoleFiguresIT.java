package io.baseload.service.console;

import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.tools.Rest;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What pages say about figures is true of what they were computed from. */
class ConsoleFiguresIT {
    @TempDir
    static Path home;

    private static RunningService service;
    private static ConsoleSession operator;
    private static Rest rest;

    @BeforeAll
    static void start() throws Exception {
        service = RunningService.at(home, "baseload.model.warm-up=false");
        rest = service.rest();
        operator = ConsoleSession.of(rest.url(), RunningService.KEY);
    }

    @AfterAll
    static void stop() {
        operator.close();
        service.close();
    }

    @Test
    void noMoreIsSaidOfBudgetsThanWasAsked() throws Exception {
        Patience.await().until(() -> checks().contains("No budget is nearly spent."));
        for (int i = 0; i < 49; i++) {
            rest.post("/admin/v1/tenants", Map.of("id", "tenant-" + i));
        }
        Patience.await().until(() -> checks().contains("No budget is nearly spent."));
        rest.post("/admin/v1/tenants", Map.of("id", "one-more"));
        Patience.await().until(() -> checks().contains("No budget of the first 50 tenants is nearly spent."));
    }

    private static String checks() throws Exception {
        return operator.part("/console/home/checks").body();
    }
}
