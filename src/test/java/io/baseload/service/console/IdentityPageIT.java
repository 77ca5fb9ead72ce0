package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The budgets of a service account in the console, over HTTP on the whole service. */
@ExtendWith(WholeService.class)
class IdentityPageIT {
    private static final String IDENTITIES = "/tenants/paged/identities";
    private static final String PAGE = "/console" + IDENTITIES + "/service_nightly";
    private static final String WINDOWS = "/admin/v1" + IDENTITIES + "/service_nightly/windows";

    @Test
    void theBudgetsOfAServiceAccountAreShownAndChanged(RunningService service) throws Exception {
        Rest rest = service.rest();
        rest.post("/admin/v1/tenants", Map.of("id", "paged"));
        rest.post("/admin/v1" + IDENTITIES, Map.of("name", "nightly", "roles", List.of("user")));
        var issued = rest.post("/admin/v1" + IDENTITIES + "/service_nightly/keys", Map.of("roles", List.of("user")));
        String admin = rest.post("/admin/v1/tenants/paged/keys", Map.of("roles", List.of("tenant_admin")))
                .get("key")
                .asString();
        try (var session = ConsoleSession.of(rest.url(), admin)) {
            assertThat(session.get("/console" + IDENTITIES).body()).contains("href=\"" + PAGE + "\"");
            assertThat(session.get("/console/tenants/paged/keys/"
                                    + issued.get("prefix").asString())
                            .body())
                    .contains("href=\"" + PAGE + "\"");
            assertThat(session.get(PAGE).body())
                    .contains("Budgets of <span>service_nightly</span>", "None of its own.");
            session.submit(PAGE, PAGE + "/windows", Map.of("expected", "[]", "period", "day", "tokens", "many"));
            assertThat(session.get(PAGE).body()).contains("must be a number", "value=\"many\"");
            session.submit(PAGE, PAGE + "/windows", Map.of("expected", "[]", "period", "day", "tokens", "1000"));
            assertThat(session.get(PAGE).body())
                    .contains("The budgets were changed.", "tokens of the day", "0 of 1,000");
            assertThat(rest.get(WINDOWS).at("/windows/0/limit").asInt()).isEqualTo(1000);
            session.submit(PAGE, PAGE + "/windows", Map.of("expected", "[]", "period", "day", "tokens", "7"));
            assertThat(session.get(PAGE).body()).contains("were changed meanwhile");
            assertThat(rest.get(WINDOWS).at("/windows/0/limit").asInt()).isEqualTo(1000);
        }
    }
}
