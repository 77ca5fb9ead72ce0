package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Contents over HTTP: switched on, kept of whole answers and of streams, read by who may, erased. */
class ContentsIT {
    private static final String POLICY = "/admin/v1/tenants/default/content-policy";
    private static final String CONTENTS = "/admin/v1/tenants/default/contents";
    private static final String LINE = """
        {"custom_id": "a", "method": "POST", "url": "/v1/responses", "body": {"model": "default", "input": "Say hello.", \
        "max_output_tokens": 16, "store": true, "user": "ann"}}
        """;

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

    /** Its line is answered between the first step of the erasure and the overwriting of the file, which waits for an administrator meanwhile. */
    @Test
    void aBatchThatRunsDuringAnErasureLeavesNothing(@TempDir Path home) throws Exception {
        try (var service = RunningService.at(home);
                var connection = service.bean(DataSource.class).getConnection()) {
            Rest rest = service.rest();
            rest.send("PUT", POLICY, Map.of("keep", true));
            String file = rest.upload(LINE);
            connection.setAutoCommit(false);
            execute(connection, "SELECT FROM stored_file WHERE id = '" + file + "' FOR KEY SHARE");
            var erasure = new FutureTask<>(() -> rest.send("DELETE", CONTENTS + "?user=ann", ""));
            Thread.startVirtualThread(erasure);
            Patience.await().until(() -> erasure.isDone() || isWaitingForAFile(service));

            String output = new Admin(rest)
                    .completeBatch(file, "/v1/responses")
                    .get("output_file_id")
                    .asString();
            String response = Rest.json(rest.send("GET", "/v1/files/" + output + "/content", ""))
                    .at("/response/body/id")
                    .asString();
            assertThat(rest.send("GET", "/v1/responses/" + response, "").statusCode())
                    .isEqualTo(200);
            connection.rollback();

            assertThat(Rest.json(erasure.get()).get("erased").asInt())
                    .as("a line, its result, a prompt, an answer, a response")
                    .isEqualTo(5);
            assertThat(rest.send("GET", "/v1/files/" + file + "/content", "").body())
                    .isBlank();
            assertThat(Rest.json(rest.send("GET", "/v1/files/" + output + "/content", ""))
                            .at("/error/code")
                            .asString())
                    .isEqualTo("erased");
            assertThat(rest.send("GET", "/v1/responses/" + response, "").statusCode())
                    .isEqualTo(404);
            assertThat(service.bean(JdbcClient.class)
                            .sql("SELECT count(*) FROM content")
                            .query(Integer.class)
                            .single())
                    .isZero();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static boolean isWaitingForAFile(RunningService service) {
        return service.bean(JdbcClient.class)
                .sql("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND wait_event_type = 'Lock' AND query LIKE '%FROM stored_file%FOR UPDATE')")
                .query(Boolean.class)
                .single();
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
