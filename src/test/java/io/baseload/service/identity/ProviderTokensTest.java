package io.baseload.service.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.Person;
import io.baseload.service.identity.IdentityProperties.IssuerProperties;
import io.baseload.service.identity.IdentityProperties.RuleProperties;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Identities;
import io.baseload.service.tenant.Role;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.NoAccessException;
import io.baseload.service.web.TokenAuthenticator;
import io.baseload.testing.IdentityProvider;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;

/** Tokens of a real provider, over HTTP, and people on a real PostgreSQL. */
class ProviderTokensTest {
    private static final Actor OPERATOR = new Actor("default", "bl_operator");
    private static IdentityProvider provider;

    private final TestPlatform platform = TestPlatform.shared();

    @BeforeAll
    static void start() {
        provider = IdentityProvider.start();
        TestPlatform.shared().get(Tenants.class).create(OPERATOR, new Tenant("tokens", List.of(), 8, 3));
    }

    @AfterEach
    void up() {
        provider.setDown(false);
    }

    @AfterAll
    static void stop() {
        provider.close();
    }

    private static RuleProperties rule(String group, @Nullable String tenant, Role role, String... models) {
        return new RuleProperties(group, tenant, List.of(role), List.of(models));
    }

    private static IssuerProperties issuer(String groups, @Nullable String tenantClaim, RuleProperties... rules) {
        return new IssuerProperties(
                URI.create(provider.issuer()),
                List.of("other", IdentityProvider.AUDIENCE),
                null,
                Duration.ofSeconds(1),
                Duration.ofHours(1),
                groups,
                tenantClaim,
                null,
                List.of(rules),
                null);
    }

    private TokenAuthenticator tokens(IssuerProperties... issuers) {
        var configuration = new IdentityConfiguration();
        var properties = new IdentityProperties(List.of(issuers), null, Patience.LIMIT);
        return configuration.tokens(
                configuration.providers(properties, new DefaultSslBundleRegistry()), platform.get(Identities.class));
    }

    private static Optional<Caller> caller(TokenAuthenticator tokens, String token) {
        return tokens.verify(token).get();
    }

    private TokenAuthenticator members() {
        return tokens(issuer("groups", null, rule("members", "tokens", Role.USER)));
    }

    @Test
    void aTokenNamesThePersonAndWhatTheGroupsGive() throws Exception {
        var tokens = tokens(issuer(
                "groups",
                null,
                rule("members", "tokens", Role.USER, "small"),
                rule("admins", "tokens", Role.TENANT_ADMIN, "large"),
                rule("members", "default", Role.OPERATOR)));
        String token = provider.token("ann", "members", "admins", "elsewhere");
        assertThat(tokens.reads(token)).isTrue();
        Caller caller = caller(tokens, token).orElseThrow();
        assertThat(caller.tenant()).isEqualTo("tokens");
        assertThat(caller.weight()).isEqualTo(3);
        assertThat(caller.roles()).containsExactlyInAnyOrder(Role.USER, Role.TENANT_ADMIN);
        assertThat(caller.models()).containsExactlyInAnyOrder("small", "large");
        assertThat(caller.person()).hasValue(new Person(provider.issuer(), "ann"));
        assertThat(caller.isPerson()).isTrue();
        assertThat(caller.keyPrefix()).matches("person_[0-9a-f]{16}");
        assertThat(platform.get(Identities.class).find("tokens", caller.keyPrefix()))
                .hasValueSatisfying(identity -> {
                    assertThat(identity.person()).isEqualTo(caller.person());
                    assertThat(identity.roles()).isEqualTo(caller.roles());
                    assertThat(identity.seenAt()).isPresent();
                });
    }

    @Test
    void groupsMayLieDeepAndTheTenantInAClaim() throws Exception {
        var tokens = tokens(issuer("realm_access.roles", "org", rule("*", null, Role.USER)));
        Map<String, Object> claims = Map.of("org", "tokens", "realm_access", Map.of("roles", List.of("x")));
        assertThat(caller(tokens, provider.token("bob", claims)))
                .hasValueSatisfying(caller -> assertThat(caller.models()).isEmpty());
        for (Object org : List.of("no-such-tenant", "Not An Id", 7, List.of("tokens"))) {
            String token = provider.token("bob", Map.of("org", org));
            assertThatThrownBy(() -> caller(tokens, token)).isInstanceOf(NoAccessException.class);
        }
        var deep = tokens(issuer("realm_access.roles", "org", rule("admin", "tokens", Role.AUDITOR)));
        Map<String, Object> admin = Map.of("realm_access", Map.of("roles", List.of("admin")));
        assertThat(caller(deep, provider.token("bob", admin)))
                .hasValueSatisfying(caller -> assertThat(caller.roles()).isEqualTo(Set.of(Role.AUDITOR)));
    }

