package io.baseload.service.backend;

import io.baseload.chat.api.InvalidRequestException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The addresses that whoever configures the service allows. Whoever operates it by its API can't reach any other: neither the machine's own services nor a cloud's metadata. */
final class BackendAddresses {
    private final Set<String> allowed;

    BackendAddresses(List<String> allowed) {
        this.allowed = allowed.stream()
                .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
                .filter(entry -> !entry.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    boolean allows(URI url) {
        String host = String.valueOf(url.getHost()).toLowerCase(Locale.ROOT);
        return allowed.contains(host) || allowed.contains(host + ":" + port(url));
    }

    private static int port(URI url) {
        int standard = "https".equals(url.getScheme()) ? 443 : 80;
        return url.getPort() < 0 ? standard : url.getPort();
    }

    /** @throws InvalidRequestException if it is no address of a backend, or not allowed */
    URI parse(String text) {
        URI url;
        try {
            url = new URI(text.replaceAll("/+$", ""));
        } catch (URISyntaxException e) {
            throw invalid("it is no URL: " + e.getReason());
        }
        boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!http || url.getHost() == null) {
            throw invalid("expected http:// or https:// and a host");
        }
        if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
            throw invalid("expected neither user, query nor fragment");
        }
        if (!allows(url)) {
            throw invalid(
                    "the host '" + url.getHost() + ":" + port(url) + "' is not among baseload.backends.allowed-hosts");
        }
        return url;
    }

    private static InvalidRequestException invalid(String why) {
        return new InvalidRequestException("base_url", "invalid_value", "Invalid 'base_url': " + why + ".");
    }
}
