package io.baseload.service.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Admin;
import io.baseload.testing.RunningService;
import io.baseload.testing.TestModels;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service with too little memory for its model: it reports this with the numbers, stays alive and is not ready. */
final class MemoryIT {
    private static final String MODEL = "/admin/v1/models/smollm2-135m-instruct";

    @TempDir
    Path home;

    @Test
    void aModelThatDoesNotFitIsRefusedWithTheNumbers() throws Exception {
        try (RunningService service = RunningService.at(home, "baseload.memory.limit=64MB")) {
            Rest rest = service.rest();
            Admin admin = new Admin(rest);
            assertThat(rest.get(MODEL).get("state").asString()).isEqualTo("failed");
            assertThat(rest.get(MODEL).get("error").asString()).contains("MiB");
            refused(rest.send("POST", MODEL + "/load", "{}"));
            refused(rest.send("PUT", "/admin/v1/aliases/other", Map.of("model", "smollm2-135m-instruct")));
            assertThat(rest.send("DELETE", "/admin/v1/aliases/other", "").statusCode())
                    .isEqualTo(404);
            refused(rest.send("POST", "/admin/v1/plan", Map.of("model", "smollm2-135m-instruct")));
            admin.importModel(home, TestModels.tiny(), "tiny");
            refused(rest.send(
                    "PUT",
                    "/admin/v1/aliases/default/canary",
                    Map.of("model", "tiny", "percent", 5),
                    "Prefer",
                    "respond-async"));
            assertThat(admin.ask("default").statusCode()).isEqualTo(503);
            assertThat(admin.health("liveness")).isEqualTo(200);
            assertThat(admin.health("readiness")).isEqualTo(503);
        }
    }

    private static void refused(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(507);
        assertThat(Rest.json(answer).at("/error/message").asString())
                .containsPattern("needs \\d+ MiB .* 64 MiB in all, \\d+ MiB for the heap");
    }
}