    @Test
    void withoutARuleNobodyIsLetIn() throws Exception {
        for (Object groups : List.of(List.of("strangers"), List.of(), "memberships", 7, Map.of("members", true))) {
            String token = provider.token("eve", Map.of("groups", groups));
            assertThatThrownBy(() -> caller(members(), token)).as("%s", groups).isInstanceOf(NoAccessException.class);
        }
    }

    @Test
    void aTokenForOthersOrOfAnotherTimeIsRefused() throws Exception {
        var tokens = members();
        assertThat(caller(tokens, provider.token("carl", "members"))).isPresent();
        Instant now = Instant.now();
        List<Map<String, Object>> wrong = List.of(
                Map.of("aud", List.of("somebody-else")),
                Map.of("aud", List.of()),
                Map.of("iss", "https://elsewhere.example"),
                Map.of("exp", now.minusSeconds(60), "iat", now.minusSeconds(600)),
                Map.of("nbf", now.plusSeconds(600)),
                Map.of("sub", " "));
        for (var claims : wrong) {
            var all = new java.util.HashMap<String, Object>(Map.of("groups", List.of("members")));
            all.putAll(claims);
            assertThat(caller(tokens, provider.token("carl", all)))
                    .as("%s", claims)
                    .isEmpty();
        }
    }

    @Test
    void aTokenThatWasChangedIsRefused() throws Exception {
        var tokens = members();
        String[] parts = provider.token("dora", "strangers").split("\\.", -1);
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        String better = encoded(claims.replace("strangers", "members"));
        String none = encoded("{\"alg\":\"none\"}");
        String secret = encoded("{\"alg\":\"HS256\"}");
        for (String token : List.of(
                parts[0] + "." + better + "." + parts[2],
                parts[0] + "." + better + ".",
                none + "." + better + ".",
                secret + "." + better + "." + parts[2],
                "eyJ..",
                "eyJhbGciOiJSUzI1NiJ9.eyJ9.x",
                parts[0] + "." + parts[1] + "." + parts[2].substring(4))) {
            assertThat(tokens.reads(token)).isTrue();
            assertThat(caller(tokens, token)).as(token).isEmpty();
        }
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aNewKeyOfTheProviderIsFoundAndTheOldOneForgotten() throws Exception {
        var tokens = members();
        String before = provider.token("fay", "members");
        int askedAtFirst = provider.keysAsked();
        long first = System.nanoTime();
        assertThat(caller(tokens, before)).isPresent();
        int asked = provider.keysAsked();
        for (int i = 0; i < 10; i++) {
            assertThat(caller(tokens, before)).isPresent();
        }
        assertThat(provider.keysAsked()).as("kept").isEqualTo(asked);
        provider.rotate();
        assertThat(caller(tokens, provider.token("fay", "members"))).isPresent();
        assertThat(provider.keysAsked()).isEqualTo(asked + 1);
        for (int i = 0; i < 10; i++) {
            assertRefusedForItsKey(tokens, before);
        }
        long periods = 1 + Duration.ofNanos(System.nanoTime() - first).toSeconds() / 10;
        assertThat(provider.keysAsked() - askedAtFirst)
                .as("twice in ten seconds")
                .isLessThanOrEqualTo(Math.toIntExact(2 * periods));
    }

    /** Nobody has its key any more. Whether the provider may be asked again so soon depends on the time that has passed since it was asked last. */
    private static void assertRefusedForItsKey(TokenAuthenticator tokens, String token) {
        int asked = provider.keysAsked();
        try {
            assertThat(caller(tokens, token)).isEmpty();
            assertThat(provider.keysAsked()).as("was asked again").isEqualTo(asked + 1);
        } catch (ApiException e) {
            assertThat(provider.keysAsked()).as("not asked again so soon").isEqualTo(asked);
        }
    }

    @Test
    void keysThatWereFetchedOutliveAnOutage() throws Exception {
        var tokens = members();
        String token = provider.token("gus", "members");
        assertThat(caller(tokens, token)).isPresent();
        provider.setDown(true);
        assertThat(caller(tokens, token)).isPresent();
    }

    @Test
    void aProviderThatCannotBeReachedIsNoReasonToCallATokenWrong() throws Exception {
        var tokens = members();
        String token = provider.token("hal", "members");
        provider.setDown(true);
        assertThatThrownBy(() -> caller(tokens, token))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e -> assertThat(e.body().error().code()).isEqualTo("identity_provider_unavailable"));
        provider.setDown(false);
        Patience.await()
                .ignoreExceptionsInstanceOf(ApiException.class)
                .untilAsserted(() -> assertThat(caller(tokens, token)).isPresent());
    }

