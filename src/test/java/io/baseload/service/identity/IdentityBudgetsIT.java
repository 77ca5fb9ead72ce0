package io.baseload.service.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.IdentityProvider;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Budgets of people and service accounts, over HTTP on the whole service, with tokens of a real identity provider. */
final class IdentityBudgetsIT {
    private static final String TENANT = "crew";
    private static final String IDENTITIES = "/admin/v1/tenants/" + TENANT + "/identities";
    private static final Map<String, ?> NONE = Map.of("windows", List.of());

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
                        IdentityProvider.rule(2, "owners", TENANT, "operator"))
                .flatMap(List::stream)
                .toList();
        service = RunningService.at(home, properties.toArray(String[]::new));
        rest = service.rest();
        rest.post("/admin/v1/tenants", Map.of("id", TENANT));
    }

    @BeforeEach
    void awaitADayThatLasts() {
        Patience.awaitADayThatLasts();
    }

    @AfterAll
    static void stop() {
        service.close();
        provider.close();
    }

    @Test
    void keysAndTokensOfAPersonShareOneBudget() throws Exception {
        Rest ann = person("ann", "crew");
        JsonNode made = ann.post("/admin/v1/me/keys", Map.of("roles", List.of("user")));
        String identity = made.get("identity").asString();
        Rest first = rest.as(made.get("key").asString());
        Rest second = key(ann);
        Rest captain = person("cap", "captains");
        String windows = windows(identity);
        var budget = Map.of("period", "month", "tokens", 60, "soft_percent", 10);
        assertThat(captain.put(windows, Map.of("windows", List.of(budget)))
                        .at("/windows/0/tokens")
                        .asInt())
                .isEqualTo(60);

        long remaining = 60;
        for (Rest caller : List.of(first, second, ann)) {
            HttpResponse<String> answer = complete(caller, 3);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(header(answer, "x-ratelimit-limit-tokens")).isEqualTo("60");
            long left = Long.parseLong(header(answer, "x-ratelimit-remaining-tokens"));
            assertThat(left).isLessThan(remaining);
            remaining = left;
            assertThat(header(answer, "x-budget-warning"))
                    .isEqualTo("tokens;period=month;percent=10;identity=" + identity);
        }
        for (Rest caller : List.of(first, second, ann, key(ann))) {
            HttpResponse<String> refused = complete(caller, 60);
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.body()).contains("this person's 60 tokens per month");
            assertThat(header(refused, "x-ratelimit-limit-tokens")).isEqualTo("60");
        }
        for (Rest other : List.of(person("bob", "crew"), key(person("bob", "crew")), tenantKey())) {
            HttpResponse<String> answer = complete(other, 60);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(header(answer, "x-ratelimit-limit-tokens")).isEmpty();
        }
        JsonNode counted = captain.get(windows).get("windows");
        assertThat(counted).hasSize(1);
        assertThat(counted.at("/0/limit").asInt()).isEqualTo(60);
        assertThat(counted.at("/0/requests").asInt()).isEqualTo(3);
        assertThat(counted.at("/0/used").asLong())
                .isPositive()
                .isEqualTo(captain.get("/admin/v1/tenants/" + TENANT + "/usage?group_by=identity")
                        .get("data")
                        .valueStream()
                        .filter(row -> row.get("identity").asString().equals(identity))
                        .mapToLong(row -> row.get("prompt_tokens").asLong()
                                + row.get("completion_tokens").asLong())
                        .sum());
        assertThat(trail("quota.soft_limit"))
                .singleElement()
                .satisfies(event ->
                        assertThat(event.at("/detail/identity").asString()).isEqualTo(identity));

        var late = Map.of("windows", List.of(), "expected_windows", List.of(Map.of("period", "hour")));
        assertThat(captain.send("PUT", windows, late).statusCode()).isEqualTo(409);
        assertThat(captain.send("DELETE", windows, "").statusCode()).isEqualTo(204);
        assertThat(captain.get(windows).get("windows")).isEmpty();
        assertThat(complete(second, 60).statusCode()).isEqualTo(200);
        assertThat(trail("admin.identity.windows"))
                .filteredOn(entry ->
                        entry.get("subject").asString().equals("tenants/" + TENANT + "/identities/" + identity))
                .hasSize(2)
                .allSatisfy(
                        entry -> assertThat(entry.at("/detail/person/subject").asString())
                                .isEqualTo("cap"))
                .extracting(entry -> entry.at("/detail/windows/0/tokens").asInt())
                .containsExactly(60, 0);
    }

    @Test
    void aServiceAccountHasABudgetOfItsOwn() throws Exception {
        Rest captain = person("eli", "captains");
        String account = captain.post(IDENTITIES, Map.of("name", "nightly", "roles", List.of("user")))
                .get("id")
                .asString();
        captain.put(windows(account), Map.of("windows", List.of(Map.of("period", "month", "requests", 2))));
        var keys = new ArrayList<Rest>();
        for (int i = 0; i < 2; i++) {
            keys.add(rest.as(captain.post(IDENTITIES + "/" + account + "/keys", Map.of("roles", List.of("user")))
                    .get("key")
                    .asString()));
        }
        for (Rest key : keys) {
            HttpResponse<String> answer = complete(key, 1);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(header(answer, "x-ratelimit-limit-requests")).isEqualTo("2");
        }
        for (Rest key : keys) {
            HttpResponse<String> refused = complete(key, 1);
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.body()).contains("This service account's limit of 2 requests per month is reached");
        }
        assertThat(complete(captain, 1).statusCode()).as("who made it").isEqualTo(200);
    }

    @Test
    void whoeverMayNotManageAnIdentityCannotSetItsBudget() throws Exception {
        Rest dora = person("dora", "crew");
        Rest captain = person("finn", "captains");
        String identity = name(dora);
        assertThat(dora.send("PUT", windows(identity), NONE).statusCode()).isEqualTo(403);
        assertThat(dora.send("GET", windows(identity), "").statusCode()).isEqualTo(403);
        String owner = name(person("olga", "owners"));
        assertThat(captain.send("PUT", windows(owner), NONE).statusCode()).isEqualTo(403);
        assertThat(captain.send("DELETE", windows(owner), "").statusCode()).isEqualTo(403);
        assertThat(captain.send("GET", windows(owner), "").statusCode()).isEqualTo(200);
        assertThat(rest.send("PUT", windows(owner), NONE).statusCode()).isEqualTo(200);
        for (String method : List.of("GET", "PUT", "DELETE")) {
            assertThat(captain.send(method, windows("person_0123456789abcdef"), NONE)
                            .statusCode())
                    .isEqualTo(404);
        }
        assertThat(captain.send("PUT", windows(identity), Map.of("windows", List.of(Map.of("period", "year"))))
                        .statusCode())
                .isEqualTo(400);
    }

    private static String windows(String identity) {
        return IDENTITIES + "/" + identity + "/windows";
    }

    private static Rest person(String name, String... groups) throws Exception {
        return rest.as(provider.token(name, groups));
    }

    private static String name(Rest person) throws Exception {
        return person.get("/admin/v1/me").get("name").asString();
    }

    private static Rest key(Rest person) throws Exception {
        return rest.as(person.post("/admin/v1/me/keys", Map.of("roles", List.of("user")))
                .get("key")
                .asString());
    }

    private static Rest tenantKey() throws Exception {
        return rest.as(rest.post("/admin/v1/tenants/" + TENANT + "/keys", Map.of("roles", List.of("user")))
                .get("key")
                .asString());
    }

    private static HttpResponse<String> complete(Rest caller, int maxTokens) throws Exception {
        return caller.send(
                "POST", "/v1/completions", Map.of("model", "default", "prompt", "One, two,", "max_tokens", maxTokens));
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static List<JsonNode> trail(String kind) throws Exception {
        var entries = new ArrayList<JsonNode>();
        rest.get("/admin/v1/audit?limit=1000&kind=" + kind).get("data").forEach(entries::add);
        return entries;
    }
}
