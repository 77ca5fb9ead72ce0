package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.DeniedAccess;
import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.TestModels;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
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

/** Tenants, keys, usage, the audit trail, and what all routes below {@code /admin/v1} have in common, over HTTP, on the whole service. */
final class AdminApiIT {
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
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void theTrailSaysFromWhereActsCameAndWhoWasTurnedAway() throws Exception {
        HttpResponse<String> act = rest.send("POST", "/admin/v1/tenants", Map.of("id", "from-where"));
        String id = act.headers().firstValue("x-request-id").orElseThrow();
        JsonNode created =
                rest.get("/admin/v1/audit?kind=admin.tenant.create&limit=1000").get("data");
        assertThat(created.valueStream()
                        .filter(entry -> entry.get("subject").asString().equals("tenants/from-where"))
                        .map(entry -> entry.get("detail")))
                .singleElement()
                .satisfies(detail -> {
                    assertThat(detail.get("request_id").asString()).isEqualTo(id);
                    assertThat(detail.get("address").asString()).isEqualTo("127.0.0.1");
                });

        assertThat(rest.as("bl_wrong").send("GET", "/v1/models", "").statusCode())
                .isEqualTo(401);
        Rest user = rest.as(key("user"));
        assertThat(user.send("GET", "/admin/v1/models", "").statusCode()).isEqualTo(403);
        service.bean(DeniedAccess.class).write();
        assertThat(rest.get("/admin/v1/audit?kind=access.sign_in_failed").get("data"))
                .anySatisfy(entry -> assertThat(
                                entry.at("/detail/addresses/127.0.0.1").asLong())
                        .isPositive());
        assertThat(rest.get("/admin/v1/audit?kind=access.forbidden").get("data"))
                .anySatisfy(entry -> assertThat(entry.get("subject").asString()).isEqualTo("GET /admin/v1/models"));
    }

    @Test
    void theTrailSaysWhatAnImportStored() throws Exception {
        new Admin(rest).importModel(home, TestModels.tiny(), "recorded");
        JsonNode model = rest.get("/admin/v1/models/recorded");
        assertThat(rest.get("/admin/v1/audit?kind=admin.model.imported").get("data"))
                .anySatisfy(entry -> {
                    assertThat(entry.get("subject").asString()).isEqualTo("models/recorded");
                    assertThat(entry.at("/detail/sha256")).isEqualTo(model.get("sha256"));
                    assertThat(entry.at("/detail/bytes")).isEqualTo(model.get("bytes"));
                    assertThat(entry.at("/detail/quantization").asString()).isEqualTo("keep");
                    assertThat(entry.at("/detail/source").size()).isEqualTo(1);
                    assertThat(entry.at("/detail/source/0/name").asString()).startsWith("recorded");
                    assertThat(entry.at("/detail/source/0/bytes").asLong()).isEqualTo(Files.size(TestModels.tiny()));
                    assertThat(entry.at("/detail/source/0/sha256").asString()).isEqualTo(sha256(TestModels.tiny()));
                    assertThat(entry.at("/actor/key_prefix").asString()).isNotEmpty();
                });
    }

    @Test
    void theTrailSaysWhatTheFirstStartImported() throws Exception {
        JsonNode model = rest.get("/admin/v1/models/" + BUNDLED);
        assertThat(rest.get("/admin/v1/audit?kind=admin.model.imported").get("data"))
                .anySatisfy(entry -> {
                    assertThat(entry.get("subject").asString()).isEqualTo("models/" + BUNDLED);
                    assertThat(entry.at("/actor/tenant").asString()).isEqualTo("system");
                    assertThat(entry.at("/detail/sha256")).isEqualTo(model.get("sha256"));
                    assertThat(entry.at("/detail/bytes")).isEqualTo(model.get("bytes"));
                    assertThat(entry.at("/detail/source/0/name").asString()).endsWith(".gguf");
                    assertThat(entry.at("/detail/source/0/sha256").asString())
                            .isEqualTo("b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53");
                });
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
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
        assertThat(AdminRest.texts(deletions, "subject")).containsOnlyOnce("aliases/at-once");
    }

