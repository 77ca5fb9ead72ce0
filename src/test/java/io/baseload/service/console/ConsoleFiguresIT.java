package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.tools.Rest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What pages say about figures is true of what they were computed from. */
class ConsoleFiguresIT {
    private static final String MODEL = "/admin/v1/models/smollm2-135m-instruct";
    private static final String ENGINE = "/console/engine";

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
    void nearlySpentBudgetsOfAllTenantsAreNamed() throws Exception {
        Patience.await().until(() -> checks().contains("No budget is nearly spent."));
        for (int i = 0; i < 60; i++) {
            rest.post("/admin/v1/tenants", Map.of("id", "tenant-" + i));
        }
        Patience.await().until(() -> checks().contains("No budget is nearly spent."));
        Patience.awaitADayThatLasts();
        rest.post("/admin/v1/tenants", Map.of("id", "the-last", "windows", monthly(1000)));
        Rest last = rest.as(rest.post("/admin/v1/tenants/the-last/keys", Map.of("roles", List.of("user")))
                .get("key")
                .asString());
        int used = last.post(
                        "/v1/chat/completions",
                        Map.of(
                                "model",
                                "default",
                                "max_tokens",
                                1,
                                "messages",
                                List.of(Map.of("role", "user", "content", "Hi"))))
                .at("/usage/total_tokens")
                .asInt();
        rest.send("PATCH", "/admin/v1/tenants/the-last", Map.of("windows", monthly(used)));
        assertThat(checks())
                .contains("The tenant the-last has used 100 % of its tokens of the month.")
                .doesNotContain("No budget");
    }

    private static List<Map<String, Object>> monthly(int tokens) {
        return List.of(Map.of("period", "month", "tokens", tokens));
    }

    @Test
    void aRooflineIsOfTheModelAsItIsLoaded() throws Exception {
        assertThat(measured()).isFalse();
        measure();
        assertThat(measured()).isTrue();
        unload();
        load("exact");
        assertThat(measured()).isFalse();
        measure();
        assertThat(measured()).isTrue();
        unload();
        load("fast");
        assertThat(measured()).isTrue();
        unload();
        measure();
        assertThat(operator.get(ENGINE).body()).contains("is not in memory.");
        load("fast");
    }

    private static boolean measured() throws Exception {
        return operator.get(ENGINE).body().contains("smollm2-135m-instruct, measured ");
    }

    private static void measure() throws Exception {
        operator.submit(ENGINE, ENGINE + "/roofline", Map.of("model", "smollm2-135m-instruct"));
    }

    private static void load(String precision) throws Exception {
        rest.post(MODEL + "/load", Map.of("precision", precision));
        Patience.await()
                .until(() ->
                        rest.get(MODEL).at("/loaded/precision").asString("").equals(precision));
    }

    private static void unload() throws Exception {
        rest.post(MODEL + "/unload", Map.of());
        Patience.await().until(() -> rest.get(MODEL).get("state").asString().equals("stored"));
    }

    private static String checks() throws Exception {
        return operator.part("/console/home/checks").body();
    }
}
