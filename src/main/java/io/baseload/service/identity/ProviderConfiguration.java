package io.baseload.service.identity;

import io.baseload.service.web.BoundedHttp;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The configuration that a provider publishes. It is read when it is needed for the first time, and then kept. */
final class ProviderConfiguration {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String PATH = "/.well-known/openid-configuration";

    private final URI issuer;
    private final BoundedHttp http;
    private volatile @Nullable JsonNode content;

    ProviderConfiguration(URI issuer, BoundedHttp http) {
        this.issuer = issuer;
        this.http = http;
    }

    /**
     * The address with this name.
     *
     * @throws RuntimeException if the configuration can't be read or has no such address
     */
    URI location(String name) {
        return SecureLocation.require(name, URI.create(content().path(name).asString("")));
    }

    /** The address with this name; empty if the provider has none. */
    Optional<URI> find(String name) {
        return content().hasNonNull(name) ? Optional.of(location(name)) : Optional.empty();
    }

    /** The list with this name; empty if the provider has none. */
    List<String> texts(String name) {
        return content().path(name).valueStream().map(JsonNode::asString).toList();
    }

    private JsonNode content() {
        JsonNode known = content;
        if (known == null) {
            known = read();
            content = known;
        }
        return known;
    }

    private JsonNode read() {
        String base = issuer.toString();
        var where = URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + PATH);
        JsonNode read = json(get(where, http));
        String named = read.path("issuer").asString("");
        if (!named.equals(base)) {
            throw new IllegalStateException(where + " is the configuration of another issuer, '" + named + "'");
        }
        return read;
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            throw new IllegalStateException("no JSON", e);
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
