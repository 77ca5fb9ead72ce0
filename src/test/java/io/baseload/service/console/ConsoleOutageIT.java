package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.database.BaseloadHome;
import io.baseload.service.database.EmbeddedDatabase;
import io.baseload.testing.Browser;
import io.baseload.testing.CuttableLine;
import io.baseload.testing.RunningService;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console while PostgreSQL is unreachable. */
final class ConsoleOutageIT {
    @TempDir
    Path folder;

    @Test
    void homeSaysThatTheDatabaseIsAwayAndContinuesWhenItIsBack() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(BaseloadHome.at(folder.resolve("database")));
                CuttableLine line = new CuttableLine(database.port());
                RunningService service = RunningService.at(folder.resolve("home"), line.to(database));
                Browser browser = Browser.start()) {
            String url = service.rest().url();
            browser.view(Looks.WIDE, false);
            browser.open(url + "/");
            browser.fill("#key", RunningService.KEY);
            browser.press("Sign in");
            browser.await("Answers running");
            line.cut();
            browser.await("The database is unreachable.");
            assertThat(browser.text()).contains("Needs attention").doesNotContain("Error", "Answers running");
            new Looks(browser).here("console-without-database");
            browser.open(url + "/console/models");
            browser.await("Error 503");
            browser.open(url + "/console");
            browser.await("The database is unreachable.");
            line.mend();
            browser.await("Answers running");
            assertThat(browser.text()).doesNotContain("The database is unreachable.");
        }
    }
}
