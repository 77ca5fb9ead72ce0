package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Admin;
import io.baseload.testing.Browser;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.TestModels;
import io.baseload.tools.Rest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The forms of names, loads, keys, backends, prices and tenants in a real browser, with pictures in {@code target/console}. */
class ConsoleFormsIT {
    private static final String MODEL = "smollm2-135m-instruct";

    @TempDir
    static Path home;

    private static Browser browser;
    private static Looks looks;
    private static RunningService service;
    private static Rest rest;

    @BeforeAll
    static void start() throws Exception {
        browser = Browser.start();
        looks = new Looks(browser);
        service = RunningService.at(home, "baseload.backends.allowed-hosts=localhost,127.0.0.1");
        rest = service.rest();
        Files.copy(TestModels.tiny(), home.resolve("import/tiny.gguf"));
        rest.post("/admin/v1/models", Map.of("name", "tiny", "path", "tiny.gguf"));
        Patience.await().until(() -> rest.get("/admin/v1/models").toString().contains("\"tiny\""));
    }

    @BeforeEach
    void signIn() {
        browser.forget();
        browser.view(Looks.WIDE, false);
        signIn(RunningService.KEY);
    }

    @AfterAll
    static void stop() {
        try (Browser _ = browser) {
            if (service != null) {
                service.close();
            }
        }
    }

    private static void signIn(String key) {
        looks.signIn(rest.url(), key);
    }

    private static void open(String path) {
        browser.open(rest.url() + path);
    }

    /** Takes pictures of the page that is shown, and checks it. */
    private static void look(String name) throws Exception {
        looks.here(name);
        browser.view(Looks.WIDE, false);
        assertThat(browser.errors()).as(name).isEmpty();
    }

    private static void choose(String list, String value) {
        browser.one(list + " option[value='" + value + "']").click();
    }

    private static String value(String css) {
        return String.valueOf(browser.one(css).getDomProperty("value"));
    }

    private static String backend(String name, String... models) throws Exception {
        rest.post(
                "/admin/v1/backends",
                Map.of(
                        "name",
                        name,
                        "base_url",
                        rest.url() + "/v1",
                        "api_key",
                        RunningService.KEY,
                        "models",
                        List.of(models).stream()
                                .map(id -> Map.of("id", id, "upstream", MODEL))
                                .toList()));
        return name;
    }

    @Test
    void aNamePointsToSeveralModels() throws Exception {
        backend("pool", "large", "larger");
        open("/console/models");
        browser.press("Point a name to several models");
        browser.fill("#alias", "chat");
        browser.fill("[aria-label='Model in row 1']", MODEL);
        browser.fill("[aria-label='Prompt tokens, to, in row 1']", "1000");
        browser.fill("[aria-label='Model in row 2']", "large at pool");
        browser.fill("[aria-label='Order in row 2']", "1");
        browser.fill("[aria-label='Weight in row 2']", "many");
        browser.press("More rows");
        browser.awaitElement("[aria-label='Model in row 4']");
        assertThat(value("[aria-label='Model in row 2']")).isEqualTo("large at pool");
        browser.fill("[aria-label='Model in row 3']", "larger at pool");
        browser.fill("[aria-label='Order in row 3']", "1");
        browser.press("Show the consequences");
        browser.await("In row 2 of the models, 'weight' must be a number.");
        assertThat(value("[aria-label='Model in row 3']")).isEqualTo("larger at pool");
        browser.fill("[aria-label='Weight in row 2']", "3");
        look("console-models-targets");
        browser.press("Show the consequences");
        browser.await("The new name chat points to " + MODEL + " (prompts of 0 to 1000 tokens), otherwise large at pool"
                + " (weight 3) or larger at pool (weight 1).");
        browser.press("Change");
        browser.await("The models behind chat are being changed.");
        browser.await("order 1, weight 3");
        JsonNode targets = rest.get("/admin/v1/aliases/chat").get("targets");
        assertThat(targets).hasSize(3);
        assertThat(targets.at("/0/max_prompt_tokens").asInt()).isEqualTo(1000);
        assertThat(targets.at("/1/backend").asString()).isEqualTo("pool");
        assertThat(targets.at("/1/weight").asInt()).isEqualTo(3);
        assertThat(targets.at("/2/order").asInt()).isEqualTo(1);

        browser.click("[aria-label='Change the models behind chat']");
        browser.awaitElement("[aria-label='Model in row 5']");
        assertThat(value("#alias")).isEqualTo("chat");
        assertThat(value("[aria-label='Weight in row 2']")).isEqualTo("3");
        browser.fill("[aria-label='Model in row 3']", "tiny");
        browser.press("Show the consequences");
        browser.await("tiny is loaded first.");
        look("console-models-targets-ask");
        browser.press("Change");
        browser.await("The models behind chat are being changed.");
        Patience.await()
                .until(() -> rest.get("/admin/v1/models/tiny").get("aliases").size() == 1);

        browser.click("[aria-label='Change the models behind chat']");
        browser.fill("[aria-label='Model in row 1']", "");
        browser.press("Show the consequences");
        browser.await("Row 1 of the models names no model.");
        assertThat(value("#alias")).isEqualTo("chat");
        assertThat(value("[aria-label='Model in row 3']")).isEqualTo("tiny");
        rest.send("DELETE", "/admin/v1/aliases/chat", "");
        Patience.await().until(() -> new Admin(rest).state("tiny").equals("stored"));
    }

