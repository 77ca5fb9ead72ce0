package io.baseload.service.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Filters of the texts in a request that are not messages: those that end the answer, and its format. */
@ExtendWith(WholeService.class)
final class RequestFiltersIT {
    private static final String TENANT = "filtered";

    private static Rest rest;
    private static Rest user;

    @BeforeAll
    static void filter(RunningService service) throws Exception {
        rest = service.rest();
        rest.post("/admin/v1/tenants", Map.of("id", TENANT));
        user = rest.as(rest.post("/admin/v1/tenants/" + TENANT + "/keys", Map.of("roles", List.of("user")))
                .get("key")
                .asString());
        var filter = Map.of(
                "name",
                "pii",
                "kind",
                "personal_data",
                "sides",
                List.of("request"),
                "handling",
                Map.of("email", "redact", "credit_card", "block"));
        rest.put("/admin/v1/tenants/" + TENANT + "/guardrails", Map.of("filters", List.of(filter)));
    }

    private static HttpResponse<String> ask(String route, String field, Object value) throws Exception {
        Map<String, Object> body = new HashMap<>(Map.of("model", "default", "max_tokens", 30));
        if (route.equals("/v1/completions")) {
            body.put("prompt", "Hi");
        } else {
            body.put("messages", List.of(Map.of("role", "user", "content", "Hi")));
        }
        body.put(field, value);
        return user.send("POST", route, body);
    }

    /** They are compared with the answer, so a placeholder in one would never end it. */
    @Test
    void aStopTextThatAFilterWouldReplaceIsRefused() throws Exception {
        int before = intents();
        for (String route : List.of("/v1/chat/completions", "/v1/completions", "/v1/messages")) {
            String field = route.equals("/v1/messages") ? "stop_sequences" : "stop";
            var replaced = ask(route, field, List.of("END", "ann@example.com"));
            assertThat(replaced.statusCode()).as(replaced.body()).isEqualTo(400);
            assertThat(replaced.body())
                    .contains(field, "a filter of this tenant would replace part of it")
                    .doesNotContain("ann@");
            var blocked = ask(route, field, List.of("4111 1111 1111 1111"));
            assertThat(blocked.statusCode()).as(blocked.body()).isEqualTo(400);
            assertThat(blocked.body()).contains("blocked by the filter 'pii'").doesNotContain("4111");
        }
        assertThat(intents()).isEqualTo(before);
        assertThat(ask("/v1/chat/completions", "stop", List.of("END")).statusCode())
                .isEqualTo(200);
        assertThat(intents()).isEqualTo(before + 1);
    }

    /** The model, which can only write what the schema allows, shows what became of it. */
    @Test
    void aSchemaIsFilteredBeforeTheModelFollowsIt() throws Exception {
        var schema = Map.of(
                "type",
                "object",
                "properties",
                Map.of("to", Map.of("enum", List.of("ann@example.com"))),
                "required",
                List.of("to"));
        var format = Map.of("type", "json_schema", "json_schema", Map.of("name", "answer", "schema", schema));
        var answer = ask("/v1/chat/completions", "response_format", format);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String text = Rest.json(answer).at("/choices/0/message/content").asString();
        assertThat(new JsonMapper().readTree(text).get("to").asString()).isEqualTo("[EMAIL]");
    }

    private static int intents() throws Exception {
        JsonNode entries = rest.get("/admin/v1/audit?kind=completion.intent&limit=1000&tenant=" + TENANT);
        return entries.get("data").size();
    }
}
