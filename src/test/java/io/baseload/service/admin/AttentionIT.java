package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** Open problems, by role. */
@ExtendWith(WholeService.class)
final class AttentionIT {
    private static Rest rest;

    @BeforeAll
    static void connect(RunningService service) {
        rest = service.rest();
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
        assertThat(checked(all)).containsExactly("memory", "model", "backend", "job", "budget", "audit");
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

    private static List<String> checked(JsonNode attention) {
        return attention.get("checked").valueStream().map(JsonNode::asString).toList();
    }

    private static Rest as(String tenant, String role) throws Exception {
        return rest.as(rest.post("/admin/v1/tenants/" + tenant + "/keys", Map.of("roles", List.of(role)))
                .get("key")
                .asString());
    }
}
