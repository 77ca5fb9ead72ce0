package io.baseload.service.identity;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Optional;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/**
 * This service's address in browsers.
 *
 * @param configured empty = as in the request, corrected by a trusted proxy's headers
 */
record PublicAddress(Optional<URI> configured) {
    private static final String HTTPS = "https";

    /** @param path absolute */
    String of(HttpServletRequest request, String path) {
        return configured
                .map(url -> url.resolve(path).toString())
                .orElseGet(() -> ServletUriComponentsBuilder.fromContextPath(request)
                        .path(path)
                        .build()
                        .toUriString());
    }

    boolean isSecure(HttpServletRequest request) {
        return configured.map(url -> HTTPS.equals(url.getScheme())).orElseGet(request::isSecure);
    }

    /** The template of an address with a variable, as Spring Security expands it for a request. */
    String template(String path) {
        return configured.map(url -> url.resolve("/") + path.substring(1)).orElse("{baseUrl}" + path);
    }
}
