package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Quantization;
import io.baseload.testing.Admin;
import io.baseload.testing.Browser;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.TestModels;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The console in a real browser: the actions of its users, and accessibility. Pictures of all pages are in {@code target/console}. */
@ExtendWith(WholeService.class)
class ConsoleIT {
    private static final String LONG_MODEL = "organization/" + "a-model-with-a-very-long-name-".repeat(3) + "instruct";

    @TempDir
    static Path home;

    private static Browser browser;
    private static Looks looks;

    /** A service that has itself as a backend. */
    private static RunningService other;

    private String url;

    @BeforeAll
    static void start() throws Exception {
        browser = Browser.start();
        looks = new Looks(browser);
        other = RunningService.at(home, "baseload.backends.allowed-hosts=localhost,127.0.0.1");
        var models = List.of(
                Map.of("id", LONG_MODEL, "upstream", "smollm2-135m-instruct"),
                Map.of("id", "mirror", "upstream", "smollm2-135m-instruct"));
        other.rest()
                .post(
                        "/admin/v1/backends",
                        Map.of(
                                "name",
                                "itself",
                                "base_url",
                                other.rest().url() + "/v1",
                                "api_key",
                                RunningService.KEY,
                                "models",
                                models));
    }

    @BeforeEach
    void comeAsAStranger(RunningService service) {
        url = service.rest().url();
        browser.forget();
        browser.view(Looks.WIDE, false);
    }

    @AfterAll
    static void stop() {
        try (Browser _ = browser) {
            if (other != null) {
                other.close();
            }
        }
    }

    private void signIn() {
        signIn(RunningService.KEY);
    }

    private void signIn(String key) {
        browser.open(url + "/");
        browser.fill("#key", key);
        browser.press("Sign in");
        browser.await("Needs attention");
    }

    /** @param name of the pictures */
    private void look(String path, String name) throws Exception {
        looks.at(url + path, name);
        assertThat(browser.errors().stream().filter(error -> !error.contains(path + " - Failed to load resource")))
                .as(path)
                .isEmpty();
    }

    @Test
    void everybodyCanUseEveryPage(RunningService service) throws Exception {
        look("/console/sign-in", "sign-in");
        signIn();
        look("/console/nothing", "console-error");
        look("/console/models/swap?alias=default&model=smollm2-135m-instruct", "console-models-swap");
        service.rest()
                .post("/v1/completions", Map.of("model", "default", "prompt", "Once upon a time", "max_tokens", 4));
        for (String path : Stream.concat(
                        Looks.pages(),
                        Stream.of("/console/tenants/default", "/console/models/unload?model=smollm2-135m-instruct"))
                .toList()) {
            look(path, path.replaceAll("\\?.*", "").substring(1).replace('/', '-'));
        }
        browser.open(url + "/console/tenants/default");
        browser.awaitElement("#usage-plot canvas");
        browser.one("#usage-by option[value='model']").click();
        Patience.await().until(() -> browser.one("#usage-plot").getText().contains("smollm2-135m-instruct"));
        browser.one("#usage-by option[value='key']").click();
        Patience.await()
                .until(() -> browser.one("#usage-plot").getText().contains(RunningService.KEY.substring(0, 11)));
        looks.here("console-tenants-default-by-key");
    }

    @Test
    void theKeyboardSuffices() {
        browser.open(url + "/console/sign-in");
        assertThat(browser.unreachableByTab()).isEmpty();
        browser.open(url + "/console/sign-in");
        for (int i = 0; i < 20 && !"key".equals(browser.focused()); i++) {
            browser.type(Keys.TAB);
        }
        browser.type(RunningService.KEY, Keys.ENTER);
        browser.await("Needs attention");
        Stream.concat(Looks.pages(), Stream.of("/console/models/unload?model=smollm2-135m-instruct"))
                .forEach(path -> Patience.await()
                        .untilAsserted(
                                () -> { // a page may refresh a part of itself meanwhile
                                    browser.open(url + path);
                                    assertThat(browser.unreachableByTab())
                                            .as(path)
                                            .isEmpty();
                                }));
    }

