package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Browser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Checks pages, light and dark, wide and narrow: axe-core finds nothing, nothing overflows to the right, and screenshots are kept. A dark page has other colours, and nothing else. */
record Looks(Browser browser) {
    static final int WIDE = 1280;
    static final int NARROW = 380;
    static final Path PICTURES = Path.of("target", "console");

    /** The paths of all pages for keys; one more is for people only. */
    static Stream<String> pages() {
        return Stream.of(ConsolePage.values())
                .filter(page -> page != ConsolePage.KEYS)
                .map(ConsolePage::path);
    }

    /** Signs in with a key, at the page for it. */
    void signIn(String url, String key) {
        browser.open(url + "/console/sign-in");
        browser.fill("#key", key);
        browser.press("Sign in");
        browser.await("Sign out");
    }

    /** @param name of the pictures */
    void at(String url, String name) throws IOException {
        for (boolean dark : List.of(false, true)) {
            for (int width : List.of(WIDE, NARROW)) {
                browser.view(width, dark);
                browser.open(url);
                check(name, width, dark);
            }
        }
    }

    /** The page that is shown. */
    void here(String name) throws IOException {
        for (boolean dark : List.of(false, true)) {
            for (int width : List.of(WIDE, NARROW)) {
                browser.view(width, dark);
                check(name, width, dark);
            }
        }
    }

    private void check(String name, int width, boolean dark) throws IOException {
        String view = name + (dark ? "-dark" : "-light") + (width == NARROW ? "-narrow" : "");
        assertThat(dark ? browser.colourViolations() : browser.violations())
                .as(view)
                .isEmpty();
        assertThat(browser.overflows()).as(view).isFalse();
        assertThat(width == WIDE || browser.namesWrap()).as(view).isTrue();
        browser.picture(PICTURES.resolve(view + ".png"));
    }
}
