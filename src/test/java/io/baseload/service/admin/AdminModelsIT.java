package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Engine;
import io.baseload.testing.GgufBytes;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.TestModels;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Models, aliases and jobs below {@code /admin/v1}, over HTTP, on the whole service. */
final class AdminModelsIT {
    private static final String BUNDLED = "smollm2-135m-instruct";

    @TempDir
    static Path home;

    private static RunningService service;
    private static Rest rest;
    private static AdminRest admin;

    @BeforeAll
    static void start() throws Exception {
        service = RunningService.at(home);
        rest = service.rest();
        admin = new AdminRest(rest);
        Files.copy(TestModels.tiny(), home.resolve("import/tiny.gguf"));
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void theEngineCountsEachModel() throws Exception {
        rest.post("/v1/completions", Map.of("model", BUNDLED, "prompt", "Once upon a time", "max_tokens", 4));
        JsonNode now = ofBundled(rest.get("/admin/v1/engine"));
        assertThat(now.get("decoded_tokens").asLong()).isPositive();
        assertThat(now.get("steps").asLong()).isPositive();
        assertThat(now.get("busy_seconds").asDouble()).isPositive();
        Patience.await()
                .until(
                        () -> rest.get("/admin/v1/engine/history").get("data"),
                        samples -> samples.valueStream()
                                .map(AdminModelsIT::ofBundled)
                                .anyMatch(sample -> sample.path("decoded_tokens")
                                                        .asLong(0)
                                                >= now.get("decoded_tokens").asLong()
                                        && sample.get("steps").asLong()
                                                >= now.get("steps").asLong()
                                        && sample.get("busy_seconds").asDouble() > 0
                                        && sample.at("/operator_seconds/attention")
                                                        .asDouble()
                                                > 0));
        String history = "/admin/v1/engine/history?from=";
        assertThat(rest.get(history + "2000-01-01T00:00:00Z").get("data")).isNotEmpty();
        assertThat(rest.get(history + "2999-01-01T00:00:00Z").get("data")).isEmpty();
        assertThat(rest.send("GET", history + "noon", "").statusCode()).isEqualTo(400);
    }

    private static JsonNode ofBundled(JsonNode engine) {
        return engine.get("models")
                .valueStream()
                .filter(model -> model.get("id").asString().equals(BUNDLED))
                .findFirst()
                .orElseGet(() -> engine.path("none"));
    }

    @Test
    void aNewServiceHasTheBundledModelUnderItsAlias() throws Exception {
        JsonNode model = rest.get("/admin/v1/models/" + BUNDLED);
        assertThat(model.get("state").asString()).isEqualTo("loaded");
        assertThat(model.get("architecture").asString()).isEqualTo("llama");
        assertThat(model.get("format").asString()).isEqualTo("gguf");
        assertThat(model.get("bytes").asLong()).isBetween(90_000_000L, 110_000_000L);
        assertThat(model.get("context_length").asInt()).isEqualTo(8192);
        assertThat(model.get("sha256").asString()).matches("[0-9a-f]{64}");
        assertThat(model.at("/aliases/0").asString()).isEqualTo("default");
        assertThat(model.at("/loaded/memory_bytes").asLong()).isGreaterThan(60_000_000);
        assertThat(model.at("/loaded/prefill_tier").asString()).matches("(bf16|int8|f32), .+");
        assertThat(model.at("/loaded/decode_tier").asString()).matches("(int8|f32), .+");
        assertThat(model.at("/loaded/active").isInt()).isTrue();
        assertThat(model.at("/loaded/queued").isInt()).isTrue();
        assertThat(AdminRest.ids(rest.get("/admin/v1/models"))).contains(BUNDLED);
    }

    private static String metrics() throws Exception {
        return rest.send("GET", "/actuator/prometheus", "").body();
    }

    @Test
    void aModelIsImportedLoadedAliasedUnloadedAndDeleted() throws Exception {
        JsonNode imported =
                admin.succeeded(rest.send("POST", "/admin/v1/models", Map.of("path", "tiny.gguf", "name", "walk")));
        assertThat(imported.get("kind").asString()).isEqualTo("import");
        assertThat(state("walk")).isEqualTo("stored");
        assertThat(rest.get("/admin/v1/models/walk").get("loaded").isNull()).isTrue();

        admin.succeeded(rest.send("POST", "/admin/v1/models/walk/load", "{}"));
        assertThat(state("walk")).isEqualTo("loaded");
        assertThat(ask("walk").statusCode()).isEqualTo(200);
        assertThat(admin.status("DELETE", "/admin/v1/models/walk")).isEqualTo(409);

        JsonNode alias = rest.put("/admin/v1/aliases/walking", Map.of("model", "walk"));
        assertThat(alias.get("name").asString()).isEqualTo("walking");
        assertThat(alias.get("model").asString()).isEqualTo("walk");
        assertThat(ask("walking").statusCode()).isEqualTo(200);
        assertThat(AdminRest.ids(rest.get("/v1/models"))).contains("walk", "walking");

        admin.succeeded(rest.send("POST", "/admin/v1/models/walk/unload", "{}"));
        assertThat(state("walk")).isEqualTo("stored");
        HttpResponse<String> away = ask("walking");
        assertThat(away.statusCode()).isEqualTo(503);
        assertThat(away.headers().firstValue("retry-after")).isPresent();
        assertThat(admin.status("DELETE", "/admin/v1/models/walk")).isEqualTo(409);

        assertThat(admin.status("DELETE", "/admin/v1/aliases/walking")).isEqualTo(204);
        assertThat(metrics()).as("it may come back").contains("model_name=\"walk\"");
        assertThat(admin.status("DELETE", "/admin/v1/models/walk")).isEqualTo(204);
        Patience.await().until(() -> !metrics().contains("model_name=\"walk\""));
        assertThat(admin.status("GET", "/admin/v1/models/walk")).isEqualTo(404);
        assertThat(ask("walk").statusCode()).isEqualTo(404);
    }

    @Test
    void aModelIsLoadedWithSettingsOfItsOwn() throws Exception {
        admin.succeeded(rest.send("POST", "/admin/v1/models", Map.of("path", "tiny.gguf", "name", "tuned")));
        String load = "/admin/v1/models/tuned/load";
        admin.refused(400, "POST", load, Map.of("precision", "sloppy"));
        admin.refused(400, "POST", load, Map.of("kv_precision", "f8"));
        int shards = service.bean(Engine.class).shards();
        JsonNode other = admin.refused(400, "POST", load, Map.of("shards", shards + 1));
        assertThat(other.get("message").asString()).contains("'shards' must be " + shards);

        admin.succeeded(rest.send("POST", load, Map.of("precision", "fast", "kv_precision", "f16", "shards", shards)));
        JsonNode loaded = rest.get("/admin/v1/models/tuned").get("loaded");
        assertThat(loaded.get("shards").asInt()).isEqualTo(shards);
        assertThat(loaded.get("precision").asString()).isEqualTo("fast");
        assertThat(loaded.get("kv_precision").asString()).isEqualTo("f16");
        assertThat(ask("tuned").statusCode()).isEqualTo(200);
        admin.refused(409, "POST", load, Map.of("precision", "exact"));

        admin.succeeded(rest.send("POST", "/admin/v1/models/tuned/unload", "{}"));
        admin.succeeded(rest.send("POST", load, Map.of("precision", "exact")));
        loaded = rest.get("/admin/v1/models/tuned").get("loaded");
        assertThat(loaded.get("precision").asString()).isEqualTo("exact");
        assertThat(loaded.get("kv_precision").asString()).isEqualTo("f16");
        admin.succeeded(rest.send("POST", "/admin/v1/models/tuned/unload", "{}"));
        assertThat(admin.status("DELETE", "/admin/v1/models/tuned")).isEqualTo(204);
    }

    @Test
    void theServiceStaysReadyWithoutItsDefaultAlias() throws Exception {
        assertThat(admin.status("DELETE", "/admin/v1/aliases/default")).isEqualTo(204);
        try {
            assertThat(admin.status("GET", "/actuator/health/readiness")).isEqualTo(200);
        } finally {
            rest.put("/admin/v1/aliases/default", Map.of("model", BUNDLED));
        }
    }

    @Test
    void theServiceStaysReadyWhenItsDefaultModelIsUnloaded() throws Exception {
        admin.succeeded(rest.send("POST", "/admin/v1/models/" + BUNDLED + "/unload", "{}"));
        try {
            assertThat(ask("default").statusCode()).isEqualTo(503);
            assertThat(admin.status("GET", "/actuator/health/readiness")).isEqualTo(200);
        } finally {
            admin.succeeded(rest.send("POST", "/admin/v1/models/" + BUNDLED + "/load", "{}"));
        }
        assertThat(ask("default").statusCode()).isEqualTo(200);
    }

    @Test
    void theSameContentIsStoredOnce() throws Exception {
        Map<String, String> first = Map.of("path", "tiny.gguf", "name", "twin-a");
        admin.succeeded(rest.send("POST", "/admin/v1/models", first));
        admin.succeeded(rest.send("POST", "/admin/v1/models", Map.of("path", "tiny.gguf", "name", "twin-b")));
        String sha256 = rest.get("/admin/v1/models/twin-a").get("sha256").asString();
        assertThat(rest.get("/admin/v1/models/twin-b").get("sha256").asString()).isEqualTo(sha256);
        assertThat(admin.status("DELETE", "/admin/v1/models/twin-a")).isEqualTo(204);
        assertThat(home.resolve("models").resolve(sha256)).isDirectory();
        admin.succeeded(rest.send("POST", "/admin/v1/models/twin-b/load", "{}"));
        admin.succeeded(rest.send("POST", "/admin/v1/models/twin-b/unload", "{}"));
        assertThat(rest.send("POST", "/admin/v1/models", Map.of("path", "tiny.gguf", "name", "twin-b"))
                        .statusCode())
                .isEqualTo(409);
        assertThat(admin.status("DELETE", "/admin/v1/models/twin-b")).isEqualTo(204);
        assertThat(home.resolve("models").resolve(sha256)).doesNotExist();
    }

    @Test
    void importsStayInTheFolder() throws Exception {
        Files.copy(TestModels.tiny(), home.resolve("outside.gguf"));
        Files.createSymbolicLink(home.resolve("import/link.gguf"), home.resolve("outside.gguf"));
        for (String path : List.of("../outside.gguf", "link.gguf", home + "/outside.gguf", "missing.gguf", "")) {
            JsonNode error = admin.refused(400, "POST", "/admin/v1/models", Map.of("path", path, "name", "outside"));
            assertThat(error.get("param").asString()).isEqualTo("path");
            assertThat(error.get("message").asString()).doesNotContain(home.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a/b", "../x", "-x", "ä", "a b"})
    void namesFollowTheRule(String name) throws Exception {
        JsonNode error = admin.refused(400, "POST", "/admin/v1/models", Map.of("path", "tiny.gguf", "name", name));
        assertThat(error.get("param").asString()).isEqualTo("name");
    }

    @Test
    void aBrokenFileFailsTheJobAndSaysWhere() throws Exception {
        byte[] whole = Files.readAllBytes(TestModels.tiny());
        Files.write(home.resolve("import/cut.gguf"), java.util.Arrays.copyOf(whole, whole.length / 2));
        JsonNode job = admin.ended(rest.send("POST", "/admin/v1/models", Map.of("path", "cut.gguf", "name", "cut")));
        assertThat(job.get("state").asString()).isEqualTo("failed");
        assertThat(job.at("/error/message").asString()).contains("cut.gguf");
        assertThat(job.get("finished_at").isString()).isTrue();
        assertThat(admin.status("GET", "/admin/v1/models/cut")).isEqualTo(404);
    }

    @Test
    void aFileWithAnUnknownTensorTypeFailsTheJobAndSaysWhich() throws Exception {
        GgufBytes.header(1, 1)
                .key("general.architecture", "llama")
                .tensor("token_embd.weight", 999, 0, 32)
                .data(64)
                .write(home.resolve("import/future.gguf"));
        JsonNode job =
                admin.ended(rest.send("POST", "/admin/v1/models", Map.of("path", "future.gguf", "name", "future")));
        assertThat(job.get("state").asString()).isEqualTo("failed");
        assertThat(job.at("/error/message").asString()).contains("future.gguf", "999");
        assertThat(admin.status("GET", "/admin/v1/models/future")).isEqualTo(404);
    }

    @Test
    void theSameFileCanBeImportedTwiceAtOnce() throws Exception {
        var first = rest.send("POST", "/admin/v1/models", Map.of("path", "tiny.gguf", "name", "both-a"));
        var second = rest.send("POST", "/admin/v1/models", Map.of("path", "tiny.gguf", "name", "both-b"));
        admin.succeeded(first);
        admin.succeeded(second);
        for (String name : List.of("both-a", "both-b")) {
            admin.succeeded(rest.send("POST", "/admin/v1/models/" + name + "/load", "{}"));
            assertThat(ask(name).statusCode()).isEqualTo(200);
            admin.succeeded(rest.send("POST", "/admin/v1/models/" + name + "/unload", "{}"));
            assertThat(admin.status("DELETE", "/admin/v1/models/" + name)).isEqualTo(204);
        }
    }

    @Test
    void aModelIsQuantizedAtImport() throws Exception {
        long kept = importedBytes("kept", "keep");
        long quantized = importedBytes("quantized", "nf4-dq");
        assertThat(quantized).isLessThan(kept);
        admin.succeeded(rest.send("POST", "/admin/v1/models/quantized/load", "{}"));
        assertThat(ask("quantized").statusCode()).isEqualTo(200);
        admin.succeeded(rest.send("POST", "/admin/v1/models/quantized/unload", "{}"));
        assertThat(admin.status("DELETE", "/admin/v1/models/quantized")).isEqualTo(204);
        assertThat(admin.status("DELETE", "/admin/v1/models/kept")).isEqualTo(204);
    }

    private long importedBytes(String name, String quantize) throws Exception {
        var request = Map.of("path", "tiny.gguf", "name", name, "quantize", quantize);
        admin.succeeded(rest.send("POST", "/admin/v1/models", request));
        return rest.get("/admin/v1/models/" + name).get("bytes").asLong();
    }

    @Test
    void anUnknownQuantizationIsRefused() throws Exception {
        var request = Map.of("path", "tiny.gguf", "name", "q3", "quantize", "q3");
        JsonNode error = admin.refused(400, "POST", "/admin/v1/models", request);
        assertThat(error.get("param").asString()).isEqualTo("quantize");
        assertThat(error.get("message").asString()).contains("nf4-dq");
    }

    @Test
    void jobsCanBeListedAndNotCancelledAfterTheirEnd() throws Exception {
        JsonNode job = admin.succeeded(rest.send("POST", "/admin/v1/models/" + BUNDLED + "/load", "{}"));
        String route = "/admin/v1/jobs/" + job.get("id").asString();
        assertThat(AdminRest.ids(rest.get("/admin/v1/jobs")))
                .contains(job.get("id").asString());
        assertThat(rest.get(route).get("progress").asDouble()).isEqualTo(1.0);
        assertThat(rest.send("POST", route + "/cancel", "").statusCode()).isEqualTo(409);
        assertThat(admin.status("GET", "/admin/v1/jobs/job_none")).isEqualTo(404);
    }

    @Test
    void anAliasNeedsAModelAndAFreeName() throws Exception {
        assertThat(admin.refused(400, "PUT", "/admin/v1/aliases/x", "{}")
                        .get("param")
                        .asString())
                .isEqualTo("model");
        admin.refused(404, "PUT", "/admin/v1/aliases/x", Map.of("model", "nothing"));
        assertThat(admin.refused(400, "PUT", "/admin/v1/aliases/x", Map.of("model", "a\0"))
                        .get("param")
                        .asString())
                .isEqualTo("model");
        assertThat(admin.refused(400, "PUT", "/admin/v1/aliases/x", Map.of("targets", List.of(Map.of("model", "a\0"))))
                        .get("param")
                        .asString())
                .isEqualTo("targets[0].model");
        admin.refused(409, "PUT", "/admin/v1/aliases/" + BUNDLED, Map.of("model", BUNDLED));
        admin.refused(404, "DELETE", "/admin/v1/aliases/nothing", "");
        admin.refused(404, "POST", "/admin/v1/models/nothing/load", "{}");
        admin.refused(404, "POST", "/admin/v1/models/nothing/unload", "{}");
        admin.refused(404, "DELETE", "/admin/v1/models/nothing", "");
        admin.refused(404, "GET", "/admin/v1/nothing", "");
        admin.refused(405, "PUT", "/admin/v1/models", "{}");
    }

    private static String state(String model) throws Exception {
        return rest.get("/admin/v1/models/" + model).get("state").asString();
    }

    private static HttpResponse<String> ask(String model) throws Exception {
        return rest.send("POST", "/v1/completions", Map.of("model", model, "prompt", List.of(1), "max_tokens", 1));
    }
}