    @Test
    void longNamesFitIntoAPhonesWidth() throws Exception {
        String tenant = "department-" + "x".repeat(50);
        Files.copy(TestModels.tiny(), home.resolve("import/tiny.gguf"));
        String stored = "m".repeat(100);
        Rest rest = other.rest();
        url = rest.url();
        rest.put("/admin/v1/aliases/" + "n".repeat(60), Map.of("model", LONG_MODEL));
        rest.post("/admin/v1/tenants", Map.of("id", tenant));
        String keys = "/admin/v1/tenants/" + tenant + "/keys";
        var rights = Map.of("roles", List.of("user", "tenant_admin"), "models", List.of(LONG_MODEL));
        Rest user = rest.as(rest.post(keys, rights).get("key").asString());
        var messages = List.of(Map.of("role", "user", "content", "Hello"));
        user.post("/v1/chat/completions", Map.of("model", LONG_MODEL, "messages", messages, "max_tokens", 1));
        rest.post("/admin/v1/models", Map.of("name", stored, "path", "tiny.gguf"));
        Patience.await().until(() -> rest.get("/admin/v1/models").toString().contains(stored));
        signIn();
        for (String page : Stream.concat(
                        Looks.pages(),
                        Stream.of(
                                "/console/tenants/" + tenant,
                                "/console/models/swap?alias=" + "n".repeat(60) + "&model=smollm2-135m-instruct"))
                .toList()) {
            look(
                    page,
                    "long"
                            + page.replaceAll("\\?.*", "")
                                    .replaceAll("/tenants/.*", "/tenant")
                                    .substring(8)
                                    .replace('/', '-'));
            for (int width : List.of(Looks.NARROW, Looks.WIDE)) {
                browser.view(width, false);
                assertThat(browser.overflows(".scroll"))
                        .as(page + " at " + width)
                        .isFalse();
            }
        }
    }

    @Test
    void showsACanaryAndEndsIt() throws Exception {
        Rest rest = other.rest();
        url = rest.url();
        var sized = List.of(
                Map.of("model", "smollm2-135m-instruct", "max_prompt_tokens", 1000),
                Map.of("model", "mirror", "min_prompt_tokens", 1001));
        rest.put("/admin/v1/aliases/sized", Map.of("targets", sized));
        signIn();
        browser.open(url + "/console/models");
        browser.press("Start a canary");
        browser.one("#canary-model option[value='mirror at itself']").click();
        browser.fill("#percent", "10");
        browser.fill("#answers", "12");
        browser.fill("#errors", "0.5");
        browser.press("Show the consequences of the canary");
        browser.await("10 % of the requests for default go to mirror at itself, the others to smollm2-135m-instruct");
        browser.press("Start");
        browser.await("The canary of default is being started.");
        browser.awaitElement("[aria-label='Roll back the canary of default']");
        assertThat(rest.get("/admin/v1/aliases/default/canary").get("percent").asInt())
                .isEqualTo(10);
        assertThat(rest.get("/admin/v1/aliases/default/canary")
                        .get("min_requests")
                        .asInt())
                .isEqualTo(12);
        look("/console/models", "console-models-canary");
        browser.view(Looks.NARROW, false);
        assertThat(browser.one("caption").getSize().getWidth()).isGreaterThan(Looks.NARROW / 2);
        browser.view(Looks.WIDE, false);
        assertThat(browser.text())
                .contains("prompts of 0 to 1000 tokens", "mirror at itself", "prompts of 1001 tokens or more");
        browser.open(url + "/console/models/swap?alias=default&model=smollm2-135m-instruct");
        browser.await("default points to smollm2-135m-instruct already.");
        browser.await("The canary of default ends: mirror at itself is rolled back.");
        browser.open(url + "/console/models/swap?alias=sized&model=smollm2-135m-instruct");
        browser.await(
                "instead of smollm2-135m-instruct (prompts of 0 to 1000 tokens), otherwise mirror at itself (prompts"
                        + " of 1001");
        assertThat(browser.text()).doesNotContain("already.", "canary", "Both models", "The previous model");
        browser.open(url + "/console/models");
        browser.press("Roll back");
        browser.await("No new request for default goes to mirror");
        browser.press("Roll back");
        browser.await("The canary of default was rolled back.");
        browser.await("by an operator");
        assertThat(rest.get("/admin/v1/aliases/default/canary").get("state").asString())
                .isEqualTo("rolled_back");
        browser.one("[aria-label='Delete the name sized']").click();
        browser.await("New requests for sized are answered with 404.");
        browser.press("Delete");
        browser.await("The name sized was deleted.");
        assertThat(rest.send("GET", "/admin/v1/aliases/sized", "").statusCode()).isEqualTo(404);
    }

