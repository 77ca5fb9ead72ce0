package io.baseload.service.outbound;

import java.net.URI;
import java.util.Locale;

/** The server that an address belongs to. A key for one server must not be sent to another. */
public record HttpOrigin(String scheme, String host, int port) {
    /** Of an HTTP address. */
    public static HttpOrigin of(URI url) {
        String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        int port = url.getPort() < 0 ? (scheme.equals("https") ? 443 : 80) : url.getPort();
        return new HttpOrigin(scheme, String.valueOf(url.getHost()).toLowerCase(Locale.ROOT), port);
    }
}
