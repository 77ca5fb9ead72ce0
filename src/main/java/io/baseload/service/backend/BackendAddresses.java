package io.baseload.service.backend;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.service.outbound.AllowedHosts;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;

/** The addresses allowed by the configuration of the service. Operators who use its API can't reach any others, such as the machine's own services or a cloud's metadata. */
final class BackendAddresses {
    private final AllowedHosts allowed;

    BackendAddresses(AllowedHosts allowed) {
        this.allowed = allowed;
    }

    boolean allows(URI url) {
        try {
            return allowed.allowsConnection(url);
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** @throws InvalidRequestException if it is not an address of a backend, or not allowed */
    URI parse(String text) {
        URI url;
        try {
            url = new URI(text.replaceAll("/+$", ""));
        } catch (URISyntaxException e) {
            throw invalid("it is not a URL: " + e.getReason());
        }
        boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!http || url.getHost() == null) {
            throw invalid("expected http:// or https:// and a host");
        }
        if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
            throw invalid("expected neither user, query nor fragment");
        }
        if (!allows(url)) {
            throw invalid("the host '" + AllowedHosts.withPort(url) + "' is not among baseload.backends.allowed-hosts");
        }
        return url;
    }

    private static InvalidRequestException invalid(String why) {
        return new InvalidRequestException("base_url", "invalid_value", "Invalid 'base_url': " + why + ".");
    }
}