    @Test
    void aModelIsLoadedWithSettings() throws Exception {
        open("/console/models");
        browser.one("[aria-label='Load tiny with settings']").click();
        browser.await("The number of shards and the longest context are settings of the service.");
        choose("#precision", "exact");
        choose("#kv", "f16");
        choose("#pinned", "true");
        look("console-models-load");
        browser.press("Load");
        browser.await("tiny is being loaded.");
        Patience.await()
                .until(() -> rest.get("/admin/v1/models/tiny")
                        .get("state")
                        .asString()
                        .equals("loaded"));
        JsonNode loaded = rest.get("/admin/v1/models/tiny").get("loaded");
        assertThat(loaded.get("precision").asString()).isEqualTo("exact");
        assertThat(loaded.get("kv_precision").asString()).isEqualTo("f16");
        assertThat(loaded.get("pinned").asBoolean()).isTrue();
        open("/console/models/load?model=tiny");
        choose("#precision", "fast");
        browser.press("Load");
        browser.await("unload it first");
        assertThat(value("#precision")).isEqualTo("fast");

        unloadTiny();
        open("/console/models");
        browser.one("[aria-label='Load tiny']").click();
        Patience.await()
                .until(() -> rest.get("/admin/v1/models/tiny")
                        .get("state")
                        .asString()
                        .equals("loaded"));
        // the settings stay
        loaded = rest.get("/admin/v1/models/tiny").get("loaded");
        assertThat(loaded.get("precision").asString()).isEqualTo("exact");
        assertThat(loaded.get("pinned").asBoolean()).isTrue();
        // other tests expect it as it was
        unloadTiny();
    }

    private static void unloadTiny() throws Exception {
        rest.send("POST", "/admin/v1/models/tiny/unload", "");
        Patience.await()
                .until(() -> rest.get("/admin/v1/models/tiny")
                        .get("state")
                        .asString()
                        .equals("stored"));
    }