    @Test
    void saysThatASwapLoadsTheModel() throws Exception {
        Files.copy(TestModels.tiny(), home.resolve("import/small.gguf"));
        var admin = new Admin(other.rest());
        url = other.rest().url();
        assertThat(admin.end(admin.startImport("small.gguf", "small"))
                        .get("state")
                        .asString())
                .isEqualTo("succeeded");
        admin.alias("tiny", "small");
        admin.move("small", "unload");
        signIn();
        browser.open(url + "/console/models/swap?alias=tiny&model=small");
        browser.await("tiny points to small already; small is loaded.");
        assertThat(browser.text())
                .contains("small takes", "are free")
                .doesNotContain("The name moves", "Both models", "The previous model");
        browser.open(url + "/console/models/swap?alias=default&model=small");
        browser.await("New requests for default go to small instead of smollm2-135m-instruct.");
        assertThat(browser.text())
                .contains("small is loaded first.", "Both models", "The previous model")
                .doesNotContain("already");
    }

    @Test
    void importsInTheChosenQuantization() throws Exception {
        Files.copy(TestModels.tiny(), home.resolve("import/chosen.gguf"));
        url = other.rest().url();
        signIn();
        browser.open(url + "/console/models");
        assertThat(browser.text()).contains("The default quantization keeps encoders and models that are quantized");
        List<String> kinds =
                Stream.concat(Stream.of(""), Quantization.labels().stream()).toList();
        for (String choice : List.of("#quantize", "#hub-quantize", "#registry-quantize")) {
            assertThat(browser.all(choice + " option"))
                    .extracting(option -> option.getDomProperty("value"))
                    .isEqualTo(kinds);
        }
        browser.fill("#path", "chosen.gguf");
        browser.fill("#name", "chosen");
        browser.one("#quantize option[value='q8']").click();
        browser.press("Import");
        browser.await("The import has started.");
        browser.fill("#path", "half a na"); // the end of the job leaves it
        browser.awaitElement("[aria-label='Load chosen']");
        assertThat(browser.one("#path").getDomProperty("value")).isEqualTo("half a na");
        Patience.await()
                .until(() -> new Admin(other.rest())
                        .trail("admin.model.imported").stream()
                                .filter(entry -> entry.get("subject").asString().equals("models/chosen"))
                                .anyMatch(entry -> entry.at("/detail/quantization")
                                        .asString()
                                        .equals("q8")));
    }

    @Test
    void signsInAndOut() {
        browser.open(url + "/");
        browser.fill("#key", "bl_wrong");
        browser.press("Sign in");
        browser.await("The API key is wrong, revoked or expired.");
        signIn();
        browser.await("The checked part of the audit trail is intact, and its signatures are recent.");
        browser.one("header form button").click();
        browser.await("API key, or an identity provider");
        browser.open(url + "/console");
        assertThat(browser.url()).endsWith("/console/sign-in");
    }

