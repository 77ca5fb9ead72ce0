package io.baseload.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.ActiveProfiles;
import tools.jackson.databind.JsonNode;

/** The development profile has an API page without login; nothing else opens with it. */
@ScriptedTest
@ActiveProfiles("development")
class ApiPageTest {
    @LocalServerPort
    private int port;

    @Test
    void thePageNeedsNoKey() throws Exception {
        assertEquals(302, open("/docs").status());
        assertTrue(open("/swagger-ui/index.html").body().contains("swagger-ui"));
        assertEquals(200, open("/v3/api-docs/swagger-config").status());
    }

    @Test
    void eachApiIsDescribedInItsGroup() throws Exception {
        JsonNode openai = open("/v3/api-docs/openai").json();
        JsonNode paths = openai.get("paths");
        assertTrue(paths.propertyNames().containsAll(List.of("/v1/chat/completions", "/v1/completions", "/v1/models")));
        JsonNode chat = paths.at("/~1v1~1chat~1completions/post");
        assertEquals("Answer a conversation", chat.get("summary").stringValue());
        assertTrue(
                chat.at("/requestBody/content/application~1json/example/messages")
                        .isArray(),
                chat::toString);
        assertTrue(chat.path("parameters").isMissingNode(), chat::toString);
        assertEquals(
                "bearer", openai.at("/components/securitySchemes/key/scheme").stringValue());
        assertEquals(200, open("/v3/api-docs/admin").status());
    }

    @Test
    void nothingElseOpens() throws Exception {
        for (String path : List.of("/", "/v1/models", "/admin/v1/models", "/actuator/prometheus", "/nowhere")) {
            assertEquals(401, open(path).status(), path);
        }
    }

    private Web.Reply open(String path) throws Exception {
        var web = new Web(port);
        return web.send(web.request(path));
    }
}