    @Test
    void aKeyIsChangedWithoutUndoingOtherChanges() throws Exception {
        rest.post("/admin/v1/tenants", Map.of("id", "keyed"));
        String keys = "/admin/v1/tenants/keyed/keys";
        var rights =
                Map.of("roles", List.of("user"), "models", List.of("default"), "expires_at", "2099-01-02T10:00:00Z");
        String prefix = rest.post(keys, rights).get("prefix").asString();
        String key = keys + "/" + prefix;
        open("/console/tenants/keyed");
        browser.press(prefix);
        browser.await("Changes apply from the next request on.");
        assertThat(value("#expires")).isEqualTo("2099-01-02");
        browser.one("input[value='auditor']").click();
        browser.fill("#models", "default, tiny");
        browser.fill("#rate", "60");
        browser.fill("#addresses", "10.0.0.0/33");
        browser.press("Save the rights");
        browser.awaitElement("main > .refusal");
        assertThat(value("#models")).isEqualTo("default, tiny");
        assertThat(value("#addresses")).isEqualTo("10.0.0.0/33");
        assertThat(browser.one("input[value='auditor']").isSelected()).isTrue();
        look("console-tenants-key");
        rest.send("PATCH", key, Map.of("priority", "batch")); // meanwhile
        browser.fill("#addresses", "10.0.0.0/8, 2001:db8::/32");
        browser.press("Save the rights");
        browser.await("The key was changed.");
        JsonNode changed = rest.get(key);
        assertThat(changed.get("roles").toString()).isEqualTo("[\"auditor\",\"user\"]");
        assertThat(changed.get("models").toString()).isEqualTo("[\"default\",\"tiny\"]");
        assertThat(changed.get("requests_per_minute").asInt()).isEqualTo(60);
        assertThat(changed.get("addresses")).hasSize(2);
        assertThat(changed.get("priority").asString()).isEqualTo("batch");
        assertThat(changed.get("expires_at").asString()).isEqualTo("2099-01-02T10:00:00Z");
        browser.fill("#rate", "");
        browser.run("document.querySelector('#expires').value = ''");
        browser.press("Save the rights");
        Patience.await().until(() -> rest.get(key).get("expires_at").isNull());
        assertThat(rest.get(key).get("requests_per_minute").isNull()).isTrue();
    }

    @Test
    void theBudgetsOfAKeyAreChanged() throws Exception {
        rest.post("/admin/v1/tenants", Map.of("id", "budgeted"));
        String keys = "/admin/v1/tenants/budgeted/keys";
        String prefix =
                rest.post(keys, Map.of("roles", List.of("user"))).get("prefix").asString();
        String windows = keys + "/" + prefix + "/windows";
        var daily = Map.of("period", "day", "tokens", 1000, "soft_percent", 80, "interactive_percent", 20);
        rest.put(windows, Map.of("windows", List.of(daily)));
        signIn(rest.post(keys, Map.of("roles", List.of("tenant_admin")))
                .get("key")
                .asString());
        open("/console/tenants/budgeted/keys/" + prefix);
        browser.await("tokens of the day: 0 of 1,000");
        browser.press("Change budgets");
        browser.fill("[aria-label='Requests in row 2']", "many");
        browser.press("Save the budgets");
        browser.await("In row 2 of the limits, 'requests' must be a number.");
        assertThat(value("[aria-label='Requests in row 2']")).isEqualTo("many");
        browser.fill("[aria-label='Requests in row 2']", "5");
        browser.one("[aria-label='Period in row 2'] option:nth-child(2)").click(); // hour
        look("console-tenants-key-budgets");
        browser.press("Save the budgets");
        browser.await("The budgets were changed.");
        browser.await("requests of the hour: 0 of 5");
        JsonNode set = rest.get(windows).get("windows");
        assertThat(set).hasSize(2).anySatisfy(window -> {
            assertThat(window.get("limit").asInt()).isEqualTo(1000);
            assertThat(window.get("soft_percent").asInt()).isEqualTo(80);
            assertThat(window.get("interactive_percent").asInt()).isEqualTo(20);
        });
        rest.put(windows, Map.of("windows", List.of(daily))); // meanwhile
        browser.press("Change budgets");
        browser.fill("[aria-label='Tokens in row 1']", "7");
        browser.press("Save the budgets");
        browser.await("were changed meanwhile");
        assertThat(rest.get(windows).at("/windows/0/limit").asInt()).isEqualTo(1000);
    }

