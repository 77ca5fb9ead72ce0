package io.baseload.service.identity;

import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The address of a provider. Its keys decide about access, so they must be fetched over TLS, unless the provider is on the same machine. */
final class SecureLocation {
    private static final Set<String> HERE = Set.of("localhost", "127.0.0.1", "[::1]");

    private SecureLocation() {}

    /** @throws IllegalArgumentException if it is not such an address */
    static URI require(String what, @Nullable URI location) {
        if (location == null || location.getHost() == null || location.getUserInfo() != null || !isSafe(location)) {
            throw new IllegalArgumentException(
                    "baseload.identity: '" + what + "' must be an https URL, not " + location);
        }
        return location;
    }

    private static boolean isSafe(URI location) {
        return "https".equals(location.getScheme())
                || ("http".equals(location.getScheme()) && HERE.contains(location.getHost()));
    }
}
