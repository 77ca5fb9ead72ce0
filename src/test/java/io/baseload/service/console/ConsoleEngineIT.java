package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

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

/** The page of the engine in a real browser: its plots, its profile and the roofline. */
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
}