    @Test
    void aBackendIsCreatedChangedAndDeleted() throws Exception {
        open("/console/backends");
        browser.fill("#name", "gpu");
        browser.fill("#url", "http://elsewhere:8000/v1");
        browser.fill("#models", "llama meta-llama/Llama-3.3\nmistral");
        browser.fill("#secret", "a secret");
        browser.press("Create");
        browser.awaitElement("main > .refusal");
        assertThat(value("#models")).isEqualTo("llama meta-llama/Llama-3.3\nmistral");
        assertThat(value("#secret")).isEmpty();
        browser.fill("#url", "http://localhost:1/v1");
        browser.fill("#variable", "HOME");
        browser.press("Limits and dialect");
        browser.fill("#timeout", "5000");
        browser.press("Create");
        browser.await("The backend was created.");
        browser.await("variable HOME");
        Patience.await()
                .until(() -> rest.get("/admin/v1/backends/gpu")
                        .at("/health/state")
                        .asString()
                        .equals("down"));
        open("/console/backends");
        look("console-backends-down");
        open("/console");
        browser.await("The backend gpu is down.");
        JsonNode created = rest.get("/admin/v1/backends/gpu");
        assertThat(created.at("/models/0/upstream").asString()).isEqualTo("meta-llama/Llama-3.3");
        assertThat(created.at("/models/1/upstream").asString()).isEqualTo("mistral");
        assertThat(created.get("timeout_ms").asInt()).isEqualTo(5000);
        assertThat(created.get("template_variables").asBoolean()).isTrue();

        Files.createDirectories(home.resolve("backend-keys"));
        Files.writeString(home.resolve("backend-keys/gpu.key"), "a-secret");
        open("/console/backends/change?name=gpu");
        browser.fill("#models", "mistral");
        browser.fill("#variable", "");
        browser.fill("#file", "gpu.key");
        browser.one("[name='template_variables']").click();
        browser.fill("#concurrent", "few");
        browser.press("Save");
        browser.await("'max concurrent' must be a whole number.");
        assertThat(browser.one("#concurrent").getDomProperty("required")).isEqualTo("true");
        assertThat(value("#file")).isEqualTo("gpu.key");
        look("console-backends-change");
        rest.send("PATCH", "/admin/v1/backends/gpu", Map.of("idle_timeout_ms", 7000)); // meanwhile
        browser.fill("#concurrent", "8");
        browser.press("Save");
        browser.await("The backend gpu was changed.");
        JsonNode changed = rest.get("/admin/v1/backends/gpu");
        assertThat(changed.get("models")).hasSize(1);
        assertThat(changed.get("api_key_source").asString()).isEqualTo("file");
        assertThat(changed.get("max_concurrent").asInt()).isEqualTo(8);
        assertThat(changed.get("idle_timeout_ms").asInt()).isEqualTo(7000);
        assertThat(changed.get("template_variables").asBoolean()).isFalse();

        browser.one("[aria-label='Delete gpu']").click();
        browser.await("are answered with 404");
        browser.press("Delete");
        browser.await("The backend gpu was deleted.");
    }

    @Test
    void pricesAndTheUsageOfAllTenants() throws Exception {
        rest.post("/v1/completions", Map.of("model", "default", "prompt", "Once", "max_tokens", 1));
        open("/console/usage");
        browser.fill("#model", MODEL);
        browser.fill("#prompt", "much");
        browser.fill("#completion", "10");
        browser.press("Add");
        browser.await("'prompt' must be a number.");
        assertThat(value("#model")).isEqualTo(MODEL);
        browser.fill("#prompt", "2.5");
        browser.run("document.querySelector('#valid').value = '2099-01-01'");
        browser.press("Add");
        browser.await("The price was added.");
        browser.await("upcoming");
        choose("#by", "tenant,model");
        browser.press("Show");
        browser.await("Reused prompt tokens");
        Patience.await()
                .until(() ->
                        browser.one("[aria-labelledby='usage'] tbody").getText().contains("default"));
        look("console-usage-rows");
        assertThat(browser.one("#by").getDomProperty("value")).isEqualTo("tenant,model");
        try (var session = ConsoleSession.of(rest.url(), RunningService.KEY)) {
            assertThat(session.get("/console/usage/usage.csv?by=tenant")
                            .body()
                            .lines()
                            .findFirst())
                    .hasValueSatisfying(line -> assertThat(line).contains("tenant", "requests"));
        }
        browser.press("Withdraw");
        browser.agree();
        browser.await("The price was withdrawn.");
        assertThat(rest.get("/admin/v1/prices").get("data")).isEmpty();
        try (var session = ConsoleSession.of(rest.url(), RunningService.KEY)) {
            var today = LocalDate.now(ZoneOffset.UTC).toString();
            var price = Map.of("model", "free", "prompt", "0", "completion", "0", "valid_from", today);
            session.submit("/console/usage", "/console/usage/prices", price);
            assertThat(session.get("/console/usage").body()).contains("The price was added.");
        }
    }

