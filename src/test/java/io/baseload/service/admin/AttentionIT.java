package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Open problems, by role. */
@ExtendWith(WholeService.class)
final class AttentionIT {
    private static Rest rest;
    private static JdbcClient jdbc;

    @BeforeAll
    static void connect(RunningService service) {
        rest = service.rest();
        jdbc = service.bean(JdbcClient.class);
    }

    @Test
    void problemsAreForThoseWhoMayReadWhatTheyAreAbout() throws Exception {
        Patience.awaitADayThatLasts();
        for (String tenant : List.of("spent", "frugal", "blocked")) {
            rest.post(
                    "/admin/v1/tenants",
                    Map.of(
                            "id",
                            tenant,
                            "windows",
                            List.of(Map.of("period", "month", "tokens", tenant.equals("blocked") ? 0 : 1000))));
        }
        use("spent", "", 1000);
        JsonNode all = rest.get("/admin/v1/attention");
        assertThat(checked(all)).containsExactly("memory", "model", "backend", "canary", "job", "budget", "audit");
        assertThat(all.get("data").valueStream())
                .anyMatch(problem -> problem.toString()
                        .equals("{\"kind\":\"budget\",\"subject\":\"spent\",\"message\":"
                                + "\"The tenant spent has used 100 % of its tokens of the month.\"}"));
        for (String tenant : List.of("spent", "frugal", "blocked")) {
            JsonNode own = as(tenant, "tenant_admin").get("/admin/v1/attention");
            assertThat(checked(own)).containsExactly("budget");
            assertThat(AdminRest.texts(own.get("data"), "subject"))
                    .isEqualTo(tenant.equals("spent") ? List.of("spent") : List.of());
        }
        assertThat(checked(as("default", "auditor").get("/admin/v1/attention"))).containsExactly("audit");
        assertThat(as("spent", "auditor").send("GET", "/admin/v1/attention", "").statusCode())
                .isEqualTo(403);
        assertThat(new AdminRest(rest)
                        .refused(400, "GET", "/admin/v1/attention?kinds=job,weather", "")
                        .get("param")
                        .asString())
                .isEqualTo("kinds");
        use("spent", "", 0);
    }

    @Test
    void theBudgetsBeyondAHundredAreMentioned() throws Exception {
        Patience.awaitADayThatLasts();
        var windows = IntStream.rangeClosed(1, 101)
                .mapToObj(i -> Map.of("period", "month", "model", "m" + i, "tokens", 1000))
                .toList();
        rest.post("/admin/v1/tenants", Map.of("id", "crowded", "windows", windows));
        Rest own = as("crowded", "tenant_admin");
        for (int i = 1; i <= 100; i++) {
            use("crowded", "m" + i, 800 + i);
        }
        assertThat(AdminRest.texts(own.get("/admin/v1/attention").get("data"), "subject"))
                .hasSize(100)
                .containsOnly("crowded");
        use("crowded", "m101", 1000);
        List<String> messages = AdminRest.texts(own.get("/admin/v1/attention").get("data"), "message");
        assertThat(messages)
                .hasSize(101)
                .doesNotContain("The tenant crowded has used 80 % of its tokens of the month for m1.");
        assertThat(messages.getFirst())
                .isEqualTo("The tenant crowded has used 100 % of its tokens of the month for m101.");
        assertThat(messages.getLast())
                .isEqualTo("More budgets are nearly spent; these are the 100 with the largest shares.");
        for (int i = 1; i <= 101; i++) {
            use("crowded", "m" + i, 0);
        }
    }

    /** Of this month's window. */
    private static void use(String tenant, String model, int tokens) {
        int windows = jdbc.sql("UPDATE quota_window SET used = ? WHERE tenant = ? AND key_prefix = '' AND model = ?"
                        + " AND period = 'month' AND starts_at = date_trunc('month', now(), 'UTC')")
                .params(tokens, tenant, model)
                .update();
        assertThat(windows).isEqualTo(1);
    }

    @Test
    void canariesThatWaitForAnOperatorOrForADayAreReported() throws Exception {
        OffsetDateTime recently = OffsetDateTime.now(ZoneOffset.UTC).minusHours(1);
        begun("long", OffsetDateTime.parse("2026-01-01T08:00:00Z"), "{}");
        begun("recent", recently, "{}");
        begun(
                "blamed",
                recently,
                "{\"bad\": {\"answers\": 8, \"errors\": 8}, \"good\": {\"answers\": 30, \"errors\": 0}}");
        JsonNode open = rest.get("/admin/v1/attention?kinds=canary");
        assertThat(checked(open)).containsExactly("canary");
        assertThat(open.get("data").valueStream().map(JsonNode::toString))
                .containsExactlyInAnyOrder(
                        "{\"kind\":\"canary\",\"subject\":\"long\",\"message\":\"The canary new of long is undecided:"
                            + " since 2026-01-01 it has 0 answers, the previous targets 0, and min_requests is 20.\"}",
                        "{\"kind\":\"canary\",\"subject\":\"blamed\",\"message\":\"The canary new of blamed is"
                            + " undecided: 8 of 38 answers failed, but without those of the tenant bad only 0 of 30:"
                            + " promote it or roll it back.\"}");
        jdbc.sql("DELETE FROM alias WHERE name IN ('long', 'recent', 'blamed')").update();
        assertThat(rest.get("/admin/v1/attention?kinds=canary").get("data")).isEmpty();
    }

    /** A canary as it is after some time. */
    private static void begun(String alias, OffsetDateTime started, String tenants) {
        jdbc.sql("INSERT INTO alias (name, created_at) VALUES (?, now())")
                .param(alias)
                .update();
        jdbc.sql("INSERT INTO canary VALUES (?, 'new', NULL, 10, 20, 0.1, 2, 'RUNNING', '', ?)")
                .params(alias, started)
                .update();
        jdbc.sql("""
            INSERT INTO canary_count (alias, arm, answers, errors, tenants, waits)
            SELECT ?, 'CANARY', coalesce(sum((value ->> 'answers')::bigint), 0), coalesce(sum((value ->> 'errors')::bigint), 0), ?::jsonb, '{}'
            FROM jsonb_each(?::jsonb)\
            """).params(alias, tenants, tenants).update();
    }

    @Test
    void aFailureIsReportedHoweverMuchHasSucceededSince() throws Exception {
        jdbc.sql("INSERT INTO job (id, kind, model, state, progress, message, error, created_at) SELECT 'many_'"
                        + " || i, 'LOAD', 'model', CASE i WHEN 0 THEN 'FAILED' ELSE 'SUCCEEDED' END, 1, 'done',"
                        + " CASE i WHEN 0 THEN 'no room' END, now() - interval '1 hour' + i * interval '1 second'"
                        + " FROM generate_series(0, 2000) i")
                .update();
        assertThat(AdminRest.texts(rest.get("/admin/v1/attention?kinds=job").get("data"), "subject"))
                .containsOnlyOnce("many_0");
        jdbc.sql("DELETE FROM job WHERE id LIKE 'many%'").update();
    }

    private static List<String> checked(JsonNode attention) {
        return attention.get("checked").valueStream().map(JsonNode::asString).toList();
    }

    private static Rest as(String tenant, String role) throws Exception {
        return rest.as(rest.post("/admin/v1/tenants/" + tenant + "/keys", Map.of("roles", List.of(role)))
                .get("key")
                .asString());
    }
}
