package io.baseload.service.console;

import io.baseload.testing.Browser;
import java.util.Arrays;
import java.util.Locale;

/**
 * Measures a running service's console in a real Chromium: for each page the time to the first paint, the median of several first visits, and its bytes with all its files
 * but the plots' script. Not a test, because times depend on the machine and on what else runs on it.
 */
final class FirstPaint {
    private static final int VISITS = 9;

    private FirstPaint() {}

    /** @param arguments the service's address, such as {@code http://localhost:8080}, an API key and, for the page of a person's own keys, the session's cookie of a person */
    public static void main(String[] arguments) {
        String url = arguments[0];
        try (var browser = Browser.start()) {
            browser.open(url + "/console/sign-in");
            browser.fill("#key", arguments[1]);
            browser.press("Sign in");
            browser.await("Needs attention");
            browser.withoutCache();
            System.out.println("page, first paint (ms), bytes");
            Looks.pages().forEach(page -> measure(browser, url, page));
            if (arguments.length > 2) {
                browser.cookie("baseload-session", arguments[2]);
                measure(browser, url, ConsolePage.KEYS.path());
            }
        }
    }

    private static void measure(Browser browser, String url, String page) {
        double[] times = new double[VISITS];
        for (int i = 0; i < VISITS; i++) {
            browser.open(url + page);
            times[i] = browser.firstPaint();
        }
        Arrays.sort(times);
        System.out.printf(Locale.ROOT, "%s, %.0f, %d%n", page, times[VISITS / 2], browser.weight());
    }
}
