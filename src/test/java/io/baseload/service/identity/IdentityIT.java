package io.baseload.service.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.DeniedAccess;
import io.baseload.testing.IdentityProvider;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** People with tokens of a real identity provider, service accounts, and what holds keys back, over HTTP on the whole service. */
final class IdentityIT {
    private static final String TENANT = "crew";
    private static final String NOWHERE = "http://localhost:1";

    @TempDir
    static Path home;

    private static IdentityProvider provider;
    private static RunningService service;
    private static Rest rest;

    @BeforeAll
    static void start() throws Exception {
        provider = IdentityProvider.start();
        List<String> properties = Stream.of(
                        provider.properties(),
                        IdentityProvider.rule(0, "crew", TENANT, "user"),
                        IdentityProvider.rule(1, "captains", TENANT, "user,tenant_admin"),
                        IdentityProvider.rule(2, "ghosts", "no-such-tenant", "user"),
                        List.of(
                                "spring.main.cloud-platform=kubernetes", // where Spring Boot would trust any proxy
                                "baseload.identity.issuers[1].issuer=" + NOWHERE,
                                "baseload.identity.issuers[1].audiences=" + IdentityProvider.AUDIENCE,
                                "baseload.identity.issuers[1].rules[0].group=*",
                                "baseload.identity.issuers[1].rules[0].tenant=" + TENANT,
                                "baseload.identity.issuers[1].rules[0].roles=user"))
                .flatMap(List::stream)
                .toList();
        service = RunningService.at(home, properties.toArray(String[]::new));
        rest = service.rest();
        rest.post("/admin/v1/tenants", Map.of("id", TENANT));
    }

    @AfterAll
    static void stop() {
        service.close();
        provider.close();
    }

    private static Rest person(String name, String... groups) throws Exception {
        return rest.as(provider.token(name, groups));
    }

    private static void assertRefused(int status, String code, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(Rest.json(answer).at("/error/code").asString()).isEqualTo(code);
    }

    private static List<JsonNode> trail(String kind) throws Exception {
        var entries = new ArrayList<JsonNode>();
        rest.get("/admin/v1/audit?limit=1000&kind=" + kind).get("data").forEach(entries::add);
        return entries;
    }

