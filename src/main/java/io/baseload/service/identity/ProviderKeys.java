package io.baseload.service.identity;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetRetrievalException;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.proc.SecurityContext;
import io.baseload.service.web.BoundedHttp;
import java.net.URI;
import java.net.http.HttpRequest;
import java.text.ParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Fetches the signing keys of a provider. Their address is in its configuration, which is read when they are needed for the first time. */
final class ProviderKeys implements JWKSetSource<SecurityContext> {
    private static final Logger log = LoggerFactory.getLogger(ProviderKeys.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final String CONFIGURATION = "/.well-known/openid-configuration";

    private final URI issuer;
    private final BoundedHttp http;
    private volatile Optional<URI> location;

    /** @param location the address of the keys; empty = from the provider's configuration */
    ProviderKeys(URI issuer, Optional<URI> location, BoundedHttp http) {
        this.issuer = issuer;
        this.location = location;
        this.http = http;
    }

    @Override
    public JWKSet getJWKSet(JWKSetCacheRefreshEvaluator refresh, long currentTime, @Nullable SecurityContext context)
            throws KeySourceException {
        try {
            var keys = JWKSet.parse(get(location()));
            log.debug("{} signs with {} keys", issuer, keys.size());
            return keys;
        } catch (RuntimeException | ParseException e) {
            log.warn("The keys of {} can't be fetched: {}", issuer, e.toString());
            throw new JWKSetRetrievalException("no keys of " + issuer, e);
        }
    }

    private URI location() {
        return location.orElseGet(() -> {
            URI found = discover();
            location = Optional.of(found);
            return found;
        });
    }

    private URI discover() {
        String base = issuer.toString();
        var where = URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + CONFIGURATION);
        JsonNode configuration = json(get(where));
        String named = configuration.path("issuer").asString("");
        if (!named.equals(base)) {
            throw new IllegalStateException(where + " is the configuration of another issuer, '" + named + "'");
        }
        return SecureLocation.require(
                "jwks_uri", URI.create(configuration.path("jwks_uri").asString("")));
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            throw new IllegalStateException("no JSON", e);
        }
    }

    private String get(URI where) {
        var answer = http.send(HttpRequest.newBuilder(where)
                .header("Accept", "application/json")
                .build());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(where + " answered " + answer.statusCode());
        }
        return answer.body();
    }

    @Override
    public void close() {
        // The client has no connection of its own to close.
    }
}
