package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.GgufBytes;
import io.baseload.testing.RunningService;
import io.baseload.testing.TestModels;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Every route below {@code /admin/v1}, over HTTP, on the whole service. */
final class AdminApiIT {
    private static final String BUNDLED = "smollm2-135m-instruct";

    @TempDir
    static Path home;

    private static RunningService service;
    private static Rest rest;

    @BeforeAll
    static void start() throws Exception {
        service = RunningService.at(home);
        rest = service.rest();
        Files.copy(TestModels.tiny(), home.resolve("import/tiny.gguf"));
    }

    @AfterAll
    static void stop() {
        service.close();
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
        assertThat(model.at("/loaded/active").isInt()).isTrue();
        assertThat(model.at("/loaded/queued").isInt()).isTrue();
        assertThat(ids(rest.get("/admin/v1/models"))).contains(BUNDLED);
    }

    @Test
    void aModelIsImportedLoadedAliasedUnloadedAndDeleted() throws Exception {
        JsonNode imported =
                succeeded(rest.send("POST", "/admin/v1/models", Map.of("path", "tiny.gguf", "name", "walk")));
        assertThat(imported.get("kind").asString()).isEqualTo("import");
        assertThat(state("walk")).isEqualTo("stored");
        assertThat(rest.get("/admin/v1/models/walk").get("loaded").isNull()).isTrue();

        succeeded(rest.send("POST", "/admin/v1/models/walk/load", "{}"));
        assertThat(state("walk")).isEqualTo("loaded");
        assertThat(ask("walk").statusCode()).isEqualTo(200);
        assertThat(status("DELETE", "/admin/v1/models/walk")).isEqualTo(409);

        JsonNode alias = rest.put("/admin/v1/aliases/walking", Map.of("model", "walk"));
        assertThat(alias.get("name").asString()).isEqualTo("walking");
        assertThat(alias.get("model").asString()).isEqualTo("walk");
        assertThat(ask("walking").statusCode()).isEqualTo(200);
        assertThat(ids(rest.get("/v1/models"))).contains("walk", "walking");

        succeeded(rest.send("POST", "/admin/v1/models/walk/unload", "{}"));
        assertThat(state("walk")).isEqualTo("stored");
        HttpResponse<String> away = ask("walking");
        assertThat(away.statusCode()).isEqualTo(503);
        assertThat(away.headers().firstValue("retry-after")).isPresent();
        assertThat(status("DELETE", "/admin/v1/models/walk")).isEqualTo(409);

        assertThat(status("DELETE", "/admin/v1/aliases/walking")).isEqualTo(204);
        assertThat(status("DELETE", "/admin/v1/models/walk")).isEqualTo(204);
        assertThat(status("GET", "/admin/v1/models/walk")).isEqualTo(404);
        assertThat(ask("walk").statusCode()).isEqualTo(404);
    }

    @Test
    void theSameContentIsStoredOnce() throws Exception {
        Map<String, String> first = Map.of("path", "tiny.gguf", "name", "twin-a");
        succeeded(rest.send("POST", "/admin/v1/models", first));
        succeeded(rest.send("POST", "/admin/v1/models", Map.of("path", "tiny.gguf", "name", "twin-b")));
        String sha256 = rest.get("/admin/v1/models/twin-a").get("sha256").asString();
        assertThat(rest.get("/admin/v1/models/twin-b").get("sha256").asString()).isEqualTo(sha256);
        assertThat(status("DELETE", "/admin/v1/models/twin-a")).isEqualTo(204);
        assertThat(home.resolve("models").resolve(sha256)).isDirectory();
        succeeded(rest.send("POST", "/admin/v1/models/twin-b/load", "{}"));
        succeeded(rest.send("POST", "/admin/v1/models/twin-b/unload", "{}"));
        assertThat(rest.send("POST", "/admin/v1/models", Map.of("path", "tiny.gguf", "name", "twin-b"))
                        .statusCode())
                .isEqualTo(409);
        assertThat(status("DELETE", "/admin/v1/models/twin-b")).isEqualTo(204);
        assertThat(home.resolve("models").resolve(sha256)).doesNotExist();
    }

