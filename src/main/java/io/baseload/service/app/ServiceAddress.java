package io.baseload.service.app;

import java.net.URI;
import java.net.URISyntaxException;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;

/** The URL of this process's main port. */
final class ServiceAddress {
    private ServiceAddress() {}

    /** @param host a name or an address, IPv6 without brackets */
    static String of(ServerProperties server, String host, int port) {
        String scheme = Ssl.isEnabled(server.getSsl()) ? "https" : "http";
        try {
            return new URI(scheme, null, host, port, null, null, null).toString();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(host + " is not a host", e);
        }
    }
}
