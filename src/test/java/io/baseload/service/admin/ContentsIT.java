package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.RunningService;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Contents over HTTP: switched on, kept of whole answers and of streams, read by who may, erased. */
class ContentsIT {
    private static final String POLICY = "/admin/v1/tenants/default/content-policy";
    private static final String CONTENTS = "/admin/v1/tenants/default/contents";

    @Test
    void aTenantsContentsAreKeptReadAndErased(@TempDir Path home) throws Exception {
        try (var service = RunningService.at(home)) {
            Rest rest = service.rest();
            assertThat(rest.get(POLICY).get("keep").asBoolean()).isFalse();
            HttpResponse<String> on = rest.send("PUT", POLICY, Map.of("keep", true, "retention_days", 30));
            assertThat(Rest.json(on).get("retention_days").asInt()).isEqualTo(30);
            assertThat(rest.send("PUT", POLICY, Map.of("keep", true, "retention_days", 0))
                            .statusCode())
                    .isEqualTo(400);

            var whole = rest.send("POST", "/v1/chat/completions", chat("ann", false));
            var streamed = rest.send("POST", "/v1/chat/completions", chat("bob", true));
            String said = Rest.json(whole).at("/choices/0/message/content").asString();

            assertThat(rest.send("GET", CONTENTS, "").statusCode())
                    .as("an operator")
                    .isEqualTo(403);
            Rest auditor =
                    rest.as(rest.post("/admin/v1/tenants/default/keys", Map.of("roles", List.of("content_auditor")))
                            .get("key")
                            .asString());
            JsonNode page = auditor.get(CONTENTS + "?limit=3");
            assertThat(AdminRest.texts(page.get("data"), "part")).containsExactly("prompt", "answer", "prompt");
            JsonNode rest2 = auditor.get(CONTENTS + "?after=" + page.get("next").asString());
            assertThat(page.at("/data/0/content/messages/0/content").asString()).isEqualTo("Say hello to ann.");
            assertThat(page.at("/data/1/content/answers/0/content").asString()).isEqualTo(said);
            JsonNode answer = rest2.at("/data/0");
            assertThat(answer.get("request_id").asString())
                    .isEqualTo(streamed.headers().firstValue("x-request-id").orElseThrow());
            assertThat(answer.at("/content/answers/0/finish_reason").asString()).isIn("stop", "length");
            assertThat(auditor.get(CONTENTS + "?user=bob").get("data")).hasSize(2);

            assertThat(rest.send("DELETE", CONTENTS, "").statusCode()).isEqualTo(400);
            assertThat(Rest.json(rest.send("DELETE", CONTENTS + "?user=ann", ""))
                            .get("erased")
                            .asInt())
                    .isEqualTo(2);
            assertThat(Rest.json(rest.send("DELETE", CONTENTS + "?all=true", ""))
                            .get("erased")
                            .asInt())
                    .isEqualTo(2);
            assertThat(AdminRest.texts(
                            rest.get("/admin/v1/audit?kind=admin.contents.&limit=1000")
                                    .get("data"),
                            "kind"))
                    .containsExactly(
                            "admin.contents.policy",
                            "admin.contents.read",
                            "admin.contents.read",
                            "admin.contents.read",
                            "admin.contents.erase",
                            "admin.contents.erase");
            JsonNode verified = rest.get("/admin/v1/audit/verification");
            assertThat(verified.at("/integrity/ok").asBoolean())
                    .as(verified.toString())
                    .isTrue();
        }
    }

    private static Map<String, Object> chat(String user, boolean stream) {
        return Map.of(
                "model",
                "default",
                "messages",
                List.of(Map.of("role", "user", "content", "Say hello to " + user + ".")),
                "max_tokens",
                8,
                "user",
                user,
                "stream",
                stream);
    }
}