    @Test
    void aPersonAsksAModelAndTheTrailNamesThePerson() throws Exception {
        Rest ann = person("ann", "crew");
        HttpResponse<String> answer =
                ann.send("POST", "/v1/completions", Map.of("model", "default", "prompt", "Hello", "max_tokens", 1));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String request = answer.headers().firstValue("x-request-id").orElseThrow();
        assertThat(trail("completion.intent"))
                .filteredOn(entry -> entry.get("subject").asString().equals(request))
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.at("/actor/tenant").asString()).isEqualTo(TENANT);
                    assertThat(entry.at("/actor/key_prefix").asString()).startsWith("person_");
                    assertThat(entry.at("/detail/person/subject").asString()).isEqualTo("ann");
                    assertThat(entry.at("/detail/person/issuer").asString()).isEqualTo(provider.issuer());
                });
        assertThat(rest.get("/admin/v1/audit/verification").at("/integrity/ok").asBoolean())
                .isTrue();
        JsonNode me = ann.get("/admin/v1/me");
        assertThat(me.get("subject").asString()).isEqualTo("ann");
        assertThat(me.get("roles")).hasSize(1);
    }

    @Test
    void turnsPeopleWithoutRightsAwayByName() throws Exception {
        for (Rest stranger : List.of(person("eve", "guests"), person("eve", "ghosts"))) {
            assertRefused(403, "permission_denied", stranger.send("GET", "/v1/models", ""));
        }
        service.bean(DeniedAccess.class).write();
        assertThat(trail("access.forbidden"))
                .anySatisfy(
                        entry -> assertThat(entry.at("/detail/person/subject").asString())
                                .isEqualTo("eve"));
        HttpResponse<String> broken = rest.as("eyJhbGciOiJSUzI1NiJ9.e30.x").send("GET", "/v1/models", "");
        assertRefused(401, "invalid_token", broken);
        assertThat(broken.headers().firstValue("WWW-Authenticate")).hasValue("Bearer error=\"invalid_token\"");
        service.bean(DeniedAccess.class).write();
        assertThat(trail("access.sign_in_failed")).isNotEmpty();
    }

    @Test
    void keysWorkWhileAProviderCannotBeReached() throws Exception {
        Rest lost = rest.as(provider.token("lou", Map.of("iss", NOWHERE)));
        assertRefused(503, "identity_provider_unavailable", lost.send("GET", "/v1/models", ""));
        assertThat(rest.get("/v1/models").get("data")).isNotEmpty();
    }

    @Test
    void peopleMakeTheirOwnKeysWithinWhatTheyMay() throws Exception {
        Rest bea = person("bea", "crew");
        assertRefused(
                403, "permission_denied", bea.send("POST", "/admin/v1/me/keys", Map.of("roles", List.of("operator"))));
        assertRefused(
                403,
                "permission_denied",
                bea.send("POST", "/admin/v1/me/keys", Map.of("roles", List.of("user", "tenant_admin"))));
        String late = Instant.now().plus(Duration.ofDays(91)).toString();
        assertRefused(
                400,
                "invalid_value",
                bea.send("POST", "/admin/v1/me/keys", Map.of("roles", List.of("user"), "expires_at", late)));
        assertRefused(400, "missing_required_parameter", bea.send("POST", "/admin/v1/me/keys", Map.of()));

        JsonNode made = bea.post("/admin/v1/me/keys", Map.of("roles", List.of("user"), "models", List.of("default")));
        assertThat(Instant.parse(made.get("expires_at").asString()))
                .isBefore(Instant.now().plus(Duration.ofDays(91)));
        Rest byKey = rest.as(made.get("key").asString());
        assertThat(byKey.get("/v1/models").get("data")).hasSize(1);
        assertThat(byKey.get("/admin/v1/me").get("subject").asString()).isEqualTo("bea");
        assertRefused(403, "permission_denied", byKey.send("GET", "/admin/v1/me/keys", ""));

        String prefix = made.get("prefix").asString();
        Rest cem = person("cem", "crew");
        assertThat(bea.get("/admin/v1/me/keys").get("data"))
                .anySatisfy(key -> assertThat(key.get("prefix").asString()).isEqualTo(prefix));
        assertThat(cem.get("/admin/v1/me/keys").get("data")).isEmpty();
        assertRefused(404, "not_found", cem.send("DELETE", "/admin/v1/me/keys/" + prefix, ""));
        assertRefused(404, "not_found", cem.send("POST", "/admin/v1/me/keys/" + prefix + "/rotate", ""));

        String tenantsKeys = "/admin/v1/tenants/" + TENANT + "/keys/";
        Rest captain = person("dan", "captains");
        assertRefused(403, "permission_denied", captain.send("POST", tenantsKeys + prefix + "/rotate", ""));
        assertRefused(400, "invalid_value", captain.send("PATCH", tenantsKeys + prefix, "{\"expires_at\": null}"));
        JsonNode next = bea.post("/admin/v1/me/keys/" + prefix + "/rotate", Map.of("overlap_seconds", 60));
        assertThat(next.get("expires_at").isNull()).isFalse();
        assertThat(next.get("identity")).isEqualTo(made.get("identity"));
        assertThat(bea.send("DELETE", "/admin/v1/me/keys/" + prefix, "").statusCode())
                .isEqualTo(204);
        assertRefused(401, "invalid_api_key", byKey.send("GET", "/v1/models", ""));

        Rest byNext = rest.as(next.get("key").asString());
        assertThat(byNext.send("GET", "/v1/models", "").statusCode()).isEqualTo(200);
        String identity = made.get("identity").asString();
        assertThat(captain.get("/admin/v1/tenants/" + TENANT + "/identities").get("data"))
                .anySatisfy(it -> {
                    assertThat(it.get("id").asString()).isEqualTo(identity);
                    assertThat(it.get("kind").asString()).isEqualTo("person");
                    assertThat(it.get("subject").asString()).isEqualTo("bea");
                });
        assertThat(captain.send("DELETE", "/admin/v1/tenants/" + TENANT + "/identities/" + identity, "")
                        .statusCode())
                .isEqualTo(204);
        assertRefused(401, "invalid_api_key", byNext.send("GET", "/v1/models", ""));
        assertThat(trail("admin.key.create"))
                .anySatisfy(
                        entry -> assertThat(entry.at("/detail/person/subject").asString())
                                .isEqualTo("bea"));
    }

    @Test
    void serviceAccountsHaveKeysWithoutAPerson() throws Exception {
        Rest captain = person("eli", "captains");
        String identities = "/admin/v1/tenants/" + TENANT + "/identities";
        assertRefused(
                403,
                "permission_denied",
                captain.send("POST", identities, Map.of("name", "root", "roles", List.of("operator"))));
        assertRefused(
                400,
                "invalid_value",
                captain.send("POST", identities, Map.of("name", "No Name", "roles", List.of("user"))));
        JsonNode account = captain.post(identities, Map.of("name", "nightly", "roles", List.of("user")));
        assertThat(account.get("kind").asString()).isEqualTo("service_account");
        assertRefused(
                409, "conflict", captain.send("POST", identities, Map.of("name", "nightly", "roles", List.of("user"))));
        String one = identities + "/" + account.get("id").asString();
        assertRefused(
                400, "invalid_value", captain.send("POST", one + "/keys", Map.of("roles", List.of("tenant_admin"))));
        Rest nightly = rest.as(captain.post(one + "/keys", Map.of("roles", List.of("user")))
                .get("key")
                .asString());
        assertThat(nightly.send("GET", "/v1/models", "").statusCode()).isEqualTo(200);
        assertThat(captain.send("DELETE", one, "").statusCode()).isEqualTo(204);
        assertRefused(401, "invalid_api_key", nightly.send("GET", "/v1/models", ""));
        assertRefused(404, "not_found", captain.send("DELETE", one, ""));
    }

    @Test
    void aKeysAddressesAndRateAreEnforced() throws Exception {
        String keys = "/admin/v1/tenants/" + TENANT + "/keys";
        for (String bad : List.of("10.0.0.0/33", "example.com", "", "10.0.0.0/8, 1.2.3.4")) {
            HttpResponse<String> refused =
                    rest.send("POST", keys, Map.of("roles", List.of("user"), "addresses", List.of(bad)));
            assertRefused(400, "invalid_value", refused);
            assertThat(Rest.json(refused).at("/error/param").asString()).isEqualTo("addresses[0]");
        }
        assertRefused(
                400,
                "integer_below_min_value",
                rest.send("POST", keys, Map.of("roles", List.of("user"), "requests_per_minute", 0)));
        Rest away = rest.as(
                rest.post(keys, Map.of("roles", List.of("user"), "addresses", List.of("10.0.0.0/8", "2001:db8::/32")))
                        .get("key")
                        .asString());
        assertRefused(403, "address_not_allowed", away.send("GET", "/v1/models", ""));
        assertRefused(403, "address_not_allowed", away.send("GET", "/v1/models", "", "X-Forwarded-For", "10.1.2.3"));

        JsonNode made = rest.post(
                keys,
                Map.of("roles", List.of("user"), "addresses", List.of("127.0.0.0/8", "::1"), "requests_per_minute", 2));
        assertThat(made.get("requests_per_minute").asInt()).isEqualTo(2);
        Rest here = rest.as(made.get("key").asString());
        for (long most : new long[] {1, 0}) {
            HttpResponse<String> answer = here.send("GET", "/v1/models", "");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValueAsLong("x-ratelimit-limit-requests"))
                    .hasValue(2);
            assertThat(answer.headers()
                            .firstValueAsLong("x-ratelimit-remaining-requests")
                            .orElseThrow())
                    .isBetween(most, 1L); // after half a minute there is one more
            assertThat(answer.headers().firstValue("x-ratelimit-reset-requests"))
                    .isPresent();
        }
        HttpResponse<String> tooMany = Patience.await() // a slow machine may take the time in which one more is allowed
                .until(() -> here.send("GET", "/v1/models", ""), answer -> answer.statusCode() != 200);
        assertRefused(429, "rate_limit_exceeded", tooMany);
        assertThat(tooMany.headers().firstValueAsLong("Retry-After").orElseThrow())
                .isBetween(1L, 30L);
        assertThat(tooMany.headers().firstValueAsLong("x-ratelimit-limit-requests"))
                .hasValue(2);
        HttpResponse<String> freed = rest.send(
                "PATCH",
                keys + "/" + made.get("prefix").asString(),
                "{\"requests_per_minute\": null, \"addresses\": []}");
        assertThat(Rest.json(freed).get("addresses")).isEmpty();
        assertThat(here.send("GET", "/v1/models", "").statusCode()).isEqualTo(200);
    }

    @Test
    void answersOfAllRoutesTellTheRoomOfAKey() throws Exception {
        String keys = "/admin/v1/tenants/" + TENANT + "/keys";
        Rest limited = rest.as(rest.post(keys, Map.of("roles", List.of("user"), "requests_per_minute", 50))
                .get("key")
                .asString());
        for (HttpResponse<String> answer : List.of(
                limited.send("GET", keys, ""),
                limited.send("POST", "/mcp", Map.of("jsonrpc", "2.0", "id", 1, "method", "ping")),
                limited.send("GET", "/nowhere", ""))) {
            assertThat(answer.headers().firstValueAsLong("x-ratelimit-limit-requests"))
                    .as(answer.uri().getPath())
                    .hasValue(50);
            assertThat(answer.headers().firstValueAsLong("x-ratelimit-remaining-requests"))
                    .isPresent();
            assertThat(answer.headers().firstValue("x-ratelimit-limit-tokens")).isEmpty();
        }
        assertThat(rest.send("GET", keys, "").headers().firstValue("x-ratelimit-limit-requests"))
                .as("a key without a rate")
                .isEmpty();
    }

    @Test
    void aKeyThatExpiresSoonIsAnnounced() throws Exception {
        String keys = "/admin/v1/tenants/" + TENANT + "/keys";
        Instant end = Instant.now().plus(Duration.ofDays(3));
        JsonNode soon = rest.post(keys, Map.of("roles", List.of("user"), "expires_at", end.toString()));
        HttpResponse<String> answer = rest.as(soon.get("key").asString()).send("GET", "/v1/models", "");
        assertThat(answer.headers().firstValue("x-api-key-expires")).isPresent();
        assertThat(rest.send("GET", "/v1/models", "").headers().firstValue("x-api-key-expires"))
                .isEmpty();
        assertThat(rest.get(keys + "?limit=1000").get("data")).anySatisfy(key -> {
            assertThat(key.get("prefix")).isEqualTo(soon.get("prefix"));
            assertThat(key.get("expires_soon").asBoolean()).isTrue();
        });
        assertThat(rest.send("GET", "/actuator/prometheus", "").body()).contains("baseload_api_keys_expiring");
    }
}
