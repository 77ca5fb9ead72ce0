package io.baseload.service.pull;

import io.baseload.service.outbound.HttpOrigin;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Optional;

/** The credentials for a source. They are for one server only: redirects to other servers are followed anonymously. */
interface Authorization {
    /** The header of that name for a request to this URL. */
    Optional<String> header(URI url);

    /**
     * A server asks for credentials, or no longer accepts them.
     *
     * @return whether it is worth trying again
     */
    default boolean challenged(URI url, HttpResponse<?> answer) throws IOException {
        return false;
    }

    /** One key for one server; without a key, anonymous. */
    record OfServer(URI server, Optional<String> key) implements Authorization {
        @Override
        public Optional<String> header(URI url) {
            return key.filter(some -> sameServer(server, url)).map(some -> "Bearer " + some);
        }
    }

    static boolean sameServer(URI one, URI other) {
        return HttpOrigin.of(one).equals(HttpOrigin.of(other));
    }
}