    @Test
    void importsStayInTheFolder() throws Exception {
        Files.copy(TestModels.tiny(), home.resolve("outside.gguf"));
        Files.createSymbolicLink(home.resolve("import/link.gguf"), home.resolve("outside.gguf"));
        for (String path : List.of("../outside.gguf", "link.gguf", home + "/outside.gguf", "missing.gguf", "")) {
            JsonNode error = refused(400, "POST", "/admin/v1/models", Map.of("path", path, "name", "outside"));
            assertThat(error.get("param").asString()).isEqualTo("path");
            assertThat(error.get("message").asString()).doesNotContain(home.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a/b", "../x", "-x", "ä", "a b"})
    void namesFollowTheRule(String name) throws Exception {
        JsonNode error = refused(400, "POST", "/admin/v1/models", Map.of("path", "tiny.gguf", "name", name));
        assertThat(error.get("param").asString()).isEqualTo("name");
    }

    @Test
    void aBrokenFileFailsTheJobAndSaysWhere() throws Exception {
        byte[] whole = Files.readAllBytes(TestModels.tiny());
        Files.write(home.resolve("import/cut.gguf"), java.util.Arrays.copyOf(whole, whole.length / 2));
        JsonNode job = ended(rest.send("POST", "/admin/v1/models", Map.of("path", "cut.gguf", "name", "cut")));
        assertThat(job.get("state").asString()).isEqualTo("failed");
        assertThat(job.at("/error/message").asString()).contains("cut.gguf");
        assertThat(job.get("finished_at").isString()).isTrue();
        assertThat(status("GET", "/admin/v1/models/cut")).isEqualTo(404);
    }

    @Test
    void aFileWithAnUnknownTensorTypeFailsTheJobAndSaysWhich() throws Exception {
        GgufBytes.header(1, 1)
                .key("general.architecture", "llama")
                .tensor("token_embd.weight", 999, 0, 32)
                .data(64)
                .write(home.resolve("import/future.gguf"));
        JsonNode job = ended(rest.send("POST", "/admin/v1/models", Map.of("path", "future.gguf", "name", "future")));
        assertThat(job.get("state").asString()).isEqualTo("failed");
        assertThat(job.at("/error/message").asString()).contains("future.gguf", "999");
        assertThat(status("GET", "/admin/v1/models/future")).isEqualTo(404);
    }

    @Test
    void ofTwoActsAtOnceOneWins() throws Exception {
        var tenant = Map.of("id", "at-once");
        assertThat(statuses(4, () -> rest.send("POST", "/admin/v1/tenants", tenant)))
                .containsExactly(201, 409, 409, 409);
        rest.put("/admin/v1/aliases/at-once", Map.of("model", BUNDLED));
        assertThat(statuses(4, () -> rest.send("DELETE", "/admin/v1/aliases/at-once", "")))
                .containsExactly(204, 404, 404, 404);
        JsonNode deletions = rest.get("/admin/v1/audit?kind=admin.alias.delete").get("data");
        assertThat(texts(deletions, "subject")).containsOnlyOnce("aliases/at-once");
    }

    private static List<Integer> statuses(int count, Callable<HttpResponse<String>> act) throws Exception {
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = clients.invokeAll(Collections.nCopies(count, act));
            var statuses = new ArrayList<Integer>();
            for (var answer : answers) {
                statuses.add(answer.get().statusCode());
            }
            return statuses.stream().sorted().toList();
        }
    }

    @Test
    void theSameFileCanBeImportedTwiceAtOnce() throws Exception {
        var first = rest.send("POST", "/admin/v1/models", Map.of("path", "tiny.gguf", "name", "both-a"));
        var second = rest.send("POST", "/admin/v1/models", Map.of("path", "tiny.gguf", "name", "both-b"));
        succeeded(first);
        succeeded(second);
        for (String name : List.of("both-a", "both-b")) {
            succeeded(rest.send("POST", "/admin/v1/models/" + name + "/load", "{}"));
            assertThat(ask(name).statusCode()).isEqualTo(200);
            succeeded(rest.send("POST", "/admin/v1/models/" + name + "/unload", "{}"));
            assertThat(status("DELETE", "/admin/v1/models/" + name)).isEqualTo(204);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tenants", "models", "aliases", "jobs", "tenants/default/keys", "audit"})
    void aCursorThatIsNoneIsRefused(String list) throws Exception {
        JsonNode error = refused(400, "GET", "/admin/v1/" + list + "?after=%00", "");
        assertThat(error.get("param").asString()).isEqualTo("after");
    }

    @Test
    void aModelIsQuantizedAtImport() throws Exception {
        long kept = importedBytes("kept", "keep");
        long quantized = importedBytes("quantized", "nf4-dq");
        assertThat(quantized).isLessThan(kept);
        succeeded(rest.send("POST", "/admin/v1/models/quantized/load", "{}"));
        assertThat(ask("quantized").statusCode()).isEqualTo(200);
        succeeded(rest.send("POST", "/admin/v1/models/quantized/unload", "{}"));
        assertThat(status("DELETE", "/admin/v1/models/quantized")).isEqualTo(204);
        assertThat(status("DELETE", "/admin/v1/models/kept")).isEqualTo(204);
    }

    private long importedBytes(String name, String quantize) throws Exception {
        var request = Map.of("path", "tiny.gguf", "name", name, "quantize", quantize);
        succeeded(rest.send("POST", "/admin/v1/models", request));
        return rest.get("/admin/v1/models/" + name).get("bytes").asLong();
    }

    @Test
    void anUnknownQuantizationIsRefused() throws Exception {
        var request = Map.of("path", "tiny.gguf", "name", "q3", "quantize", "q3");
        JsonNode error = refused(400, "POST", "/admin/v1/models", request);
        assertThat(error.get("param").asString()).isEqualTo("quantize");
        assertThat(error.get("message").asString()).contains("nf4-dq");
    }

    @Test
    void jobsCanBeListedAndNotCancelledAfterTheirEnd() throws Exception {
        JsonNode job = succeeded(rest.send("POST", "/admin/v1/models/" + BUNDLED + "/load", "{}"));
        String route = "/admin/v1/jobs/" + job.get("id").asString();
        assertThat(ids(rest.get("/admin/v1/jobs"))).contains(job.get("id").asString());
        assertThat(rest.get(route).get("progress").asDouble()).isEqualTo(1.0);
        assertThat(rest.send("POST", route + "/cancel", "").statusCode()).isEqualTo(409);
        assertThat(status("GET", "/admin/v1/jobs/job_none")).isEqualTo(404);
    }

    @Test
    void listsArePaged() throws Exception {
        for (int i = 0; i < 3; i++) {
            rest.post("/admin/v1/tenants", Map.of("id", "page-" + i));
        }
        JsonNode first = rest.get("/admin/v1/tenants?limit=2&after=page-");
        assertThat(first.get("object").asString()).isEqualTo("list");
        assertThat(ids(first)).containsExactly("page-0", "page-1");
        JsonNode second =
                rest.get("/admin/v1/tenants?limit=2&after=" + first.get("next").asString());
        assertThat(ids(second)).startsWith("page-2");
        assertThat(refused(400, "GET", "/admin/v1/tenants?limit=0", "")
                        .get("param")
                        .asString())
                .isEqualTo("limit");
        assertThat(refused(400, "GET", "/admin/v1/tenants?limit=x", "")
                        .get("param")
                        .asString())
                .isEqualTo("limit");
    }

    @Test
    void aTenantIsMadeChangedAndDeleted() throws Exception {
        var limits = List.of(Map.of("period", "day", "tokens", 1000), Map.of("period", "month", "requests", 10));
        JsonNode made = rest.post(
                "/admin/v1/tenants", Map.of("id", "acme", "windows", limits, "max_concurrent", 3, "weight", 2));
        assertThat(made.at("/windows/0/period").asString()).isEqualTo("day");
        assertThat(made.at("/windows/0/tokens").asLong()).isEqualTo(1000);
        assertThat(made.at("/windows/0").has("requests")).isFalse();
        assertThat(refused(409, "POST", "/admin/v1/tenants", Map.of("id", "acme"))
                        .get("type")
                        .asString())
                .isEqualTo("invalid_request_error");

        HttpResponse<String> changed = rest.send("PATCH", "/admin/v1/tenants/acme", Map.of("max_concurrent", 5));
        assertThat(Rest.json(changed).get("max_concurrent").asInt()).isEqualTo(5);
        assertThat(Rest.json(changed).get("windows").size()).isEqualTo(2);
        assertThat(rest.get("/admin/v1/tenants/acme").get("weight").asInt()).isEqualTo(2);

        assertThat(status("DELETE", "/admin/v1/tenants/acme")).isEqualTo(204);
        assertThat(status("GET", "/admin/v1/tenants/acme")).isEqualTo(404);
        assertThat(status("DELETE", "/admin/v1/tenants/default")).isEqualTo(409);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | id",
                "{\"id\": 5} | id",
                "{\"id\": \"Ä\"} | id",
                "{\"id\": \"bad\", \"weight\": 0} | weight",
                "{\"id\": \"bad\", \"weight\": \"1\"} | weight",
                "{\"id\": \"bad\", \"weight\": 1.5} | weight",
                "{\"id\": \"bad\", \"max_concurrent\": 0} | max_concurrent",
                "{\"id\": \"bad\", \"windows\": {}} | windows",
                "{\"id\": \"bad\", \"windows\": [{}]} | windows[0].period",
                "{\"id\": \"bad\", \"windows\": [{\"period\": \"week\"}]} | windows[0].period",
                "{\"id\": \"bad\", \"windows\": [{\"period\": \"day\"}, {\"period\": \"day\"}]} | windows[1].period",
                "{\"id\": \"bad\", \"windows\": [{\"period\": \"day\", \"tokens\": -1}]} | windows[0].tokens",
                "{\"id\": \"bad\", \"windows\": [{\"period\": \"day\", \"tokens\": \"1\"}]} | windows[0].tokens",
                "{\"id\": \"bad\", \"windows\": [[[]]]} | windows[0]",
                "{\"id\": \"bad\", \"windows\": [null]} | windows[0]",
            })
    void aBadTenantIsRefusedByField(String body, String field) throws Exception {
        JsonNode error = refused(400, "POST", "/admin/v1/tenants", body);
        assertThat(error.get("param").asString()).isEqualTo(field);
        assertThat(error.get("code").isString()).isTrue();
    }

    @Test
    void aKeyIsShownOnceWorksAndIsRevokedAtOnce() throws Exception {
        rest.post("/admin/v1/tenants", Map.of("id", "keys"));
        Instant expiry = Instant.parse("2999-01-01T00:00:00Z");
        var wish = Map.of("roles", List.of("user"), "expires_at", expiry.toString(), "models", List.of("default"));
        HttpResponse<String> answer = rest.send("POST", "/admin/v1/tenants/keys/keys", wish);
        assertThat(answer.statusCode()).isEqualTo(201);
        JsonNode issued = Rest.json(answer);
        String key = issued.get("key").asString();
        String prefix = issued.get("prefix").asString();
        assertThat(key).startsWith(prefix).startsWith("bl_");
        assertThat(issued.at("/roles/0").asString()).isEqualTo("user");
        assertThat(Instant.parse(issued.get("expires_at").asString())).isEqualTo(expiry);

        Rest user = rest.as(key);
        assertThat(ids(user.get("/v1/models"))).contains("default");
        assertThat(user.send("GET", "/admin/v1/models", "").statusCode()).isEqualTo(403);
        assertThat(rest.get("/admin/v1/tenants/keys/keys").toString())
                .contains(prefix)
                .doesNotContain(key);

        assertThat(status("DELETE", "/admin/v1/tenants/keys/keys/" + prefix)).isEqualTo(204);
        assertThat(user.send("GET", "/v1/models", "").statusCode()).isEqualTo(401);
        assertThat(status("DELETE", "/admin/v1/tenants/keys/keys/" + prefix)).isEqualTo(404);
        assertThat(rest.send("POST", "/admin/v1/tenants/nobody/keys", wish).statusCode())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | roles",
                "{\"roles\": []} | roles",
                "{\"roles\": [\"root\"]} | roles[0]",
                "{\"roles\": \"user\"} | roles",
                "{\"roles\": [\"user\"], \"expires_at\": \"tomorrow\"} | expires_at",
                "{\"roles\": [\"user\"], \"expires_at\": \"2001-01-01T00:00:00Z\"} | expires_at",
                "{\"roles\": [\"user\"], \"expires_at\": \"+300000-01-01T00:00:00Z\"} | expires_at",
                "{\"roles\": [\"user\"], \"models\": [null]} | models[0]",
                "{\"roles\": [\"user\"], \"models\": [\"\"]} | models[0]",
                "{\"roles\": [\"user\"], \"models\": [\"a\\u0000\"]} | models[0]",
            })
    void aBadKeyIsRefusedByField(String body, String field) throws Exception {
        JsonNode error = refused(400, "POST", "/admin/v1/tenants/default/keys", body);
        assertThat(error.get("param").asString()).isEqualTo(field);
    }

    @Test
    void rolesOpenTheirRoutesOnly() throws Exception {
        Rest auditor = rest.as(key("auditor"));
        Rest admin = rest.as(key("tenant_admin"));
        Rest metrics = rest.as(key("metrics"));
        assertThat(auditor.send("GET", "/admin/v1/audit", "").statusCode()).isEqualTo(200);
        assertThat(auditor.send("GET", "/admin/v1/audit/verification", "").statusCode())
                .isEqualTo(200);
        assertThat(auditor.send("GET", "/admin/v1/models", "").statusCode()).isEqualTo(403);
        assertThat(admin.send("GET", "/admin/v1/tenants", "").statusCode()).isEqualTo(403);
        assertThat(metrics.send("GET", "/actuator/prometheus", "").statusCode()).isEqualTo(200);
        assertThat(metrics.send("GET", "/admin/v1/audit", "").statusCode()).isEqualTo(403);
    }

    @Test
    void usageCountsWhatAnswersReport() throws Exception {
        rest.post(
                "/admin/v1/tenants",
                Map.of("id", "usage", "windows", List.of(Map.of("period", "month", "tokens", 1000))));
        Rest user = rest.as(key("usage", "user"));
        JsonNode answer = user.post(
                "/v1/completions", Map.of("model", "default", "prompt", "One, two,", "max_tokens", 3, "seed", 1));
        JsonNode usage = settled("usage");
        assertThat(texts(usage.get("windows"), "period")).containsExactly("minute", "day", "month");
        assertThat(usage.at("/windows/1/limit").isNull()).isTrue();
        assertThat(usage.at("/windows/2/limit").asLong()).isEqualTo(1000);
        assertThat(usage.at("/windows/2/reserved").asLong()).isZero();
        assertThat(usage.at("/windows/2/used").asLong())
                .isEqualTo(answer.at("/usage/total_tokens").asLong());
        assertThat(usage.get("requests").asLong()).isEqualTo(1);
        assertThat(usage.get("prompt_tokens").asLong())
                .isEqualTo(answer.at("/usage/prompt_tokens").asLong());
        assertThat(usage.get("completion_tokens").asLong())
                .isEqualTo(answer.at("/usage/completion_tokens").asLong());
        assertThat(usage.at("/by_model/0/model").asString()).isEqualTo(BUNDLED);
        assertThat(rest.get("/admin/v1/tenants/usage/usage?to=2001-01-01T00:00:00Z")
                        .get("requests")
                        .asLong())
                .isZero();
        assertThat(refused(400, "GET", "/admin/v1/tenants/usage/usage?from=yesterday", "")
                        .get("param")
                        .asString())
                .isEqualTo("from");
    }

    @Test
    void everyActStandsInTheTrail() throws Exception {
        rest.post("/admin/v1/tenants", Map.of("id", "audited"));
        JsonNode entries = rest.get("/admin/v1/audit?kind=admin.tenant.create&limit=1000");
        JsonNode entry = last(entries.get("data"), "tenants/audited");
        assertThat(entry.at("/actor/tenant").asString()).isEqualTo("default");
        assertThat(RunningService.KEY).startsWith(entry.at("/actor/key_prefix").asString());
        assertThat(entry.get("detail").isObject()).isTrue();
        assertThat(entry.get("hash").asString()).hasSize(64);
        assertThat(entry.get("previous_hash").asString()).hasSize(64);
        assertThat(Instant.parse(entry.get("at").asString())).isBeforeOrEqualTo(Instant.now());

        rest.put("/admin/v1/aliases/audited", Map.of("model", BUNDLED));
        assertThat(status("DELETE", "/admin/v1/aliases/audited")).isEqualTo(204);
        assertThat(kinds()).contains("admin.alias.put", "admin.alias.delete", "admin.key.create");

        JsonNode found = rest.get("/admin/v1/audit/verification");
        assertThat(found.at("/integrity/ok").asBoolean()).isTrue();
        assertThat(found.at("/integrity/first_bad_seq").isNull()).isTrue();
        assertThat(found.at("/completeness/ok").asBoolean()).isTrue();
        assertThat(found.at("/completeness/open_intents").isArray()).isTrue();
        assertThat(found.get("entries").asLong()).isPositive();
        assertThat(found.get("head").asString()).hasSize(64);
        assertThat(found.get("checked_at").isString()).isTrue();
    }

    @Test
    void anAliasNeedsAModelAndAFreeName() throws Exception {
        assertThat(refused(400, "PUT", "/admin/v1/aliases/x", "{}").get("param").asString())
                .isEqualTo("model");
        refused(404, "PUT", "/admin/v1/aliases/x", Map.of("model", "nothing"));
        refused(409, "PUT", "/admin/v1/aliases/" + BUNDLED, Map.of("model", BUNDLED));
        refused(404, "DELETE", "/admin/v1/aliases/nothing", "");
        refused(404, "POST", "/admin/v1/models/nothing/load", "{}");
        refused(404, "POST", "/admin/v1/models/nothing/unload", "{}");
        refused(404, "DELETE", "/admin/v1/models/nothing", "");
        refused(404, "GET", "/admin/v1/nothing", "");
        refused(405, "PUT", "/admin/v1/models", "{}");
    }

    private static List<String> kinds() throws Exception {
        return texts(rest.get("/admin/v1/audit?kind=admin.&limit=1000").get("data"), "kind");
    }

    private static JsonNode last(JsonNode entries, String subject) {
        return StreamSupport.stream(entries.spliterator(), false)
                .filter(entry -> entry.get("subject").asString().equals(subject))
                .reduce((one, other) -> other)
                .orElseThrow();
    }

    private static String key(String role) throws Exception {
        return key("default", role);
    }

    private static String key(String tenant, String role) throws Exception {
        return rest.post("/admin/v1/tenants/" + tenant + "/keys", Map.of("roles", List.of(role)))
                .get("key")
                .asString();
    }

    private static JsonNode settled(String tenant) throws Exception {
        JsonNode usage = rest.get("/admin/v1/tenants/" + tenant + "/usage");
        for (int i = 0; i < 100 && usage.get("requests").asLong() == 0; i++) {
            Thread.sleep(50);
            usage = rest.get("/admin/v1/tenants/" + tenant + "/usage");
        }
        return usage;
    }

    private static HttpResponse<String> ask(String model) throws Exception {
        return rest.send("POST", "/v1/completions", Map.of("model", model, "prompt", List.of(1), "max_tokens", 1));
    }

    private static JsonNode succeeded(HttpResponse<String> started) throws Exception {
        JsonNode job = ended(started);
        assertThat(job.get("state").asString()).as(job.toString()).isEqualTo("succeeded");
        return job;
    }

    private static JsonNode ended(HttpResponse<String> started) throws Exception {
        assertThat(started.statusCode()).as(started.body()).isEqualTo(202);
        String route = started.headers().firstValue("Location").orElseThrow();
        assertThat(route).endsWith(Rest.json(started).at("/job/id").asString());
        JsonNode job = rest.get(route);
        for (int i = 0; i < 300 && job.get("finished_at").isNull(); i++) {
            Thread.sleep(50);
            job = rest.get(route);
        }
        return job;
    }

    private static String state(String model) throws Exception {
        return rest.get("/admin/v1/models/" + model).get("state").asString();
    }

    private static int status(String method, String route) throws Exception {
        return rest.send(method, route, "").statusCode();
    }

    private static JsonNode refused(int status, String method, String route, Object body) throws Exception {
        HttpResponse<String> answer = rest.send(method, route, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return Rest.json(answer).get("error");
    }

    private static List<String> ids(JsonNode list) {
        return texts(list.get("data"), "id");
    }

    private static List<String> texts(JsonNode entries, String field) {
        return StreamSupport.stream(entries.spliterator(), false)
                .map(entry -> entry.get(field).asString())
                .toList();
    }
}
