package io.baseload.service.console;

import java.io.IOException;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A browser's part of HTTP: cookies, forms and their tokens, and nothing that a script does. Paths are the console's; addresses may be any. */
public final class ConsoleSession implements AutoCloseable {
    private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\"[^>]* value=\"([^\"]+)\"");

    private final CookieManager cookies = new CookieManager();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .cookieHandler(cookies)
            .build();
    private final String url;

    ConsoleSession(String url) {
        this.url = url;
    }

    public static ConsoleSession of(String url, String key) throws IOException, InterruptedException {
        var session = new ConsoleSession(url);
        session.signIn(key);
        return session;
    }

    HttpResponse<String> signIn(String key) throws IOException, InterruptedException {
        return submit("/console/sign-in", "/console/sign-in", Map.of("key", key));
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(request(path).build(), BodyHandlers.ofString());
    }

    /** As a script of a page requests a part of it. */
    HttpResponse<String> part(String path) throws IOException, InterruptedException {
        return client.send(request(path).header("HX-Request", "true").build(), BodyHandlers.ofString());
    }

    /** Sends a form of a page. */
    HttpResponse<String> submit(String page, String path, Map<String, String> fields)
            throws IOException, InterruptedException {
        var token = TOKEN.matcher(get(page).body());
        if (!token.find()) {
            throw new AssertionError(page + " has no form");
        }
        String body = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&", "_csrf=" + encoded(token.group(1)) + "&", ""));
        return send("POST", path, "application/x-www-form-urlencoded", body);
    }

    HttpResponse<String> send(String method, String path, String type, String body)
            throws IOException, InterruptedException {
        return client.send(
                request(path)
                        .header("Content-Type", type)
                        .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url).resolve(path))
                .timeout(Duration.ofMinutes(5))
                .header("Accept", "text/html");
    }

    /** The value of a cookie of the console. */
    Optional<String> cookie(String name) {
        return cookies(name).map(HttpCookie::getValue).findFirst();
    }

    void changeCookie(String name, UnaryOperator<String> change) {
        cookies(name).forEach(cookie -> cookie.setValue(change.apply(cookie.getValue())));
    }

    private Stream<HttpCookie> cookies(String name) {
        return cookies.getCookieStore().get(URI.create(url)).stream()
                .filter(cookie -> cookie.getName().equals(name));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        client.close();
    }
}
