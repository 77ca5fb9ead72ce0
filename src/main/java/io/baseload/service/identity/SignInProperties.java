package io.baseload.service.identity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Sign-in to the console on a provider's pages.
 *
 * @param id the last part of the address to which the provider sends people back, {@code /console/sign-in/callback/<id>}
 * @param name the provider's name on the button; absent = its host
 * @param clientId this service's name at the provider, and the audience of the provider's ID tokens
 * @param clientSecret absent, also as a file = a public client, protected by PKCE alone
 * @param clientSecretFile a file with the secret, read at each sign-in
 * @param scopes the scopes to ask for, {@code openid} among them
 * @param maxSession after this time people must sign in again
 */
public record SignInProperties(
        @DefaultValue("oidc") String id,
        @Nullable String name,
        String clientId,
        @Nullable String clientSecret,
        @Nullable Path clientSecretFile,
        @DefaultValue({"openid", "profile"}) List<String> scopes,
        @DefaultValue("8h") Duration maxSession) {
    private static final String ID = "[a-z0-9-]{1,40}";

    @SuppressWarnings("ConstantValue") // the binder passes null for what the configuration lacks
    public SignInProperties {
        require(id.matches(ID), "'id' must match " + ID);
        require(clientId != null && !clientId.isBlank(), "'client-id' is missing");
        require(
                clientSecret == null || clientSecretFile == null,
                "only one of 'client-secret' and 'client-secret-file' may be given");
        require(
                clientSecretFile == null || Files.isReadable(clientSecretFile),
                "'client-secret-file' can't be read: " + clientSecretFile);
        require(scopes.contains("openid"), "'scopes' needs 'openid'");
        require(maxSession.isPositive(), "'max-session' must be positive");
    }

    private static void require(boolean met, String otherwise) {
        if (!met) {
            throw new IllegalArgumentException("baseload.identity: a provider's 'sign-in': " + otherwise);
        }
    }

    String name(URI issuer) {
        return name == null ? issuer.getHost() : name;
    }

    /** Empty for a public client. */
    Optional<String> secret() {
        return clientSecretFile == null
                ? Optional.ofNullable(clientSecret).filter(secret -> !secret.isBlank())
                : Optional.of(read(clientSecretFile));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "SignInProperties[" + id + ", " + clientId + "]";
    }
}