    @Test
    void theIdTokenOfASignInIsNoKeyToTheApi() throws Exception {
        Map<String, Object> claims = Map.of("groups", List.of("members"), "nonce", "n-0S6_WzA2Mj");
        assertThat(caller(members(), provider.token("lea", claims))).isEmpty();
    }

    @Test
    void withoutAProviderNothingIsTakenForAToken() throws Exception {
        assertThat(tokens().reads(provider.token("ian", "members"))).isFalse();
        assertThat(members().reads("bl_eyJ.a.b")).isFalse();
    }

    @Test
    void refusesUnsafeSettingsAtTheStart() {
        var audience = List.of("baseload");
        var rules = List.of(rule("a", "tokens", Role.USER));
        assertRefused("https", URI.create("http://login.example.com"), audience, null, rules);
        assertRefused("https", URI.create("https://me@login.example.com"), audience, null, rules);
        assertRefused("jwk-set-uri", URI.create("https://l.example.com"), audience, URI.create("http://a.b/k"), rules);
        assertRefused("audiences", URI.create("https://login.example.com"), List.of(), null, rules);
        assertRefused("rules", URI.create("https://login.example.com"), audience, null, List.of());
        assertRefused(
                "tenant", URI.create("https://login.example.com"), audience, null, List.of(rule("a", null, Role.USER)));
        assertThatThrownBy(() -> rule("a", "No Tenant", Role.USER)).hasMessageContaining("No Tenant");
        assertThatThrownBy(() -> new RuleProperties("a", "tokens", List.of(), List.of()))
                .hasMessageContaining("role");
    }

    private static void assertRefused(
            String word, URI issuer, List<String> audiences, @Nullable URI keys, List<RuleProperties> rules) {
        assertThatThrownBy(() -> new IssuerProperties(
                        issuer, audiences, keys, Duration.ZERO, Duration.ZERO, "groups", null, null, rules, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(word);
    }

    @Test
    void aPersonWithoutRolesKeepsNoRights() throws Exception {
        var tokens = tokens(issuer(
                "groups", null, rule("members", "tokens", Role.USER), rule("lost", "no-such-tenant", Role.USER)));
        for (String group : List.of("strangers", "lost")) {
            Caller before = caller(tokens, provider.token("kim", "members")).orElseThrow();
            String after = provider.token("kim", group);
            assertThatThrownBy(() -> caller(tokens, after)).isInstanceOf(NoAccessException.class);
            var identities = platform.get(Identities.class);
            assertThat(identities.current(before)).isEmpty();
            assertThat(identities.find("tokens", before.keyPrefix()))
                    .hasValueSatisfying(identity -> assertThat(identity.roles()).isEmpty());
            Caller again = caller(tokens, provider.token("kim", "members")).orElseThrow();
            assertThat(identities.current(again)).as("with a new token").isPresent();
        }
    }

    @Test
    void aPersonWhoMovesToAnotherTenantKeepsNoRightsInTheFirst() throws Exception {
        platform.get(Tenants.class).create(OPERATOR, new Tenant("tokens-next", List.of(), 8, 1));
        var tokens = tokens(
                issuer("groups", null, rule("first", "tokens", Role.USER), rule("second", "tokens-next", Role.USER)));
        Caller before = caller(tokens, provider.token("joe", "first")).orElseThrow();
        Caller after = caller(tokens, provider.token("joe", "second")).orElseThrow();
        assertThat(after.tenant()).isEqualTo("tokens-next");
        assertThat(after.keyPrefix()).isEqualTo(before.keyPrefix());
        assertThat(platform.get(Identities.class).find("tokens", before.keyPrefix()))
                .hasValueSatisfying(identity -> assertThat(identity.roles()).isEmpty());
    }
}
