package io.baseload.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Every refusal has one form, whoever refuses and whatever the client accepts. */
@ScriptedTest
@ExtendWith(OutputCaptureExtension.class)
public class ErrorFormTest {
    private static final String HI = """
        {"model": "%s", "messages": [{"role": "user", "content": "Hi"}], "stream": %s}\
        """;

    @LocalServerPort
    private int port;

    private Web web;

    @BeforeEach
    void open() {
        web = new Web(port);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        unknown     | 404 | invalid_request_error | model_not_found         | -   | -     | -
        loading     | 503 | server_error          | model_loading           | 2   | 1500  | -
        full        | 503 | server_error          | overloaded              | 2   | 2000  | -
        concurrency | 429 | requests              | rate_limit_exceeded     | 1   | 1000  | -
        requests    | 429 | requests              | rate_limit_exceeded     | 30  | 30000 | -
        tokens      | 429 | tokens                | rate_limit_exceeded     | 40  | 40000 | -
        day         | 429 | tokens                | rate_limit_exceeded     | 18000 | 18000000 | false
        budget      | 429 | insufficient_quota    | insufficient_quota      | 1728000 | 1728000000 | false
        no-database | 503 | server_error          | database_unavailable    | 5   | 5000  | -
        long        | 400 | invalid_request_error | context_length_exceeded | -   | -     | -
        """)
    void everyFailureHasItsStatusTypeCodeAndHeaders(
            String model, int status, String type, String code, String retryAfter, String millis, String shouldRetry)
            throws Exception {
        for (boolean streaming : List.of(false, true)) {
            Web.Reply reply = web.chat(HI.formatted(model, streaming));
            assertError(reply, status, type, code);
            assertEquals(retryAfter == null ? "" : retryAfter, reply.header("Retry-After"));
            assertEquals(millis == null ? "" : millis, reply.header("retry-after-ms"));
            assertEquals(shouldRetry == null ? "" : shouldRetry, reply.header("x-should-retry"));
            String room = status == 429 ? "7" : model.equals("no-database") ? "" : "50";
            assertEquals(room, reply.header("x-ratelimit-remaining-requests"));
        }
    }

    @Test
    void aRefusalByAWindowHasTheSameTimeInBothHeaders() throws Exception {
        Web.Reply reply = web.chat(HI.formatted("requests", true));
        assertEquals("30", reply.header("Retry-After"));
        assertEquals("1000", reply.header("x-ratelimit-limit-requests"));
        assertEquals("30s", reply.header("x-ratelimit-reset-requests"));
        assertEquals("", reply.header("x-ratelimit-limit-tokens"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        POST | /v1/chat/completions | {        | 400 | bl_user
        POST | /v1/completions      | {}       | 400 | bl_user
        POST | /v1/responses        | {}       | 400 | bl_user
        POST | /v1/messages         | {}       | 400 | bl_user
        POST | /v1/embeddings       | {"model": "unknown", "input": "Hi"} | 404 | bl_user
        POST | /v1/rerank           | {"model": "full", "query": "Hi", "documents": ["Ho"]} | 503 | bl_user
        POST | /v2/rerank           | {"model": "full", "query": "Hi", "documents": ["Ho"]} | 503 | bl_user
        POST | /rerank              | {"model": "full", "query": "Hi", "documents": ["Ho"]} | 503 | bl_user
        POST | /v2/rerank           | {}       | 403 | bl_operator
        POST | /rerank              | {}       | 403 | bl_operator
        POST | /v1/chat/completions | large    | 413 | bl_user
        POST | /v1/chat/completions | {}       | 403 | bl_operator
        GET  | /v1/chat/completions | -        | 405 | bl_user
        GET  | /v1/nothing          | -        | 404 | bl_user
        GET  | /v1/models           | -        | 200 | bl_user
        """)
    void everyAnswerToAKnownCallerHasTheWindows(
            String method, String path, @Nullable String body, int status, String key) throws Exception {
        String sent = body == null ? "" : body.equals("large") ? " ".repeat(9 << 20) : body;
        Web.Reply reply = web.send(web.request(path)
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(sent)));
        assertEquals(status, reply.status(), reply::toString);
        assertEquals("1000", reply.header("x-ratelimit-limit-requests"), reply::toString);
        assertEquals("50", reply.header("x-ratelimit-remaining-requests"));
        assertEquals("20s", reply.header("x-ratelimit-reset-requests"));
    }

    @Test
    void otherRoutesAndUnknownCallersGetNoWindows() throws Exception {
        assertEquals("", web.get("/v1/models", "bl_wrong").header("x-ratelimit-limit-requests"));
        assertEquals("", web.get("/admin/v1/nothing", "bl_operator").header("x-ratelimit-limit-requests"));
    }

    @Test
    void ourOwnFailureShowsAnIdThatIsInTheLogAndNothingElse(CapturedOutput log) throws Exception {
        Web.Reply reply = web.chat(HI.formatted("bug", true));
        assertError(reply, 500, "server_error", null);
        String id = reply.header("x-request-id");
        assertTrue(reply.error().get("message").stringValue().contains(id));
        assertFalse(reply.body().contains("secret") || reply.body().contains("Exception"), reply::toString);
        assertTrue(log.getOut().contains(id + ": unexpected failure"));
        assertTrue(log.getOut().contains("secret detail"));
        assertTrue(log.getOut().contains("[" + id + "]"), "each line of a request names it");
    }

    @Test
    void keysAreNeededAndMustBeRight() throws Exception {
        Web.Reply none = web.send(web.request("/v1/models"));
        assertError(none, 401, "invalid_request_error", null);
        assertEquals("Bearer", none.header("WWW-Authenticate"));
        assertError(web.get("/v1/models", "bl_stranger"), 401, "invalid_request_error", "invalid_api_key");
        Web.Reply basic = web.send(web.request("/v1/models").header("Authorization", "Basic dTpw"));
        assertError(basic, 401, "invalid_request_error", "invalid_api_key");
        assertEquals(
                200,
                web.send(web.request("/v1/models").header("Authorization", "bearer bl_user"))
                        .status());
    }

    @Test
    void aKeyInABrokenHeaderIsNotLogged(CapturedOutput log) throws Exception {
        try (var connection = new RawConnection(port)) {
            connection.send("GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer bl_broken\u0001\r\n\r\n");
            assertTrue(connection.readAll().startsWith("HTTP/1.1 400"));
        }
        assertFalse(log.getAll().contains("bl_broken"), log::getAll);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/models, bl_user, 200",
        "/v1/models, bl_operator, 403",
        "/v1/models, bl_metrics, 403",
        "/admin/v1/models, bl_user, 403",
        "/admin/v1/models, bl_auditor, 403",
        "/admin/v1/models, bl_tenant_admin, 403",
        "/admin/v1/nothing, bl_operator, 404",
        "/admin/v1/audit/nothing, bl_auditor, 404",
        "/admin/v1/audit/nothing, bl_operator, 404",
        "/admin/v1/audit/nothing, bl_user, 403",
        "/actuator/prometheus, bl_metrics, 200",
        "/actuator/prometheus, bl_operator, 200",
        "/actuator/prometheus, bl_user, 403",
        "/actuator/health, bl_operator, 200",
        "/actuator/health, bl_metrics, 403",
        "/nowhere, bl_user, 404",
        "/v3/api-docs, bl_user, 404",
        "/docs, bl_user, 404"
    })
    void rolesOpenTheirRoutesOnly(String path, String key, int status) throws Exception {
        Web.Reply reply = web.get(path, key);
        assertEquals(status, reply.status(), reply::toString);
        if (status == 403) {
            assertError(reply, 403, "invalid_request_error", "permission_denied");
        }
        if (status == 404) {
            assertError(reply, 404, "invalid_request_error", "not_found");
        }
    }

    @Test
    void auditIsReadOnlyForAuditors() throws Exception {
        Web.Reply reply = web.send(web.request("/admin/v1/audit/x")
                .header("Authorization", "Bearer bl_auditor")
                .DELETE());
        assertError(reply, 403, "invalid_request_error", "permission_denied");
    }

    @Test
    void probesNeedNoKey() throws Exception {
        assertEquals(200, web.send(web.request("/actuator/health/liveness")).status());
        assertEquals(200, web.send(web.request("/actuator/health/readiness")).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/event-stream", "text/html", "image/png", "*/*", "nonsense"})
    void errorsAreJsonWhateverTheClientAccepts(String accept) throws Exception {
        var broken = chatRequest("{").setHeader("Accept", accept);
        assertError(web.send(broken), 400, "invalid_request_error", null);
        var invalid = chatRequest("{}").setHeader("Accept", accept);
        assertError(web.send(invalid), 400, "invalid_request_error", "missing_required_parameter");
        var noKey = web.request("/v1/models").header("Accept", accept);
        assertError(web.send(noKey), 401, "invalid_request_error", null);
        var nowhere = web.request("/nowhere").header("Accept", accept).header("Authorization", "Bearer bl_user");
        assertError(web.send(nowhere), 404, "invalid_request_error", "not_found");
        assertEquals(
                200,
                web.send(chatRequest(HI.formatted("m", false)).setHeader("Accept", accept))
                        .status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1,", "nul", "{\"a\" 1}", "{} {}", "\u0000", "{'a': 1}", "{\"a\": 1} x"})
    void malformedJson(String body) throws Exception {
        assertError(web.chat(body), 400, "invalid_request_error", null);
    }

    @Test
    void bodiesThatAreNoObjects() throws Exception {
        for (String body : List.of("[]", "5", "null", "\"text\"")) {
            assertError(web.chat(body), 400, "invalid_request_error", "invalid_type");
        }
    }

    @Test
    void nestingHasABottom() throws Exception {
        String arrays = "[".repeat(100_000);
        assertError(web.chat(arrays), 400, "invalid_request_error", null);
        assertError(web.chat("{\"messages\": " + arrays), 400, "invalid_request_error", null);
        assertError(web.completion("{\"a\":".repeat(100_000)), 400, "invalid_request_error", null);
        assertError(web.chat("{\"n\": " + "9".repeat(100_000) + "}"), 400, "invalid_request_error", null);
    }

    @Test
    void wrongMethodsAndMediaTypes() throws Exception {
        Web.Reply method = web.get("/v1/chat/completions", Web.USER);
        assertError(method, 405, "invalid_request_error", "method_not_allowed");
        assertEquals("POST", method.header("Allow"));
        Web.Reply form = web.send(chatRequest("a=b").setHeader("Content-Type", "application/x-www-form-urlencoded"));
        assertError(form, 415, "invalid_request_error", "unsupported_media_type");
        Web.Reply untyped = web.send(web.request("/v1/completions")
                .header("Authorization", "Bearer bl_user")
                .POST(BodyPublishers.ofString("{}")));
        assertError(untyped, 415, "invalid_request_error", "unsupported_media_type");
        Web.Reply odd = web.send(chatRequest("{}").setHeader("Content-Type", "nonsense"));
        assertError(odd, 415, "invalid_request_error", "unsupported_media_type");
        for (String encoding : List.of("gzip", "zstd")) {
            Web.Reply compressed = web.send(chatRequest("\u001f\u008b").setHeader("Content-Encoding", encoding));
            assertError(compressed, 415, "invalid_request_error", "unsupported_media_type");
            assertEquals("identity", compressed.header("Accept-Encoding"));
        }
        assertEquals(
                200,
                web.send(chatRequest(HI.formatted("m", false)).setHeader("Content-Encoding", "identity"))
                        .status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/v1//models", "/v1/models;a=b", "/v1/%2e%2e/admin", "/v1/models/%00", "/v1/models/%25", "/error"
            })
    void odderUrls(String path) throws Exception {
        Web.Reply reply = web.get(path, Web.USER);
        assertTrue(Set.of(400, 404).contains(reply.status()), reply::toString);
        assertError(reply, reply.status(), "invalid_request_error", reply.status() == 404 ? "not_found" : null);
    }

    @Test
    void modelIdsMayHoldSlashes() throws Exception {
        for (String path : List.of("/v1/models/house/tiny", "/v1/models/house%2Ftiny")) {
            Web.Reply reply = web.get(path, Web.USER);
            assertEquals(Web.json("""
                {"id": "house/tiny", "object": "model", "created": 1795500000, "owned_by": "baseload"}\
                """), reply.json());
        }
        Web.Reply missing = web.get("/v1/models/house/none", Web.USER);
        assertError(missing, 404, "invalid_request_error", "model_not_found");
        assertTrue(missing.error().get("message").stringValue().contains("house/none"));
        assertFalse(missing.body().contains("house/tiny"));
    }

    @Test
    void requestIdsAreOurs() throws Exception {
        var request = web.request("/v1/models").header("Authorization", "Bearer bl_user");
        Web.Reply reply = web.send(request.header("x-request-id", "mine\u00e9"));
        assertTrue(reply.header("x-request-id").matches("req_[0-9a-f]{32}"), reply::toString);
    }

    private HttpRequest.Builder chatRequest(String body) {
        return web.request("/v1/chat/completions")
                .header("Authorization", "Bearer bl_user")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    public static void assertError(Web.Reply reply, int status, String type, @Nullable String code) {
        assertEquals(status, reply.status(), reply::toString);
        assertEquals("application/json", reply.header("Content-Type"), reply::toString);
        assertTrue(reply.header("x-request-id").startsWith("req_"), reply::toString);
        var error = reply.error();
        assertEquals(Set.of("message", "type", "param", "code"), Set.copyOf(error.propertyNames()));
        assertEquals(type, error.get("type").stringValue());
        assertEquals(code, error.get("code").isNull() ? null : error.get("code").stringValue(), reply::toString);
        assertFalse(error.get("message").stringValue().isBlank());
    }
}