    @Test
    void asksAndStops() {
        signIn();
        browser.open(url + "/console/playground");
        browser.fill("#max_tokens", "12");
        browser.fill("#question", "What is the capital of France?");
        browser.press("Send");
        browser.await("ended by");
        assertThat(browser.text()).contains("answer tokens", "first after").doesNotContain("ended by failed");
        browser.press("curl");
        assertThat(browser.one("#as-curl").getText()).contains("/v1/chat/completions", "capital of France");
        browser.press("New conversation");
        browser.fill("#max_tokens", "4000");
        browser.fill(
                "#schema", "{\"type\": \"string\", \"minLength\": 30000}"); // so long that it does not end by itself
        browser.fill("#question", "Count from one to a thousand.");
        browser.press("Send");
        Patience.await()
                .until(() -> !browser.all(".said.assistant .text")
                        .getLast()
                        .getText()
                        .isEmpty());
        browser.one("#stop").sendKeys(Keys.ENTER); // not with the mouse: the growing answer moves the button
        browser.await("ended by stopped");
        browser.fill("#question", "And once more.");
        browser.one("#send").sendKeys(Keys.ENTER);
        Patience.await()
                .until(() -> browser.all(".said.assistant").size() == 2
                        && !browser.all(".said.assistant .text")
                                .getLast()
                                .getText()
                                .isEmpty());
        browser.one("#clear").sendKeys(Keys.ENTER);
        browser.fill("#schema", "");
        browser.fill("#max_tokens", "4");
        browser.fill("#question", "Hello");
        browser.one("#send").sendKeys(Keys.ENTER);
        browser.await("ended by");
        String program = browser.one("#as-curl").getDomProperty("textContent");
        assertThat(program).contains("Hello").doesNotContain("Count", "once more");
        assertThat(program.split("\"role\": \"assistant\"", -1)).hasSize(2);
        assertThat(browser.errors()).isEmpty();
    }

    @Test
    void saysWhatASwapDoesAndDoesIt() {
        signIn();
        browser.open(url + "/console/models");
        browser.fill("#alias", "console-name");
        browser.press("Show the consequences");
        browser.await("The new name console-name points to smollm2-135m-instruct.");
        browser.press("Swap");
        browser.await("console-name is being moved to smollm2-135m-instruct.");
        browser.await("succeeded");
        browser.open(url + "/console/models/swap?alias=console-name&model=smollm2-135m-instruct");
        browser.await("console-name points to smollm2-135m-instruct already.");
        browser.open(url + "/console/models");
        browser.press("Pin");
        browser.await("stays in memory");
        browser.press("Unpin");
        browser.await("may be unloaded");
    }

    @Test
    void aKeyIsShownOnceAndRevoked() {
        signIn();
        browser.open(url + "/console/tenants/default");
        browser.press("Create key");
        browser.await("Copy it now.");
        String key = browser.one("#secret").getText();
        assertThat(key).startsWith("bl_");
        browser.open(url + "/console/tenants/default");
        assertThat(browser.text()).doesNotContain(key).contains(key.substring(0, 11));
        browser.one("[aria-label='Revoke " + key.substring(0, 11) + "']").click();
        browser.agree();
        browser.await("The key " + key.substring(0, 11) + " was revoked.");
    }

