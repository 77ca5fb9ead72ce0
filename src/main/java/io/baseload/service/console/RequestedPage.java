package io.baseload.service.console;

import io.baseload.service.tenant.Caller;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.web.util.WebUtils;

/** The page that somebody requested without a session, and sees after signing in. It is kept in a cookie, because signing in at an identity provider leads away from here. */
final class RequestedPage {
    private static final String COOKIE = "baseload-page";
    /** Pages below those of {@link ConsolePage}. */
    private static final Pattern LOWER = Pattern.compile(
            "/console/tenants/[^/]+(/settings|/identities(/[^/]+)?|/keys/[^/]+)?|/console/models/(load|names/targets)|/console/backends/change");

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int MAX_LENGTH = 1000;

    private RequestedPage() {}

    /** Remembers the requested page, or the one that a script's request belongs to. */
    static void remember(HttpServletRequest request, HttpServletResponse response) {
        String current = request.getHeader("HX-Current-URL");
        String query = request.getQueryString();
        String requested = request.getRequestURI() + (query == null ? "" : "?" + query);
        page(current == null ? requested : current).ifPresent(page -> set(page, PATIENCE, request, response));
    }

    /** The page for the caller who has signed in: the remembered one or, without one or a right to see it, Home. It is forgotten. */
    static String take(Caller caller, HttpServletRequest request, HttpServletResponse response) {
        Optional<Cookie> cookie = Optional.ofNullable(WebUtils.getCookie(request, COOKIE));
        cookie.ifPresent(_ -> set("", Duration.ZERO, request, response));
        return cookie.flatMap(known -> decoded(known.getValue()))
                .flatMap(RequestedPage::page)
                .filter(known -> ConsolePage.at(URI.create(known).getPath()).isFor(caller))
                .orElse(ConsolePage.HOME.path());
    }

    /** Empty if something else has changed the cookie. */
    private static Optional<String> decoded(String value) {
        try {
            return Optional.of(URLDecoder.decode(value, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Path and query of an address, if it is that of a page and not of a form, a part or a file. */
    private static Optional<String> page(String address) {
        try {
            var uri = new URI(address);
            String path = String.valueOf(uri.getRawPath());
            boolean isPage = LOWER.matcher(path).matches()
                    || Stream.of(ConsolePage.values())
                            .anyMatch(page -> page.path().equals(path));
            String page = path + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
            return isPage && page.length() <= MAX_LENGTH ? Optional.of(page) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static void set(String page, Duration age, HttpServletRequest request, HttpServletResponse response) {
        response.addHeader(
                HttpHeaders.SET_COOKIE,
                ResponseCookie.from(COOKIE, URLEncoder.encode(page, StandardCharsets.UTF_8))
                        .path(ConsolePage.HOME.path())
                        .maxAge(age)
                        .httpOnly(true)
                        .secure(request.isSecure())
                        .sameSite("Lax")
                        .build()
                        .toString());
    }
}
