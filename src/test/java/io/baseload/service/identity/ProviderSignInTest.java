package io.baseload.service.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.audit.Person;
import io.baseload.service.identity.IdentityProperties.IssuerProperties;
import io.baseload.service.identity.IdentityProperties.RuleProperties;
import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Identities;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.web.ApiException;
import io.baseload.testing.FileServer;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;

/** Sessions of people, and the settings of sign-ins; {@code ProviderSignInIT} has the sign-ins themselves. */
class ProviderSignInTest {
    private static final ApiKey.Rights RIGHTS =
            new ApiKey.Rights(Set.of(Role.USER, Role.OPERATOR), Set.of(), Priority.INTERACTIVE, Optional.empty());

    @Test
    void aSessionEndsAfterItsTime() {
        var identities = TestPlatform.shared().get(Identities.class);
        var people = new ProviderSignIn(Map.of(), new PublicAddress(Optional.empty()), identities);
        Caller ann = identities
                .signInAnew(new Person("https://login.example.com", "ann"), Tenant.DEFAULT, RIGHTS, Instant.now())
                .orElseThrow();
        Instant now = Instant.now();
        assertThat(people.caller(session(ann, now.plus(Duration.ofHours(1)))).roles())
                .isEqualTo(RIGHTS.roles());
        assertThatThrownBy(() -> people.caller(session(ann, now)))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.status()).isEqualTo(401));
    }

    private static SignedInPerson session(Caller caller, Instant ends) {
        return new SignedInPerson(caller, "ann", ends, "oidc", "token");
    }

    @Test
    void aSecretIsReadAnewForEachSignIn(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("secret"), "first\n");
        SignInProperties properties = properties("oidc", null, file, List.of("openid"));
        assertThat(properties.secret()).hasValue("first");
        Files.writeString(file, "second\n");
        assertThat(properties.secret()).hasValue("second");
        assertThat(properties("oidc", null, null, List.of("openid")).secret()).isEmpty();
        assertThat(properties("oidc", "secret", null, List.of("openid")))
                .asString()
                .doesNotContain("secret");
    }

    @Test
    void refusesSettingsThatCannotWork(@TempDir Path folder) {
        assertThatThrownBy(() -> properties("Not An Id", null, null, List.of("openid")))
                .hasMessageContaining("'id'");
        assertThatThrownBy(() -> properties("oidc", null, null, List.of("profile")))
                .hasMessageContaining("openid");
        assertThatThrownBy(() -> properties("oidc", null, folder.resolve("none"), List.of("openid")))
                .hasMessageContaining("client-secret-file");
        assertThatThrownBy(() -> properties("oidc", "a", folder, List.of("openid")))
                .hasMessageContaining("only one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http://login.example.com/end", "not an address", "/end"})
    void anEndSessionAddressThatCannotBeUsedCountsAsNone(String address) throws Exception {
        try (var server = new FileServer("localhost")) {
            server.put("/.well-known/openid-configuration", """
                {"issuer": "%1$s", "jwks_uri": "%1$s/keys", "authorization_endpoint": "%1$s/authorize",
                 "token_endpoint": "%1$s/token", "end_session_endpoint": "%2$s"}\
                """.formatted(server.url(), address));
            var issuer = new IssuerProperties(
                    URI.create(server.url()),
                    List.of("console"),
                    null,
                    Duration.ZERO,
                    Duration.ZERO,
                    "groups",
                    null,
                    null,
                    List.of(new RuleProperties("*", Tenant.DEFAULT, List.of(Role.USER), List.of())),
                    properties("oidc", null, null, List.of("openid")));
            SignInClient client = new IdentityConfiguration()
                    .providers(
                            new IdentityProperties(List.of(issuer), null, Patience.LIMIT),
                            new DefaultSslBundleRegistry())
                    .byIssuer()
                    .get(server.url())
                    .signIn()
                    .orElseThrow();
            assertThat(client.registration("https://a.example/console")
                            .getProviderDetails()
                            .getTokenUri())
                    .isEqualTo(server.url() + "/token");
            assertThat(ProviderSignIn.endSession(client)).isEmpty();
        }
    }

    private static SignInProperties properties(
            String id, @Nullable String secret, @Nullable Path file, List<String> scopes) {
        return new SignInProperties(id, null, "console", secret, file, scopes, Duration.ofHours(8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://a.example/console",
                "ftp://a.example",
                "https://me@a.example",
                "/",
                "https://a.example?b"
            })
    void thePublicAddressIsAnOrigin(String address) {
        assertThatThrownBy(() -> new IdentityProperties(List.of(), URI.create(address), Patience.LIMIT))
                .hasMessageContaining("public-url");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://a.example:8443", "https://a.example:8443/"})
    void theProviderSendsPeopleBackToThePublicAddress(String address) {
        URI configured = new IdentityProperties(List.of(), URI.create(address), Patience.LIMIT).publicUrl();
        assertThat(new PublicAddress(Optional.ofNullable(configured)).template("/console"))
                .isEqualTo("https://a.example:8443/console");
    }
}
