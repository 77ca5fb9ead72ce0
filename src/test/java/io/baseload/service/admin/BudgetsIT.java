package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Budgets, prices, usage and waiting, over HTTP, on the whole service. */
class BudgetsIT {
    private static final String MODEL = "smollm2-135m-instruct";
    private static final String PRICES = "/admin/v1/prices";

    @TempDir
    static Path home;

    private static RunningService service;
    private static Rest rest;
    private static AdminRest admin;

    @BeforeAll
    static void start() throws Exception {
        service = RunningService.at(home);
        rest = service.rest();
        admin = new AdminRest(rest);
        rest.post(PRICES, Map.of("model", MODEL, "prompt", 2.5, "completion", 10));
    }

    @BeforeEach
    void awaitADayThatLasts() {
        Patience.awaitADayThatLasts();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void aKeysBudgetHoldsAndIsShown() throws Exception {
        tenant("keyed", List.of());
        JsonNode issued = issue("keyed", "user");
        String windows = "/admin/v1/tenants/keyed/keys/" + issued.get("prefix").asString() + "/windows";
        var budget = Map.of("period", "day", "model", MODEL, "tokens", 40, "soft_percent", 10);
        JsonNode set = rest.as(issue("keyed", "tenant_admin").get("key").asString())
                .put(windows, Map.of("windows", List.of(budget)));
        assertThat(set.at("/windows/0/tokens").asLong()).isEqualTo(40);
        Rest user = rest.as(issued.get("key").asString());
        HttpResponse<String> answer = complete(user, 3);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(header(answer, "x-ratelimit-limit-tokens")).isEqualTo("40");
        assertThat(header(answer, "x-budget-warning"))
                .isEqualTo("tokens;period=day;percent=10;key="
                        + issued.get("prefix").asString() + ";model=" + MODEL);
        HttpResponse<String> refused = complete(user, 200);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(header(refused, "x-ratelimit-limit-tokens")).isEqualTo("40");
        assertThat(header(refused, "x-budget-warning")).startsWith("tokens;period=day");
        assertThat(header(refused, "retry-after")).isNotEmpty();
        assertThat(complete(rest.as(issue("keyed", "user").get("key").asString()), 3)
                        .statusCode())
                .isEqualTo(200);
        JsonNode shown = rest.get(windows).get("windows");
        assertThat(AdminRest.texts(shown, "period")).containsExactly("day");
        assertThat(shown.get(0).get("model").asString()).isEqualTo(MODEL);
        assertThat(shown.get(0).get("used").asLong()).isPositive().isLessThanOrEqualTo(40);
        assertThat(shown.get(0).get("soft_percent").asInt()).isEqualTo(10);
        assertThat(shown.get(0).get("interactive_percent").isNull()).isTrue();
        JsonNode events =
                rest.get("/admin/v1/audit?kind=quota.soft_limit&tenant=keyed").get("data");
        assertThat(events.size()).isEqualTo(1);
        assertThat(events.at("/0/detail/limit").asString()).isEqualTo("tokens");
        HttpResponse<String> late = rest.send(
                "PUT", windows, Map.of("windows", List.of(), "expected_windows", List.of(Map.of("period", "hour"))));
        assertThat(late.statusCode()).isEqualTo(409);
        assertThat(late.body()).contains("were changed meanwhile");
        rest.put(windows, Map.of("windows", List.of(), "expected_windows", List.of(budget)));
        assertThat(complete(user, 30).statusCode()).isEqualTo(200);
    }

    @Test
    void streamsHaveTheHeadersToo() throws Exception {
        tenant("streaming", List.of(Map.of("period", "month", "tokens", 1000, "requests", 10)));
        Rest user = rest.as(issue("streaming", "user").get("key").asString());
        HttpResponse<String> answer = user.send(
                "POST",
                "/v1/completions",
                Map.of("model", "default", "prompt", "One, two,", "max_tokens", 3, "stream", true));
        for (String what : List.of("limit", "remaining", "reset")) {
            assertThat(header(answer, "x-ratelimit-" + what + "-requests")).isNotEmpty();
            assertThat(header(answer, "x-ratelimit-" + what + "-tokens")).isNotEmpty();
        }
        assertThat(header(answer, "x-ratelimit-remaining-requests")).isEqualTo("9");
    }

    @Test
    void refusalsAndOtherRoutesHaveThemToo() throws Exception {
        var budgets = List.of(
                Map.of("period", "month", "tokens", 1000, "requests", 10),
                Map.of("period", "day", "model", "another", "tokens", 1));
        tenant("refused", budgets);
        Rest user = rest.as(issue("refused", "user").get("key").asString());
        var answers = List.of(
                user.send("POST", "/v1/completions", Map.of("model", "none", "prompt", "One, two,")),
                user.send("POST", "/v1/completions", Map.of("model", "default")),
                user.send("POST", "/v1/embeddings", Map.of("model", "default", "input", "One")),
                user.send("POST", "/v1/batches", Map.of()),
                user.send("GET", "/v1/files", ""),
                user.send("POST", "/v1/tokenize", Map.of("prompt", "One")),
                user.send("POST", "/tokenize", Map.of("prompt", "One")),
                user.send("POST", "/v1/detokenize", Map.of("tokens", List.of(1))),
                user.send("POST", "/detokenize", Map.of("tokens", "One")),
                user.send("POST", "/v1/messages", Map.of("model", "default")));
        assertThat(answers)
                .extracting(HttpResponse::statusCode)
                .containsExactly(404, 400, 400, 400, 200, 200, 200, 200, 400, 400);
        assertThat(answers).allSatisfy(answer -> {
            assertThat(header(answer, "x-ratelimit-remaining-requests")).isEqualTo("10");
            assertThat(header(answer, "x-ratelimit-remaining-tokens")).isEqualTo("1000");
        });
        assertThat(header(answers.getLast(), "anthropic-ratelimit-tokens-remaining"))
                .isEqualTo("1000");
    }

    @Test
    void usageIsToldApartAndPriced() throws Exception {
        tenant("told-apart", List.of(Map.of("period", "month", "cost", 0.01)));
        JsonNode issued = issue("told-apart", "user");
        Rest user = rest.as(issued.get("key").asString());
        HttpResponse<String> answer = complete(user, 3);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode used = Rest.json(answer).get("usage");
        String route = "/admin/v1/tenants/told-apart/usage?group_by=key,model,day";
        JsonNode row = Patience.await()
                .until(() -> rest.get(route).get("data"), rows -> rows.size() == 1)
                .get(0);
        assertThat(row.get("key_prefix").asString())
                .isEqualTo(issued.get("prefix").asString());
        assertThat(row.get("model").asString()).isEqualTo(MODEL);
        assertThat(row.get("day").asString()).matches("[0-9]{4}-[0-9]{2}-[0-9]{2}");
        assertThat(row.has("tenant")).isFalse();
        long prompt = used.get("prompt_tokens").asLong();
        var cost = new java.math.BigDecimal("0.0000025")
                .multiply(java.math.BigDecimal.valueOf(prompt))
                .add(new java.math.BigDecimal("0.00001")
                        .multiply(java.math.BigDecimal.valueOf(
                                used.get("completion_tokens").asLong())));
        assertThat(row.get("cost").decimalValue()).isEqualByComparingTo(cost);
        assertThat(rest.get("/admin/v1/tenants/told-apart/usage")
                        .at("/windows/2/cost")
                        .decimalValue())
                .isEqualByComparingTo(cost);
        Rest owner = rest.as(issue("told-apart", "tenant_admin").get("key").asString());
        HttpResponse<String> csv = owner.send("GET", route, "", "Accept", "text/csv");
        assertThat(header(csv, "content-type")).startsWith("text/csv");
        assertThat(csv.body().split("\r\n", -1))
                .hasSize(3)
                .startsWith("key_prefix,model,day,requests,prompt_tokens,cached_tokens,completion_tokens,cost");
        assertThat(owner.send("GET", "/admin/v1/usage", "").statusCode()).isEqualTo(403);
        assertThat(AdminRest.texts(rest.get("/admin/v1/usage?group_by=tenant").get("data"), "tenant"))
                .contains("told-apart");
        assertThat(complete(user, 2000).statusCode())
                .as("more than the money left")
                .isEqualTo(429);
    }

    @Test
    void rowsComeInParts() throws Exception {
        for (String tenant : List.of("part-a", "part-b")) {
            tenant(tenant, List.of());
            complete(rest.as(issue(tenant, "user").get("key").asString()), 1);
        }
        Patience.await().until(() -> rest.get("/admin/v1/usage").get("data").size() >= 2);
        JsonNode first = rest.get("/admin/v1/usage?limit=1");
        assertThat(first.get("data").size()).isEqualTo(1);
        JsonNode second =
                rest.get("/admin/v1/usage?limit=1&after=" + first.get("next").asString());
        assertThat(second.at("/data/0/tenant").asString())
                .isGreaterThan(first.at("/data/0/tenant").asString());
    }

    @Test
    void aPriceThatHasBegunStays() throws Exception {
        String later = Instant.now().plus(Duration.ofDays(2)).toString();
        rest.post(PRICES, Map.of("model", "later", "prompt", 1, "completion", 1, "valid_from", later));
        assertThat(admin.status("DELETE", PRICES + "?model=later&valid_from=" + later))
                .isEqualTo(204);
        JsonNode begun = rest.get(PRICES).at("/data/0");
        assertThat(begun.get("cached").decimalValue()).isEqualByComparingTo("2.5");
        assertThat(admin.status(
                        "DELETE",
                        PRICES + "?model=" + MODEL + "&valid_from="
                                + begun.get("valid_from").asString()))
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST | /admin/v1/prices | {\"prompt\": 1, \"completion\": 1} | model",
                "POST | /admin/v1/prices | {\"model\": \"m\", \"prompt\": -1, \"completion\": 1} | prompt",
                "POST | /admin/v1/prices | {\"model\": \"m\", \"prompt\": 1e999999999, \"completion\": 1} | prompt",
                "POST | /admin/v1/prices | {\"model\": \"m\", \"prompt\": 0.0000001, \"completion\": 1} | prompt",
                "POST | /admin/v1/prices | {\"model\": \"m\", \"prompt\": \"1\", \"completion\": 1} | prompt",
                "POST | /admin/v1/prices | {\"model\": \"m\", \"prompt\": 1, \"completion\": 1, \"valid_from\":"
                        + " \"2001-01-01T00:00:00Z\"} | valid_from",
                "DELETE | /admin/v1/prices?model=%00&valid_from=2001-01-01T00:00:00Z | '' | model",
                "PATCH | /admin/v1/tenants/default | {\"windows\": [{\"period\": \"hour\", \"soft_percent\": 100}]} |"
                        + " windows[0].soft_percent",
                "PATCH | /admin/v1/tenants/default | {\"windows\": [{\"period\": \"hour\", \"interactive_percent\":"
                        + " 101}]} | windows[0].interactive_percent",
                "PATCH | /admin/v1/tenants/default | {\"windows\": [{\"period\": \"hour\", \"model\": \"\"}]} |"
                        + " windows[0].model",
                "PATCH | /admin/v1/tenants/default | {\"windows\": [{\"period\": \"hour\", \"cost\": 0.0000001}]} |"
                        + " windows[0].cost",
                "PATCH | /admin/v1/tenants/default | {\"max_wait_ms\": -1} | max_wait_ms",
                "PATCH | /admin/v1/tenants/default | {\"max_wait_ms\": 1.5} | max_wait_ms",
                "GET | /admin/v1/usage?group_by=color | '' | group_by",
                "GET | /admin/v1/usage?after=x | '' | after",
            })
    void namesTheInvalidField(String method, String route, String body, String field) throws Exception {
        assertThat(admin.refused(400, method, route, body).get("param").asString())
                .isEqualTo(field);
    }

    @Test
    void aRequestMaySayHowLongItWaits() throws Exception {
        tenant("waiting", List.of());
        JsonNode tenant = Rest.json(rest.send("PATCH", "/admin/v1/tenants/waiting", Map.of("max_wait_ms", 300_000)));
        assertThat(tenant.get("max_wait_ms").asLong()).isEqualTo(300_000);
        Rest user = rest.as(issue("waiting", "user").get("key").asString());
        var body = Map.of("model", "default", "prompt", "One, two,", "max_tokens", 3);
        assertThat(user.send("POST", "/v1/completions", body, "x-max-wait-ms", "200000")
                        .statusCode())
                .isEqualTo(200);
        assertThat(user.send("POST", "/v1/completions", body, "x-max-wait-ms", "soon")
                        .statusCode())
                .isEqualTo(400);
    }

    private static void tenant(String id, List<?> windows) throws Exception {
        rest.post("/admin/v1/tenants", Map.of("id", id, "windows", windows));
    }

    private static JsonNode issue(String tenant, String role) throws Exception {
        return rest.post("/admin/v1/tenants/" + tenant + "/keys", Map.of("roles", List.of(role)));
    }

    private static HttpResponse<String> complete(Rest user, int maxTokens) throws Exception {
        return user.send(
                "POST", "/v1/completions", Map.of("model", "default", "prompt", "One, two,", "max_tokens", maxTokens));
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }
}
