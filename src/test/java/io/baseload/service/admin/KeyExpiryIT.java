package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** A key that expires can't prolong itself, nor make one that outlives it. */
@ExtendWith(WholeService.class)
class KeyExpiryIT {
    private static final String KEYS = "/admin/v1/tenants/lasting/keys";

    private static Instant end;
    private static String later;
    private static Rest rest;
    private static String prefix;
    private static AdminRest contractor;

    @BeforeAll
    static void issue(RunningService service) throws Exception {
        end = Instant.now().plus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
        later = end.plusSeconds(1).toString();
        rest = service.rest();
        rest.post("/admin/v1/tenants", Map.of("id", "lasting"));
        JsonNode key = rest.post(KEYS, Map.of("roles", List.of("tenant_admin", "user"), "expires_at", end.toString()));
        prefix = key.get("prefix").asString();
        contractor = new AdminRest(rest.as(key.get("key").asString()));
    }

    private static void refused(String method, String route, String body) throws Exception {
        JsonNode error = contractor.refused(400, method, route, body);
        assertThat(error.get("param").asString()).isEqualTo("expires_at");
        assertThat(error.get("message").asString()).contains("not be later than that of your own key");
    }

    @Test
    void aSuccessorExpiresWithItsPredecessor() throws Exception {
        String rotate = KEYS + "/" + prefix + "/rotate";
        refused("POST", rotate, "{\"expires_at\": null}");
        refused("POST", rotate, "{\"expires_at\": \"" + later + "\"}");
        JsonNode next = contractor.rest().post(rotate, Map.of());
        assertThat(Instant.parse(next.get("expires_at").asString())).isEqualTo(end);
        assertThat(rest.get("/admin/v1/audit?limit=1000&kind=admin.key.rotate")
                        .get("data")
                        .valueStream()
                        .filter(entry -> entry.get("subject").asString().endsWith("/" + prefix)))
                .singleElement()
                .satisfies(entry ->
                        assertThat(entry.at("/detail/expires_at").asString()).isEqualTo(end.toString()));
        JsonNode last = rest.post(KEYS + "/" + next.get("prefix").asString() + "/rotate", Map.of("expires_at", later));
        assertThat(last.get("expires_at").asString()).isEqualTo(later);
    }

    @Test
    void noOtherKeyOutlivesItsMaker() throws Exception {
        refused("POST", KEYS, "{\"roles\": [\"user\"]}");
        refused("POST", KEYS, "{\"roles\": [\"user\"], \"expires_at\": \"" + later + "\"}");
        JsonNode made = contractor
                .rest()
                .post(
                        KEYS,
                        Map.of(
                                "roles",
                                List.of("user"),
                                "expires_at",
                                end.minusSeconds(9).toString()));
        String one = KEYS + "/" + made.get("prefix").asString();
        refused("PATCH", one, "{\"expires_at\": null}");
        assertThat(contractor
                        .rest()
                        .send("PATCH", one, Map.of("expires_at", end.toString()))
                        .statusCode())
                .isEqualTo(200);
        String lasting = KEYS + "/"
                + rest.post(KEYS, Map.of("roles", List.of("user")))
                        .get("prefix")
                        .asString();
        refused("POST", lasting + "/rotate", "{}");
        assertThat(contractor
                        .rest()
                        .send("PATCH", lasting, "{\"models\": [\"default\"]}")
                        .statusCode())
                .isEqualTo(200);
        String account = rest.post(
                        "/admin/v1/tenants/lasting/identities", Map.of("name", "nightly", "roles", List.of("user")))
                .get("id")
                .asString();
        refused("POST", "/admin/v1/tenants/lasting/identities/" + account + "/keys", "{\"roles\": [\"user\"]}");
    }
}
