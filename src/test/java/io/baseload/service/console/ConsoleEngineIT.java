package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import io.baseload.service.planner.PlanRequest;
import io.baseload.testing.Browser;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.Streamed;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.WebElement;

/** The pages of the engine and of the planner in a real browser: plots, profile, roofline and plans. */
@ExtendWith(WholeService.class)
class ConsoleEngineIT {
    private static final String MODEL = "smollm2-135m-instruct";
    private static final String PAGE = "/console/engine";
    private static final String LONG_ANSWER = """
        {"model": "default", "prompt": "Once upon a time", "max_tokens": 7000, "stream": true, "logit_bias": {"2": -100}}\
        """;

    private static Browser browser;
    private static Looks looks;

    private Rest rest;

    @BeforeAll
    static void start() {
        browser = Browser.start();
        looks = new Looks(browser);
    }

    @BeforeEach
    void open(RunningService service) throws Exception {
        rest = service.rest();
        browser.forget();
        browser.view(Looks.WIDE, false);
        looks.signIn(rest.url(), RunningService.KEY);
        ask();
        browser.open(rest.url() + PAGE);
        browser.await("Yuan2.0-102B");
    }

    @AfterAll
    static void stop() {
        browser.close();
    }

    private void ask() throws Exception {
        rest.post("/v1/completions", Map.of("model", "default", "prompt", "Once", "max_tokens", 4));
    }

    private static String byId(String id) {
        return "[id='" + id + MODEL + "']";
    }

    @Test
    void figuresAreLive() {
        Patience.await().until(() -> browser.one("#now-rate").getText().matches("[0-9.]+"));
        for (String plot : List.of("rate", "step", "batch", "roofline", "profile")) {
            browser.awaitElement("#" + plot + "-plot canvas");
        }
        browser.one("#engine-model option[value='" + MODEL + "']").click();
        Patience.await().until(() -> {
            ask();
            return browser.one("#now-step").getText().matches("[0-9.]+ ms");
        });
        assertThat(browser.one("#now-batch").getText()).matches("[0-9.]+");
        assertThat(browser.errors()).isEmpty();
    }

    /** The details stay open. */
    @Test
    void theProfileIsLoadedAgain() throws Exception {
        assertThat(browser.one("ul[aria-labelledby='profile-" + MODEL + "']").getText())
                .contains("% linear", "% attention")
                .doesNotContain("convolution");
        browser.one(byId("operators-") + " summary").click();
        String before = browser.one(byId("profile-")).getText();
        ask();
        Patience.await()
                .ignoreExceptions()
                .until(() -> !browser.one(byId("profile-")).getText().equals(before));
        assertThat(browser.one(byId("operators-") + " td").isDisplayed()).isTrue();
    }

    @Test
    void theShareOfTheRooflineIsKeptForHours() throws Exception {
        browser.press("Measure for " + MODEL);
        browser.await("The roofline of " + MODEL + " was measured.");
        try (Streamed answer = Streamed.ask(rest, RunningService.KEY, LONG_ANSWER)) {
            assertThat(answer.next()).isNotEmpty();
            Patience.await().until(() -> browser.one("#now-roofline").getText().matches("[0-9]+ %"));
            Patience.await().until(() -> {
                browser.open(rest.url() + PAGE + "/history");
                return browser.text().contains("\"roofline\":");
            });
            assertThat(browser.text())
                    .contains("\"class_seconds\":{\"attention\":")
                    .doesNotContain("operator_seconds");
            browser.open(rest.url() + PAGE);
            Patience.await().until(() -> browser.one("#now-roofline").getText().matches("[0-9]+ %"));
        }
        looks.here("console-engine-measured");
    }

    @Test
    void plotsFollowTheColourScheme() {
        String marker = "#rate-plot .u-series:last-child .u-marker";
        browser.awaitElement(marker);
        String light = browser.one(marker).getCssValue("border-top-color");
        browser.view(Looks.WIDE, true);
        Patience.await()
                .ignoreExceptions()
                .until(() ->
                        !browser.one(marker).getCssValue("border-top-color").equals(light));
    }

    @Test
    void plans(RunningService service) throws Exception {
        browser.open(rest.url() + "/console/planner");
        browser.press("Plan");
        browser.await("Limited by");
        assertThat(browser.all(".plan svg polyline"))
                .hasSize(3); // of all and of each over the number, of one over its length
        assertThat(browser.one(".facts").getText())
                .contains(service.bean(Engine.class).kernels(Precision.FAST).prefill())
                .contains(
                        "Precision of linear layers\nfast",
                        "Precision of the KV cache\n"
                                + KvPrecision.defaultOf(Precision.FAST).label());
        looks.here("plan");
    }

    /** The form takes what the API does, and shows what it answers. */
    @Test
    void plansUsersAndCostOfADescribedMachine() throws Exception {
        browser.open(rest.url() + "/console/planner");
        browser.fill("#shape", "llama-70b");
        browser.fill("#machine", "sockets=2,channels=8,mts=4800,cores=16,memory_gb=256");
        browser.fill("#format", "q4");
        browser.fill("#batch", "4");
        browser.fill("#prompt", "256");
        browser.fill("#shards", "2");
        assertThat(browser.one("#shards").getDomProperty("max")).isEqualTo(String.valueOf(PlanRequest.MAX_SHARDS));
        browser.fill("#least-rate", "1.5");
        assertThat(browser.all("#kv-precision option"))
                .extracting(WebElement::getText)
                .containsExactly("default", "f32", "f16", "q8");
        browser.one("#kv-precision option[value='q8']").click();
        browser.one("#precision option[value='exact']").click();
        browser.fill("#price-per-hour", "much");
        browser.press("Plan");
        browser.await("'price per hour' must be a number.");
        browser.fill("#price-per-hour", "2.5");
        browser.press("Plan");
        browser.await("must be fast for a machine that is described");
        assertThat(browser.one("#precision").getDomProperty("value")).isEqualTo("exact");
        browser.one("#precision option[value='fast']").click();
        browser.press("Plan");
        browser.await("Users with 1.5 tokens per second each");
        assertThat(browser.one(".tiles").getText())
                .contains("Working memory", "Cost of a million tokens, decoded", "Cost of a million tokens of prompts");
        assertThat(browser.one(".facts").getText())
                .contains("2, all-reduces per token: 160", "One socket alone, tokens per second")
                .contains("Weight format\nq4", "Precision of linear layers\nfast", "Precision of the KV cache\nq8");
        assertThat(browser.one("#kv-precision").getDomProperty("value")).isEqualTo("q8");
        assertThat(browser.one("#least-rate").getDomProperty("value")).isEqualTo("1.5");
        browser.one("details summary").click();
        assertThat(browser.all("details[open] tbody tr")).hasSize(2);
        looks.here("plan-of-two-sockets");
    }
}
