package io.baseload.service.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.database.BaseloadHome;
import io.baseload.service.database.EmbeddedDatabase;
import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.TestModels;
import io.baseload.tools.Rest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Two processes on one PostgreSQL, each with its own home: what one is asked for both do. */
final class SeveralProcessesIT {
    @TempDir
    Path folder;

    @Test
    void aSwapIsDoneWhenEachProcessRoutesByIt() throws Exception {
        Path one = folder.resolve("one");
        Path other = folder.resolve("other");
        try (EmbeddedDatabase database = EmbeddedDatabase.start(BaseloadHome.at(folder.resolve("database")));
                RunningService first = RunningService.at(one, external(database));
                RunningService second = RunningService.at(other, external(database))) {
            assertThat(instances(first.rest())).hasSize(2);
            Admin admin = new Admin(first.rest());
            admin.importModel(one, TestModels.tiny(), "tiny");
            copyStore(one, other);

            admin.alias("chat", "tiny");
            assertThat(new Admin(second.rest()).ask("chat").statusCode()).isEqualTo(200);
            assertThat(new Admin(second.rest()).state("tiny")).isEqualTo("loaded");
            assertThat(instances(second.rest()).findValuesAsString("id"))
                    .filteredOn("tiny"::equals)
                    .hasSize(2);

            first.rest().send("DELETE", "/admin/v1/aliases/chat", "");
            Patience.await().until(() -> new Admin(second.rest()).state("tiny").equals("stored"));
            assertThat(new Admin(second.rest()).ask("chat").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aProcessThatLacksTheFileStopsTheSwap() throws Exception {
        Path one = folder.resolve("one");
        try (EmbeddedDatabase database = EmbeddedDatabase.start(BaseloadHome.at(folder.resolve("database")));
                RunningService first = RunningService.at(one, external(database));
                RunningService second = RunningService.at(folder.resolve("other"), external(database))) {
            Admin admin = new Admin(first.rest());
            admin.importModel(one, TestModels.tiny(), "tiny");
            var refused = first.rest().send("PUT", "/admin/v1/aliases/chat", Map.of("model", "tiny"));
            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(refused.body()).contains("can't load the model");
            assertThat(new Admin(second.rest()).ask("chat").statusCode()).isEqualTo(404);
            Patience.await().until(() -> admin.state("tiny").equals("stored"));
        }
    }

    private static JsonNode instances(Rest rest) throws Exception {
        return rest.get("/admin/v1/instances").get("data");
    }

    private static void copyStore(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(from.resolve("models"))) {
            files = all.toList();
        }
        for (Path file : files) {
            Path target = to.resolve(from.relativize(file).toString());
            if (!Files.exists(target)) {
                Files.copy(file, target);
            }
        }
    }

    private static String[] external(EmbeddedDatabase database) {
        return new String[] {
            "spring.datasource.url=jdbc:postgresql://localhost:" + database.port() + "/baseload",
            "spring.datasource.username=baseload_app",
            "spring.datasource.password=" + database.password("baseload_app"),
            "spring.flyway.user=baseload_owner",
            "spring.flyway.password=" + database.password("baseload_owner"),
            "baseload.engine.threads=1",
            "baseload.engine.pinned=false",
        };
    }
}
