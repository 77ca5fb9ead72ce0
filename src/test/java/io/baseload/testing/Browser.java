package io.baseload.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;

/** A real Chromium without a window, driven by its driver. Both are Debian's; a test that lacks them fails and says so. */
public final class Browser implements AutoCloseable {
    private static final String AXE = script("/axe.min.js");

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    public static Browser start() {
        var options = new ChromeOptions();
        options.setBinary(
                program("chromium", "chromium-browser", "google-chrome").toFile());
        options.addArguments(
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars");
        var service = new ChromeDriverService.Builder()
                .usingDriverExecutable(program("chromedriver").toFile())
                .usingAnyFreePort()
                .build();
        var driver = new ChromeDriver(service, options);
        driver.manage().timeouts().pageLoadTimeout(Patience.LIMIT).scriptTimeout(Patience.LIMIT);
        return new Browser(driver);
    }

    private static Path program(String... names) {
        return Stream.of(names)
                .flatMap(name -> Stream.of(System.getenv("PATH").split(":")).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no " + names[0]
                        + ". The console's tests need Chromium and its driver; on Debian: apt-get install chromium"
                        + " chromium-driver"));
    }

    private static String script(String resource) {
        try (InputStream in = Objects.requireNonNull(Browser.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** From now on it is somebody's who was never here. */
    public void forget() {
        driver.get("about:blank");
        driver.executeCdpCommand("Network.clearBrowserCookies", Map.of());
        errors();
    }

    public void open(String url) {
        driver.get(url);
    }

    public String url() {
        return driver.getCurrentUrl();
    }

    /** What a reader sees. */
    public String text() {
        return driver.findElement(By.tagName("body")).getText();
    }

    /** Waits until a reader sees it. */
    public void await(String text) {
        Patience.await().pollInterval(Duration.ofMillis(100)).ignoreExceptions().until(() -> text().contains(text));
    }

    /** Waits until there is such an element. */
    public void awaitElement(String css) {
        Patience.await().pollInterval(Duration.ofMillis(100)).until(() -> !all(css).isEmpty());
    }

    public List<WebElement> all(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    public WebElement one(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    public void fill(String css, String text) {
        WebElement field = one(css);
        field.clear();
        field.sendKeys(text);
    }

    /** Presses the first button or link that says so, once there is one: a page may refresh itself meanwhile. */
    public void press(String label) {
        By labelled =
                By.xpath("//main//*[(self::button or self::a or self::summary) and normalize-space()='" + label + "']");
        click(labelled);
    }

    /** The same of the first element. */
    public void click(String css) {
        click(By.cssSelector(css));
    }

    private void click(By element) {
        Patience.await().pollInterval(Duration.ofMillis(100)).ignoreExceptions().until(() -> {
            driver.findElement(element).click();
            return true;
        });
    }

    /** Says yes to what the page asks. */
    public void agree() {
        Patience.await()
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() -> driver.switchTo().alert() != null);
        driver.switchTo().alert().accept();
    }

    /** How a page is looked at: its width, and whether the reader likes it dark. */
    public void view(int width, boolean dark) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    /** Runs a script in the page. */
    public void run(String script) {
        driver.executeScript(script);
    }

    /** Cuts the network, or connects it again. */
    public void offline(boolean offline) {
        driver.executeCdpCommand("Network.enable", Map.of());
        driver.executeCdpCommand(
                "Network.emulateNetworkConditions",
                Map.of("offline", offline, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
    }

    /** From now on requests for addresses of these patterns fail, and only they. */
    public void block(String... patterns) {
        driver.executeCdpCommand("Network.enable", Map.of());
        driver.executeCdpCommand("Network.setBlockedURLs", Map.of("urls", List.of(patterns)));
    }

    /** Sets a cookie of the page's host. */
    public void cookie(String name, String value) {
        driver.manage().addCookie(new Cookie(name, value));
    }

    /** From now on each page is loaded as on a first visit. */
    public void withoutCache() {
        driver.executeCdpCommand("Network.enable", Map.of());
        driver.executeCdpCommand("Network.setCacheDisabled", Map.of("cacheDisabled", true));
    }

    /** axe-core's findings on the page, one per line. */
    public List<String> violations() {
        return violations(Map.of());
    }

    /** Its findings on the page's colours alone. */
    public List<String> colourViolations() {
        return violations(
                Map.of("runOnly", Map.of("type", "rule", "values", List.of("color-contrast", "link-in-text-block"))));
    }

    @SuppressWarnings("unchecked")
    private List<String> violations(Map<String, ?> options) {
        if (Boolean.TRUE.equals(driver.executeScript("return !window.axe;"))) {
            driver.executeScript(AXE); // by the driver, which the page's policy doesn't bind
        }
        return (List<String>) driver.executeAsyncScript("""
            const [options, done] = arguments;
            axe.run(options).then(result => done(result.violations.flatMap(violation =>
                violation.nodes.map(node => violation.id + ': ' + node.html.slice(0, 200) + ' ' + node.failureSummary))));
            """, options);
    }

    /** Types into whatever has the focus. */
    public void type(CharSequence... keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    /** The id of the element that has the focus. */
    public String focused() {
        return driver.switchTo().activeElement().getDomProperty("id");
    }

    /** Links, buttons and fields of a page just opened at which a reader who presses the Tab key never arrives, or doesn't see it. Of radio buttons only those that are chosen. */
    public List<String> unreachableByTab() {
        driver.executeScript("""
            window.reached = new Set();
            const arrive = it => {
                if (getComputedStyle(it).outlineStyle !== 'none') window.reached.add(it);
            };
            arrive(document.activeElement);
            document.addEventListener('focusin', event => arrive(event.target));
            """);
        List<String> missing = unreached();
        int before = Integer.MAX_VALUE;
        while (!missing.isEmpty() && missing.size() < before) {
            before = missing.size();
            type(Keys.TAB.toString().repeat(before + 10)); // what scrolls is reached too
            missing = unreached();
        }
        return missing;
    }

    @SuppressWarnings("unchecked")
    private List<String> unreached() {
        return (List<String>) driver.executeScript("""
            return [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
                .filter(it => !it.disabled && it.type !== 'hidden' && (it.type !== 'radio' || it.checked)
                    && it.checkVisibility({visibilityProperty: true}) && !window.reached.has(it))
                .map(it => it.outerHTML.slice(0, 200));
            """);
    }

    /** Errors of scripts and what the page's policy refused. */
    public List<String> errors() {
        return driver.manage().logs().get("browser").getAll().stream()
                .map(Object::toString)
                .filter(line -> line.contains("SEVERE"))
                .toList();
    }

    /** Whether something sticks out to the right. */
    public boolean overflows() {
        return Boolean.TRUE.equals(
                driver.executeScript("return document.documentElement.scrollWidth > window.innerWidth;"));
    }

    /** Whether the columns' names wrap where rows are cards, so that they don't run into the values. */
    public boolean namesWrap() {
        return Boolean.TRUE.equals(driver.executeScript("""
            return [...document.querySelectorAll('.cards td[data-label]')]
                .every(cell => getComputedStyle(cell, '::before').whiteSpace !== 'nowrap');
            """));
    }

    /** Whether a part of the page needs horizontal scrolling. */
    public boolean overflows(String css) {
        return all(css).stream()
                .anyMatch(part -> Boolean.TRUE.equals(
                        driver.executeScript("return arguments[0].scrollWidth > arguments[0].clientWidth;", part)));
    }

    /** Milliseconds from the request for this page to the first of it on the screen. */
    public double firstPaint() {
        Patience.await()
                .until(() -> Boolean.TRUE.equals(driver.executeScript(
                        "return performance.getEntriesByName('first-contentful-paint').length > 0;")));
        return ((Number) driver.executeScript(
                        "return performance.getEntriesByName('first-contentful-paint')[0].startTime;"))
                .doubleValue();
    }

    /** Bytes of this page and of all its files but those of the plots' script, unpacked. */
    public long weight() {
        return ((Number) driver.executeScript("""
            return performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
                .filter(entry => !entry.name.includes('uPlot')).reduce((sum, entry) => sum + entry.decodedBodySize, 0);
            """)).longValue();
    }

    /** The whole page as PNG. */
    public void picture(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Number height = (Number) driver.executeScript("return document.documentElement.scrollHeight;");
        Number width = (Number) driver.executeScript("return window.innerWidth;");
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of(
                        "width",
                        width,
                        "height",
                        Math.max(600, height.intValue()),
                        "deviceScaleFactor",
                        1,
                        "mobile",
                        false));
        Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
