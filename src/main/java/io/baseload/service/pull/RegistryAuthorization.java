package io.baseload.service.pull;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The credentials for an OCI registry: anonymous at first; if the registry names a token server, with that server's token, which it gives to anybody or for name and password. The
 * token server must be an allowed host too. It gets name and password because the registry that they are for names it.
 */
final class RegistryAuthorization implements Authorization {
    private static final Pattern CHALLENGE = Pattern.compile("(?i)\\s*(bearer|basic)\\s+(.*)");
    private static final Pattern PARAMETER = Pattern.compile("([a-zA-Z_]+)=\"([^\"]*)\"");

    private final URI registry;
    private final Optional<String> basic;
    private final PullClient client;
    private final Stop stop;
    private volatile Optional<String> header = Optional.empty();

    /** @param key its password or token */
    RegistryAuthorization(URI registry, Optional<String> user, Optional<String> key, PullClient client, Stop stop) {
        this.registry = registry;
        this.client = client;
        this.stop = stop;
        this.basic = key.map(secret -> "Basic "
                + Base64.getEncoder()
                        .encodeToString((user.orElse("token") + ":" + secret).getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public Optional<String> header(URI url) {
        return Authorization.sameServer(registry, url) ? header : Optional.empty();
    }

    @Override
    public boolean challenged(URI url, HttpResponse<?> answer) throws IOException {
        if (!Authorization.sameServer(registry, url)) {
            return false;
        }
        for (String value : answer.headers().allValues("WWW-Authenticate")) {
            Matcher challenge = CHALLENGE.matcher(value);
            if (challenge.matches()) {
                header = challenge.group(1).equalsIgnoreCase("basic") ? basic : Optional.of(token(challenge.group(2)));
                return header.isPresent();
            }
        }
        return false;
    }

    private String token(String challenge) throws IOException {
        Map<String, String> parameters = new HashMap<>();
        Matcher parameter = PARAMETER.matcher(challenge);
        while (parameter.find()) {
            parameters.put(parameter.group(1), parameter.group(2));
        }
        URI realm = realm(parameters.getOrDefault("realm", ""));
        var query = new StringBuilder(realm.getRawQuery() == null ? "?" : "&");
        for (String name : new String[] {"service", "scope"}) {
            String value = parameters.get(name);
            if (value != null) {
                query.append(query.length() > 1 ? "&" : "")
                        .append(name)
                        .append('=')
                        .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        }
        Authorization asking = url -> Authorization.sameServer(realm, url) ? basic : Optional.empty();
        byte[] answer = client.document(URI.create(realm.toString() + query), Map.of(), asking, stop);
        try {
            JsonNode json = PulledJson.read(answer);
            String token = json.path("token").asString(json.path("access_token").asString(""));
            if (!token.isEmpty() && token.chars().allMatch(c -> c > ' ' && c < 127)) {
                return "Bearer " + token;
            }
        } catch (JacksonException e) {
            // refused below
        }
        throw new PullException(PullClient.shown(realm) + " returned no token.");
    }

    private URI realm(String text) {
        try {
            URI realm = URI.create(text);
            if ("https".equals(registry.getScheme()) && !"https".equals(realm.getScheme())) {
                throw new PullException("The registry's token server does not use https: " + text + ".");
            }
            return realm;
        } catch (IllegalArgumentException e) {
            throw new PullException(
                    "The registry names a token server by something that is not a URL: '" + text + "'.", e);
        }
    }
}