    @Test
    void aServiceAccountGetsAKeyAndIsRemoved() throws Exception {
        rest.post("/admin/v1/tenants", Map.of("id", "served"));
        open("/console/tenants/served");
        browser.press("People and service accounts");
        browser.fill("#name", "Nightly Batch");
        browser.press("Create");
        browser.awaitElement("main > .refusal");
        assertThat(value("#name")).isEqualTo("Nightly Batch");
        browser.fill("#name", "nightly");
        browser.press("Create");
        browser.await("The service account was created.");
        look("console-tenants-identities");
        browser.one("[aria-label='Create a key for service_nightly']").click();
        browser.await("The key can do no more than the service account.");
        look("console-tenants-identities-key");
        browser.press("Create key");
        browser.await("Copy it now.");
        assertThat(rest.get("/admin/v1/tenants/served/keys")
                        .at("/data/0/identity")
                        .asString())
                .isEqualTo("service_nightly");
        open("/console/tenants/served");
        browser.await("service_nightly");
        browser.press("Rotate");
        look("console-tenants-served");
        browser.press("Create the new key");
        browser.await("Copy it now.");
        assertThat(rest.get("/admin/v1/tenants/served/keys").get("data"))
                .hasSize(2)
                .allSatisfy(key -> assertThat(key.get("identity").asString()).isEqualTo("service_nightly"));
        open("/console/tenants/served/identities");
        browser.one("[aria-label='Remove service_nightly']").click();
        browser.await("All keys of service_nightly are revoked");
        browser.press("Remove");
        browser.await("service_nightly was removed.");
        assertThat(rest.get("/admin/v1/tenants/served/identities").get("data")).isEmpty();
    }

    @Test
    void aTenantsFiltersAreSetAndTheTenantIsDeleted() throws Exception {
        rest.post("/admin/v1/tenants", Map.of("id", "leaving"));
        String admin = rest.post("/admin/v1/tenants/leaving/keys", Map.of("roles", List.of("tenant_admin")))
                .get("key")
                .asString();
        String filters = "[{\"name\": \"pii\", \"kind\": \"personal_data\", \"handling\": {\"email\": \"redact\"}}]";
        open("/console/tenants/leaving/settings");
        browser.await("They are not kept.");
        browser.press("Change the filters");
        browser.fill("#json", filters.replace("redact", "hide"));
        browser.press("Save the filters");
        browser.awaitElement("main > .refusal");
        assertThat(value("#json")).contains("\"hide\"");
        browser.fill("#json", filters);
        browser.press("Save the filters");
        browser.await("The filters were changed.");
        browser.await("email: redact");
        look("console-tenants-settings");
        browser.press("Show the consequences");
        browser.await("Give a request or an end user, or choose all.");
        browser.one("[name='all']").click();
        browser.press("Show the consequences");
        browser.await(
                "All kept prompts and answers of the tenant leaving are erased, with its stored responses, files and"
                        + " batches.");
        browser.press("Erase");
        browser.await("0 contents were erased.");

        signIn(admin);
        open("/console/tenants/leaving/settings");
        browser.await("email: redact");
        assertThat(browser.text()).doesNotContain("Change the filters", "Delete the tenant", "Keep them");
        look("console-tenants-settings-admin");

        signIn(RunningService.KEY);
        open("/console/tenants/leaving/settings");
        browser.press("Delete …");
        browser.await("The tenant leaving is deleted with its keys");
        browser.press("Delete");
        browser.await("The tenant leaving was deleted.");
        assertThat(rest.send("GET", "/admin/v1/tenants/leaving", "").statusCode())
                .isEqualTo(404);
    }

    @Test
    void theTrailsKeyIsReplaced() throws Exception {
        open("/console/audit");
        look("console-audit-keys");
        browser.press("New signing key …");
        browser.await("The trail names the new key");
        browser.press("Create");
        browser.await("A new key signs the trail.");
        assertThat(rest.get("/admin/v1/audit/keys").get("data")).hasSize(2);
        try (var session = ConsoleSession.of(rest.url(), RunningService.KEY)) {
            assertThat(session.get("/console/audit/checkpoint").body()).contains("— ");
        }
    }

    @Test
    void theEnginePageNamesTheProcesses() throws Exception {
        open("/console/engine");
        assertThat(browser.one("[aria-labelledby='processes'] tbody").getText()).contains("engine", MODEL, "loaded");
        look("console-engine-processes");
    }
}