    @Test
    void aModelThatNobodyCouldAskIsNotImported() throws Exception {
        Path source = Files.createDirectories(home.resolve("import/mute"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(TestModels.resource("architectures/tiny-mixtral").resolve(file), source.resolve(file));
        }
        Files.writeString(
                source.resolve("tokenizer.json"), "{\"added_tokens\": [], \"model\": {\"type\": \"WordLevel\"}}");
        var operator = new Admin(rest);
        JsonNode job = operator.end(operator.startImport("mute", "mute"));
        assertThat(job.get("state").asString()).isEqualTo("failed");
        assertThat(job.toString()).contains("tokenizer.json", "model is a WordLevel");
        assertThat(AdminRest.ids(rest.get("/admin/v1/models"))).doesNotContain("mute");
        JsonNode attention = rest.get("/admin/v1/attention?kinds=job");
        assertThat(attention.get("data").valueStream())
                .filteredOn(problem -> problem.path("subject").equals(job.get("id")))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.get("kind").asString()).isEqualTo("job");
                    assertThat(problem.get("message").asString())
                            .startsWith("A job failed: import of mute: ")
                            .contains("tokenizer.json");
                });
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

    @ParameterizedTest
    @ValueSource(strings = {"tenants", "models", "aliases", "jobs", "tenants/default/keys", "audit"})
    void aCursorThatIsNoneIsRefused(String list) throws Exception {
        JsonNode error = admin.refused(400, "GET", "/admin/v1/" + list + "?after=%00", "");
        assertThat(error.get("param").asString()).isEqualTo("after");
    }

    @Test
    void listsArePaged() throws Exception {
        for (int i = 0; i < 3; i++) {
            rest.post("/admin/v1/tenants", Map.of("id", "page-" + i));
        }
        JsonNode first = rest.get("/admin/v1/tenants?limit=2&after=page-");
        assertThat(first.get("object").asString()).isEqualTo("list");
        assertThat(AdminRest.ids(first)).containsExactly("page-0", "page-1");
        JsonNode second =
                rest.get("/admin/v1/tenants?limit=2&after=" + first.get("next").asString());
        assertThat(AdminRest.ids(second)).startsWith("page-2");
        assertThat(admin.refused(400, "GET", "/admin/v1/tenants?limit=0", "")
                        .get("param")
                        .asString())
                .isEqualTo("limit");
        assertThat(admin.refused(400, "GET", "/admin/v1/tenants?limit=x", "")
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
        assertThat(admin.refused(409, "POST", "/admin/v1/tenants", Map.of("id", "acme"))
                        .get("type")
                        .asString())
                .isEqualTo("invalid_request_error");

        HttpResponse<String> changed = rest.send("PATCH", "/admin/v1/tenants/acme", Map.of("max_concurrent", 5));
        assertThat(Rest.json(changed).get("max_concurrent").asInt()).isEqualTo(5);
        assertThat(Rest.json(changed).get("windows").size()).isEqualTo(2);
        assertThat(rest.get("/admin/v1/tenants/acme").get("weight").asInt()).isEqualTo(2);

        assertThat(admin.status("DELETE", "/admin/v1/tenants/acme")).isEqualTo(204);
        assertThat(admin.status("GET", "/admin/v1/tenants/acme")).isEqualTo(404);
        assertThat(admin.status("DELETE", "/admin/v1/tenants/default")).isEqualTo(409);
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
        JsonNode error = admin.refused(400, "POST", "/admin/v1/tenants", body);
        assertThat(error.get("param").asString()).isEqualTo(field);
        assertThat(error.get("code").isString()).isTrue();
    }

    @Test
    void aKeyIsShownOnceWorksAndIsRevokedAtOnce() throws Exception {
        rest.post("/admin/v1/tenants", Map.of("id", "keys"));
        Instant expiry = Instant.parse("2999-01-01T00:00:00Z");
        var wish = Map.of(
                "roles",
                List.of("user"),
                "expires_at",
                expiry.toString(),
                "models",
                List.of("default"),
                "priority",
                "batch");
        HttpResponse<String> answer = rest.send("POST", "/admin/v1/tenants/keys/keys", wish);
        assertThat(answer.statusCode()).isEqualTo(201);
        JsonNode issued = Rest.json(answer);
        String key = issued.get("key").asString();
        String prefix = issued.get("prefix").asString();
        assertThat(key).startsWith(prefix).startsWith("bl_");
        assertThat(issued.at("/roles/0").asString()).isEqualTo("user");
        assertThat(issued.get("priority").asString()).isEqualTo("batch");
        assertThat(rest.get("/admin/v1/tenants/keys/keys")
                        .at("/data/0/priority")
                        .asString())
                .isEqualTo("batch");
        assertThat(Instant.parse(issued.get("expires_at").asString())).isEqualTo(expiry);

        Rest user = rest.as(key);
        assertThat(AdminRest.ids(user.get("/v1/models"))).contains("default");
        assertThat(user.send("GET", "/admin/v1/models", "").statusCode()).isEqualTo(403);
        assertThat(rest.get("/admin/v1/tenants/keys/keys").toString())
                .contains(prefix)
                .doesNotContain(key);

        assertThat(admin.status("DELETE", "/admin/v1/tenants/keys/keys/" + prefix))
                .isEqualTo(204);
        assertThat(user.send("GET", "/v1/models", "").statusCode()).isEqualTo(401);
        assertThat(admin.status("DELETE", "/admin/v1/tenants/keys/keys/" + prefix))
                .isEqualTo(404);
        assertThat(rest.send("POST", "/admin/v1/tenants/nobody/keys", wish).statusCode())
                .isEqualTo(404);
    }

    @Test
    void aKeysRightsAreChangedWithoutANewKey() throws Exception {
        rest.post("/admin/v1/tenants", Map.of("id", "changes"));
        JsonNode issued = rest.post(
                "/admin/v1/tenants/changes/keys",
                Map.of("roles", List.of("user"), "expires_at", "2999-01-01T00:00:00Z"));
        String path = "/admin/v1/tenants/changes/keys/" + issued.get("prefix").asString();
        JsonNode changed = Rest.json(rest.send("PATCH", path, "{\"priority\": \"batch\"}"));
        assertThat(changed.get("priority").asString()).isEqualTo("batch");
        assertThat(changed.get("roles").get(0).asString()).isEqualTo("user");
        assertThat(changed.get("expires_at").asString()).isEqualTo("2999-01-01T00:00:00Z");
        changed = Rest.json(rest.send("PATCH", path, "{\"expires_at\": null, \"models\": [\"elsewhere\"]}"));
        assertThat(changed.get("expires_at").isNull()).isTrue();
        assertThat(changed.get("priority").asString()).isEqualTo("batch");
        Rest user = rest.as(issued.get("key").asString());
        assertThat(AdminRest.ids(user.get("/v1/models"))).isEmpty();
        assertThat(rest.get("/admin/v1/audit?kind=admin.key.change&tenant=default&limit=1000")
                        .get("data")
                        .valueStream()
                        .map(entry -> entry.get("subject").asString())
                        .filter(path.substring("/admin/v1/".length())::equals))
                .hasSize(2);

        for (String body : List.of("{\"expires_at\": 7}", "{\"expires_at\": \"2001-01-01T00:00:00Z\"}")) {
            assertThat(admin.refused(400, "PATCH", path, body).get("param").asString())
                    .isEqualTo("expires_at");
        }
        Rest tenantAdmin = rest.as(key("changes", "tenant_admin"));
        assertThat(tenantAdmin.send("PATCH", path, "{\"models\": []}").statusCode())
                .isEqualTo(200);
        assertThat(tenantAdmin
                        .send("PATCH", path, "{\"roles\": [\"operator\"]}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(AdminRest.ids(user.get("/v1/models"))).contains("default");
        assertThat(admin.status("DELETE", path)).isEqualTo(204);
        assertThat(rest.send("PATCH", path, "{\"priority\": \"batch\"}").statusCode())
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
                "{\"roles\": [\"user\"], \"priority\": \"urgent\"} | priority",
                "{\"roles\": [\"user\"], \"models\": [\"a\\u0000\"]} | models[0]",
            })
    void aBadKeyIsRefusedByField(String body, String field) throws Exception {
        JsonNode error = admin.refused(400, "POST", "/admin/v1/tenants/default/keys", body);
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
        assertThat(AdminRest.texts(usage.get("windows"), "period")).containsExactly("minute", "day", "month");
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
        assertThat(admin.refused(400, "GET", "/admin/v1/tenants/usage/usage?from=yesterday", "")
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
        assertThat(admin.status("DELETE", "/admin/v1/aliases/audited")).isEqualTo(204);
        assertThat(kinds()).contains("admin.alias.put", "admin.alias.delete", "admin.key.create");

        JsonNode found = rest.get("/admin/v1/audit/verification");
        assertThat(found.at("/integrity/ok").asBoolean()).isTrue();
        assertThat(found.at("/integrity/first_bad_seq").isNull()).isTrue();
        assertThat(found.at("/completeness/ok").asBoolean()).isTrue();
        assertThat(found.at("/completeness/open_intents").isArray()).isTrue();
        assertThat(found.at("/signing/overdue").asBoolean(true)).isFalse();
        assertThat(found.at("/signing/refusal").isNull()).isTrue();
        assertThat(found.get("entries").asLong()).isPositive();
        assertThat(found.get("head").asString()).hasSize(64);
        assertThat(found.get("checked_at").isString()).isTrue();
    }

    private static List<String> kinds() throws Exception {
        return AdminRest.texts(
                rest.get("/admin/v1/audit?kind=admin.&limit=1000").get("data"), "kind");
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
        return Patience.await()
                .until(
                        () -> rest.get("/admin/v1/tenants/" + tenant + "/usage"),
                        usage -> usage.get("requests").asLong() > 0);
    }
}
