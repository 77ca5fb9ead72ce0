package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Admin;
import io.baseload.testing.Browser;
import io.baseload.testing.CuttableLine;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ScriptedBackend;
import io.baseload.testing.TestModels;
import io.baseload.tools.Rest;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages on which something arrives or begins later: loads, parts that are replaced, answers without text. */
class ConsoleMomentsIT {
    @TempDir
    static Path home;

    private static Browser browser;
    private static Looks looks;
    private static ScriptedBackend thinker;
    private static RunningService service;
    private static Rest rest;

    @BeforeAll
    static void start() throws Exception {
        browser = Browser.start();
        looks = new Looks(browser);
        thinker = new ScriptedBackend();
        service = RunningService.at(home, "baseload.backends.allowed-hosts=127.0.0.1");
        rest = service.rest();
        new Admin(rest).importModel(home, TestModels.tiny(), "tiny");
        var models = List.of(Map.of("id", "thinker"));
        rest.post("/admin/v1/backends", Map.of("name", "scripted", "base_url", thinker.url(), "models", models));
    }

    @BeforeEach
    void signIn() {
        browser.forget();
        browser.view(Looks.WIDE, false);
        looks.signIn(rest.url(), RunningService.KEY);
    }

    @AfterAll
    static void stop() {
        try (Browser _ = browser;
                ScriptedBackend _ = thinker) {
            if (service != null) {
                service.close();
            }
        }
    }

    private static void open(String path) {
        browser.open(rest.url() + path);
    }

    @Test
    void aNameGetsModelsThatAreLoadedFirst() throws Exception {
        open("/console/models/names/targets?alias=later");
        browser.fill("[aria-label='Model in row 1']", "tiny");
        browser.press("Show the consequences");
        browser.await("tiny is loaded first.");
        browser.press("Change");
        browser.await("The models behind later are being changed.");
        browser.awaitElement("[aria-label='Delete the name later']");
        assertThat(rest.get("/admin/v1/aliases/later").at("/targets/0/model").asString())
                .isEqualTo("tiny");
        rest.send("DELETE", "/admin/v1/aliases/later", "");
        awaitStored();
    }

    @Test
    void aCanaryIsLoadedFirst() throws Exception {
        open("/console/models");
        browser.press("Start a canary");
        browser.one("#canary-model option[value='tiny']").click();
        browser.press("Show the consequences of the canary");
        browser.await("tiny is loaded first. The canary starts once the model is ready; until then nothing changes.");
        browser.press("Start");
        browser.await("The canary of default is being started.");
        browser.awaitElement("[aria-label='Roll back the canary of default']");
        looks.here("console-models-canary-started");
        rest.post("/admin/v1/aliases/default/canary/rollback", "");
        awaitStored();
    }

    private static void awaitStored() {
        Patience.await()
                .until(() -> rest.get("/admin/v1/models/tiny")
                        .get("state")
                        .asString()
                        .equals("stored"));
    }

    @Test
    void anAnswerWithReasoningOnlyGivesTheQuestionBack() throws Exception {
        thinker.on("thinker", connection -> {
            connection.stream();
            connection.event("{\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"Let me"
                    + " think.\"},\"finish_reason\":null}]}");
            connection.finish("length");
            connection.usage(5, 3);
            connection.done();
        });
        open("/console/playground");
        browser.one("#model option[value='thinker']").click();
        browser.fill("#question", "What is the capital of France?");
        browser.press("Send");
        browser.await("The answer has reasoning only: raise \"Maximum tokens\".");
        assertThat(browser.text()).contains("Let me think.", "ended by length");
        assertThat(browser.one("#question").getDomProperty("value")).isEqualTo("What is the capital of France?");
        looks.here("console-playground-reasoning");
        browser.view(Looks.WIDE, false);

        thinker.says("thinker", 5, "Paris.");
        browser.press("Send");
        browser.await("Paris.");
        assertThat(thinker.requests().getLast().body().get("messages")).hasSize(1);
        assertThat(browser.one("#refusal").isDisplayed()).isFalse();
        assertThat(browser.errors()).isEmpty();
    }

    @Test
    void aPartThatIsReplacedKeepsFocusAndScroll() {
        open("/console/backends");
        browser.run("""
            document.styleSheets[0].insertRule('#backends table { min-width: 3000px }');
            document.getElementById('delete-scripted').focus();
            document.getElementById('backends').scrollLeft = 500;
            const list = document.querySelector('[hx-get="/console/backends/list"]');
            list.querySelector('table').dataset.old = 'true';
            htmx.ajax('GET', '/console/backends/list', {target: list, swap: 'innerHTML'})\
            """);
        Patience.await().until(() -> browser.all("#backends table[data-old]").isEmpty());
        assertThat(browser.all("#delete-scripted:focus")).hasSize(1);
        assertThat(browser.one("#backends").getDomProperty("scrollLeft")).isEqualTo("500");
    }

    @Test
    void aPartThatCouldNotBeLoadedIsLoadedLater() {
        for (String page : List.of("/console", "/console/usage", "/console/tenants/default")) {
            browser.block("*/home/checks", "*/usage/rows*", "*/default/reports");
            open(page);
            browser.await("No connection to the service.");
            browser.block();
            Patience.await().until(() -> browser.all(".refusal").isEmpty());
            assertThat(browser.text()).as(page).doesNotContain("Checking budgets", "Adding up");
        }
    }

    /** As while the database or a proxy's target is away. */
    @Test
    void thePlotsOfTheEngineGoOnAfterARefusal() throws Exception {
        var made = rest.post("/admin/v1/tenants/default/keys", Map.of("roles", List.of("operator")));
        String key = "/admin/v1/tenants/default/keys/" + made.get("prefix").asString();
        browser.forget();
        try (var line = new CuttableLine(URI.create(rest.url()).getPort())) {
            String url = "http://localhost:" + line.port();
            String secret = made.get("key").asString();
            looks.signIn(url, secret);
            browser.block("*/engine/history");
            browser.open(url + "/console/engine");
            browser.await("The figures could not be read.");
            browser.block();
            browser.awaitElement("#profile-plot canvas");
            awaitFigures();
            browser.run("document.body.dataset.old = 'true'");
            rest.send("PATCH", key, Map.of("requests_per_minute", 1));
            line.cut(); // a browser that is told to be offline keeps the stream, which the service ends after a minute
            browser.await("These figures are old.");
            // or the page's next request might be the one of this minute, and begin a stream of a minute
            Patience.await()
                    .until(() -> rest.as(secret)
                                    .send("GET", "/admin/v1/engine/history", "")
                                    .statusCode()
                            == 429);
            line.mend();
            browser.await("The service answered 429.");
            rest.send("PATCH", key, Map.of("requests_per_minute", 10_000));
            awaitFigures();
            assertThat(browser.all("body[data-old]")).hasSize(1);
        }
    }

    private static void awaitFigures() {
        Patience.await()
                .until(() -> browser.all(".refusal:not([hidden])").isEmpty()
                        && browser.one("#now-rate").getText().matches("[0-9.]+"));
    }
}
