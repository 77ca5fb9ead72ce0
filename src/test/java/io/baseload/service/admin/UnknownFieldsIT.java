package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.RunningService;
import io.baseload.tools.Rest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** No field of a request to {@code /admin/v1} is ignored, and no list is replaced by omitting it. */
final class UnknownFieldsIT {
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
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST | tenants | {\"id\": \"bad\", \"window\": []} | window",
                "POST | tenants | {\"id\": \"bad\", \"windows\": [{\"period\": \"day\", \"token\": 4}]} |"
                        + " windows[0].token",
                "POST | tenants/default/keys | {\"roles\": [\"user\"], \"expire_at\": \"2999-01-01T00:00:00Z\"} |"
                        + " expire_at",
                "POST | tenants/default/keys/x/rotate | {\"overlap\": 0} | overlap",
                "PUT | tenants/default/keys/x/windows | {\"window\": []} | window",
                "PUT | tenants/default/content-policy | {\"keep\": true, \"retention_day\": 30} | retention_day",
                "POST | models/x/load | {\"pin\": true} | pin",
                "PUT | aliases/x | {\"targets\": [{\"model\": \"y\", \"wheight\": 1}]} | targets[0].wheight",
            })
    void aFieldThatDoesNotExistIsRefused(String method, String path, String body, String field) throws Exception {
        JsonNode error = admin.refused(400, method, "/admin/v1/" + path, body);
        assertThat(error.get("param").asString()).as(error.toString()).isEqualTo(field);
        assertThat(error.get("code").asString()).isEqualTo("unknown_parameter");
        assertThat(error.get("message").asString()).contains("Allowed here: '");
    }

    @Test
    void budgetsOfAKeyAreReplacedOnlyByAList() throws Exception {
        rest.post("/admin/v1/tenants", Map.of("id", "listed"));
        JsonNode issued = rest.post("/admin/v1/tenants/listed/keys", Map.of("roles", List.of("user")));
        String path = "/admin/v1/tenants/listed/keys/" + issued.get("prefix").asString() + "/windows";
        rest.put(path, Map.of("windows", List.of(Map.of("period", "day", "tokens", 4))));
        JsonNode error = admin.refused(400, "PUT", path, "{}");
        assertThat(error.get("param").asString()).isEqualTo("windows");
        assertThat(rest.get(path).get("windows")).hasSize(1);
        rest.put(path, Map.of("windows", List.of()));
        assertThat(rest.get(path).get("windows")).isEmpty();
    }
}
