package io.baseload.service.identity;

import io.baseload.service.outbound.BoundedHttp;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.authentication.AuthenticationServiceException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The configuration that a provider publishes. It is read when it is needed for the first time, and again after some minutes; while the provider is away, the last one stays in
 * use. It is kept only if it has all the required addresses. One thread reads at a time, and after a failure the provider is left alone for some seconds.
 */
final class ProviderConfiguration {
    static final String KEYS = "jwks_uri";
    static final String AUTHORIZATION = "authorization_endpoint";
    static final String TOKENS = "token_endpoint";

    static final Duration KEPT = Duration.ofMinutes(5);
    static final Duration AFTER_FAILURE = Duration.ofSeconds(3);

    private static final Logger log = LoggerFactory.getLogger(ProviderConfiguration.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final String PATH = "/.well-known/openid-configuration";

    private final URI issuer;
    private final List<String> required;
    private final BoundedHttp http;
    private final InstantSource clock;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile Known known = new Known(Optional.empty(), Instant.MIN);

    /** @param required the names of the addresses without which a configuration is useless */
    ProviderConfiguration(URI issuer, List<String> required, BoundedHttp http, InstantSource clock) {
        this.issuer = issuer;
        this.required = required;
        this.http = http;
        this.clock = clock;
    }

    /**
     * The result of the latest attempt to read.
     *
     * @param content the last configuration that was good
     * @param until the next attempt is not made before this
     */
    private record Known(Optional<JsonNode> content, Instant until) {}

    /**
     * The address with this name.
     *
     * @throws AuthenticationServiceException if there is no configuration; the log has the reason
     * @throws IllegalArgumentException if it has no such address, or an insecure one; never for a required address
     */
    URI location(String name) {
        return location(content(), name);
    }

    private static URI location(JsonNode content, String name) {
        return SecureLocation.require(name, URI.create(content.path(name).asString("")));
    }

    /** The address with this name; empty if the provider has none, or an insecure one. */
    Optional<URI> find(String name) {
        try {
            return Optional.of(location(name));
        } catch (IllegalArgumentException e) {
            log.debug("{} has no secure {}", issuer, name);
            return Optional.empty();
        }
    }

    /** The list with this name; empty if the provider has none. */
    List<String> texts(String name) {
        return content().path(name).valueStream().map(JsonNode::asString).toList();
    }

    private JsonNode content() {
        return current()
                .content()
                .orElseThrow(() -> new AuthenticationServiceException("no configuration of " + issuer));
    }

    private Known current() {
        Known before = known;
        boolean othersRead = before.content().isPresent() && reading.isLocked();
        if (othersRead || isFresh(before)) {
            return before;
        }
        reading.lock();
        try {
            if (!isFresh(known)) {
                known = next(known);
            }
            return known;
        } finally {
            reading.unlock();
        }
    }

    private boolean isFresh(Known known) {
        return clock.instant().isBefore(known.until());
    }

    private Known next(Known before) {
        try {
            return new Known(Optional.of(read()), clock.instant().plus(KEPT));
        } catch (RuntimeException e) {
            log.warn("The configuration of {} can't be read: {}", issuer, e.toString());
            return new Known(before.content(), clock.instant().plus(AFTER_FAILURE));
        }
    }

    private JsonNode read() {
        String base = issuer.toString();
        var where = URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + PATH);
        JsonNode read = json(get(where, http));
        String named = read.path("issuer").asString("");
        if (!named.equals(base)) {
            throw new IllegalStateException(where + " is the configuration of another issuer, '" + named + "'");
        }
        required.forEach(name -> location(read, name));
        return read;
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            throw new IllegalStateException("not JSON", e);
        }
    }

    /** JSON at an address of the provider. */
    static String get(URI where, BoundedHttp http) {
        var answer = http.send(HttpRequest.newBuilder(where)
                .header("Accept", "application/json")
                .build());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(where + " answered " + answer.statusCode());
        }
        return answer.body();
    }
}