    @Test
    void changesLimitsAndKeepsTheOthersToTheDigit(RunningService service) throws Exception {
        Rest rest = service.rest();
        var spent = Map.of("period", "month", "cost", new BigDecimal("123456789012.123456"), "soft_percent", 80);
        var hourly = Map.of("period", "hour", "tokens", 1000, "interactive_percent", 20);
        rest.post("/admin/v1/tenants", Map.of("id", "budgets", "windows", List.of(spent, hourly)));
        signIn();
        browser.open(url + "/console/tenants/budgets");
        browser.press("Change limits");
        browser.fill("input[name='tokens'][value='1000']", "");
        browser.one("[aria-label='Period in row 3'] option:nth-child(3)").click();
        browser.fill("[aria-label='Model in row 3']", "smollm2-135m-instruct");
        browser.fill("[aria-label='Requests in row 3']", "50");
        browser.fill("[aria-label='Money in row 3']", "0.25");
        looks.here("console-tenant-limits");
        browser.view(Looks.WIDE, false);
        browser.press("Save");
        browser.await("The limits were changed.");
        browser.await("money of the day for smollm2-135m-instruct: 0 of 0.25");
        String tenant = rest.send("GET", "/admin/v1/tenants/budgets", "").body();
        assertThat(tenant).contains("\"cost\":123456789012.123456");
        assertThat(Rest.json(rest.send("GET", "/admin/v1/tenants/budgets", "")).get("windows"))
                .hasSize(2)
                .anySatisfy(window -> {
                    assertThat(window.get("period").asString()).isEqualTo("day");
                    assertThat(window.get("model").asString()).isEqualTo("smollm2-135m-instruct");
                    assertThat(window.get("requests").asInt()).isEqualTo(50);
                    assertThat(window.get("cost").asDouble()).isEqualTo(0.25);
                })
                .anySatisfy(
                        window -> assertThat(window.get("soft_percent").asInt()).isEqualTo(80));
        browser.press("Change limits");
        browser.fill("[aria-label='Tokens in row 1']", "many");
        browser.press("Save");
        browser.await("In row 1 of the limits, 'tokens' must be a number.");
    }

    @Test
    void verifiesTheTrail() {
        signIn();
        browser.open(url + "/console/audit");
        browser.press("Verify now");
        browser.await("Checked at");
        assertThat(browser.one(".verified").getText()).contains("intact", "every request has an outcome", "recent");
    }

    @Test
    void saysThatTheServiceCanNotBeReached() {
        signIn();
        browser.offline(true);
        browser.await("No connection to the service.");
        browser.offline(false);
        browser.await("Tokens per second");
    }

    @Test
    void listsOfModelsKeepTheirOptionsWhileTheyCanNotBeRead(RunningService service) throws Exception {
        Rest rest = service.rest();
        String keys = "/admin/v1/tenants/default/keys";
        var made = rest.post(keys, Map.of("roles", List.of("operator")));
        String key = keys + "/" + made.get("prefix").asString();
        signIn(made.get("key").asString());
        browser.open(url + "/console/models");
        int options = browser.all("#target option").size();
        assertThat(options).isPositive();
        String jobsEnded = "document.body.dispatchEvent(new Event('jobs-ended'))";
        browser.offline(true);
        browser.run(jobsEnded);
        awaitBeforeBothLists("No connection to the service.");
        browser.offline(false);
        rest.send("PATCH", key, Map.of("roles", List.of("user")));
        browser.run(jobsEnded);
        awaitBeforeBothLists("You do not have the role that this page needs.");
        assertThat(browser.all("#target option")).hasSize(options);
        rest.send("PATCH", key, Map.of("roles", List.of("operator")));
        browser.run(jobsEnded);
        Patience.await().until(() -> browser.all(".refusal").isEmpty());
        assertThat(browser.all("#target option")).hasSize(options);
        // the answer of another program than the console
        browser.run("htmx.ajax('GET', '/console/assets/none', '#jobs')");
        browser.await("The service answered 404.");
    }

    private static void awaitBeforeBothLists(String words) {
        Patience.await()
                .ignoreExceptions()
                .until(() -> browser.all("#target, #canary-model, div:has(> select) > .refusal").stream()
                        .map(part -> part.getTagName().equals("p") ? part.getDomProperty("textContent") : "list")
                        .toList()
                        .equals(List.of(words, "list", words, "list")));
    }
}
