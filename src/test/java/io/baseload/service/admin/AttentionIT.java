package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
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
        for (String tenant : List.of("spent", "frugal")) {
            rest.post(
                    "/admin/v1/tenants",
                    Map.of(
                            "id",
                            tenant,
                            "windows",
                            List.of(Map.of("period", "month", "tokens", tenant.equals("spent") ? 0 : 1000))));
        }
        JsonNode all = rest.get("/admin/v1/attention");
        assertThat(checked(all)).containsExactly("memory", "model", "backend", "canary", "job", "budget", "audit");
        assertThat(all.get("data").valueStream())
                .anyMatch(problem -> problem.toString()
                        .equals("{\"kind\":\"budget\",\"subject\":\"spent\",\"message\":"
                                + "\"The tenant spent has used 100 % of its tokens of the month.\"}"));
        for (String tenant : List.of("spent", "frugal")) {
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

    private static List<String> checked(JsonNode attention) {
        return attention.get("checked").valueStream().map(JsonNode::asString).toList();
    }

    private static Rest as(String tenant, String role) throws Exception {
        return rest.as(rest.post("/admin/v1/tenants/" + tenant + "/keys", Map.of("roles", List.of(role)))
                .get("key")
                .asString());
    }
}
