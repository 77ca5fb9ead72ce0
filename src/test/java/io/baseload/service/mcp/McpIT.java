package io.baseload.service.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.api.Api;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.web.CallerAdmission;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.jackson3.JacksonMcpJsonMapper;
import io.modelcontextprotocol.server.McpStatelessServerHandler;
import io.modelcontextprotocol.server.McpStatelessSyncServer;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.mcp.server.webmvc.transport.WebMvcStatelessServerTransport;
import org.springframework.boot.autoconfigure.info.ProjectInfoAutoConfiguration;
import org.springframework.boot.info.BuildProperties;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.transaction.support.TransactionOperations;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The admin API as tools, with the protocol's own Java client over HTTP. */
@ExtendWith({WholeService.class, OutputCaptureExtension.class})
class McpIT {
    /** A user's own, which must not switch Spring AI's server on. */
    private static final String OTHER_EXCLUSION =
            "spring.autoconfigure.exclude=" + ProjectInfoAutoConfiguration.class.getName();

    private static Rest rest;

    @BeforeAll
    static void connect(RunningService service) {
        rest = service.rest();
    }

    private static void with(Rest rest, String key, Consumer<McpSyncClient> use) {
        var transport = HttpClientStreamableHttpTransport.builder(rest.url())
                .endpoint("/mcp")
                .connectTimeout(Patience.LIMIT)
                .customizeClient(client -> client.version(Version.HTTP_1_1))
                .httpRequestCustomizer(
                        (request, method, uri, body, context) -> request.header("Authorization", "Bearer " + key))
                .build();
        try (McpSyncClient client = McpClient.sync(transport)
                .requestTimeout(Patience.LIMIT)
                .initializationTimeout(Patience.LIMIT)
                .build()) {
            client.initialize();
            use.accept(client);
        }
    }

    private static CallToolResult call(McpSyncClient client, String tool, Map<String, Object> arguments) {
        return client.callTool(new CallToolRequest(tool, arguments));
    }

    private static String text(CallToolResult result) {
        return ((TextContent) result.content().getFirst()).text();
    }

    private static JsonNode json(CallToolResult result) {
        assertThat(result.isError()).as(text(result)).isNotEqualTo(true);
        return new JsonMapper().readTree(text(result));
    }

    /** The id of a job that has ended: it loads a model that is loaded. */
    private static String endedJob(Rest rest) throws Exception {
        String id = rest.post("/admin/v1/models/smollm2-135m-instruct/load", Map.of())
                .at("/job/id")
                .asString();
        Patience.await()
                .until(() ->
                        rest.get("/admin/v1/jobs/" + id).get("state").asString().equals("succeeded"));
        return id;
    }

    @Test
    void everyToolThatReadsAnswersAsItsRoute() throws Exception {
        JsonNode models = rest.get("/admin/v1/models?limit=1");
        JsonNode keys = rest.get("/admin/v1/tenants/default/keys?limit=1");
        String job = endedJob(rest);
        String account = rest.post(
                        "/admin/v1/tenants/default/identities", Map.of("name", "asked", "roles", List.of("user")))
                .get("id")
                .asString();
        with(rest, RunningService.KEY, client -> {
            List<Tool> tools = client.listTools().tools();
            assertThat(tools).extracting(Tool::name).contains("list_models", "verify_audit_trail");
            assertThat(tools).allMatch(tool -> tool.annotations().readOnlyHint());
            Patience.await() // until nothing of an earlier test runs any more
                    .untilAsserted(() -> assertThat(json(call(client, "list_models", Map.of("limit", 1))))
                            .isEqualTo(rest.get("/admin/v1/models?limit=1")));
            String id = models.at("/data/0/id").asString();
            String prefix = keys.at("/data/0/prefix").asString();
            for (AdminTool tool : AdminTools.of(false)) {
                var arguments = Map.<String, Object>of(
                        "id",
                        switch (tool.name()) {
                            case "get_job" -> job;
                            case "get_identity_budgets" -> account;
                            default -> id;
                        },
                        "tenant",
                        "default",
                        "name",
                        "default",
                        "prefix",
                        prefix);
                var own = tool.in(AdminTool.Location.PATH).stream()
                        .collect(Collectors.toMap(AdminTool.Parameter::name, it -> arguments.get(it.name())));
                CallToolResult result = call(client, tool.name(), own);
                switch (tool.name()) {
                    case "get_canary" ->
                        assertThat(text(result)).startsWith("404: ").contains("canary");
                    case "get_backend" ->
                        assertThat(text(result)).startsWith("404: ").contains("backend");
                    default ->
                        assertThat(json(result).isObject()).as(tool.name()).isTrue();
                }
            }
        });
    }

    @Test
    void nobodyCanDoMoreThanTheRoutesAllow() throws Exception {
        String secret = rest.post("/admin/v1/tenants/default/keys", Map.of("roles", List.of("auditor")))
                .get("key")
                .asString();
        assertThat(rest.as(secret).send("GET", "/admin/v1/models", "").statusCode())
                .isEqualTo(403);
        with(rest, secret, client -> {
            assertThat(json(call(client, "list_audit_entries", Map.of("limit", 1)))
                            .get("data"))
                    .isNotEmpty();
            assertThat(client.listTools().tools())
                    .extracting(Tool::name)
                    .containsExactlyInAnyOrder(
                            "who_am_i", "get_attention", "list_audit_entries", "verify_audit_trail", "list_audit_keys");
            CallToolResult refused = call(client, "list_models", Map.of());
            assertThat(refused.isError()).isTrue();
            assertThat(text(refused)).startsWith("403: ");
        });
        assertThatThrownBy(() -> with(rest, "bl_wrong", client -> {})).isNotNull();
        assertThat(rest.as("bl_wrong").send("POST", "/mcp", "{}").statusCode()).isEqualTo(401);
    }

    @Test
    void aTenantsAdministratorSeesTheToolsForTheTenant() throws Exception {
        rest.post("/admin/v1/tenants", Map.of("id", "listed"));
        String secret = rest.post("/admin/v1/tenants/listed/keys", Map.of("roles", List.of("tenant_admin")))
                .get("key")
                .asString();
        with(
                rest,
                secret,
                client -> assertThat(client.listTools().tools())
                        .extracting(Tool::name)
                        .containsExactlyInAnyOrder(
                                "who_am_i",
                                "get_attention",
                                "get_tenant",
                                "list_keys",
                                "get_key",
                                "get_key_budgets",
                                "list_identities",
                                "get_identity_budgets",
                                "get_guardrails",
                                "get_content_policy",
                                "get_usage"));
    }

    @Test
    void refusesInvalidArguments() {
        with(rest, RunningService.KEY, client -> {
            assertThat(call(client, "get_model", Map.of()).isError()).isTrue();
            assertThat(call(client, "get_model", Map.of("id", "x", "other", 1)).isError())
                    .isTrue();
            CallToolResult elsewhere = call(client, "get_model", Map.of("id", "../tenants"));
            assertThat(text(elsewhere)).startsWith("404: ");
            assertThat(text(call(client, "list_models", Map.of("limit", 0)))).startsWith("400: ");
            assertThat(text(call(client, "get_model", Map.of("id", "")))).startsWith("400: Missing");
            var usage = Map.<String, Object>of("tenant", "default", "group_by", "", "from", "");
            assertThat(json(call(client, "get_usage", usage)).get("windows").isArray())
                    .isTrue();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"ping\"}]",
                "{\"jsonrpc\": \"2.0\", \"id\": [1], \"method\": \"ping\"}",
                "{\"jsonrpc\": \"2.0\", \"id\": 1, \"result\": {}}",
                "{"
            })
    void anInvalidMessageIsAnErrorWithoutInternals(String body) throws Exception {
        HttpResponse<String> answer = rest.send("POST", "/mcp", body, "Accept", "application/json, text/event-stream");
        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode error = Rest.json(answer);
        assertThat(error.propertyNames()).containsExactlyInAnyOrder("jsonrpc", "id", "error");
        assertThat(error.at("/error").propertyNames()).containsExactlyInAnyOrder("code", "message");
        assertThat(error.at("/error/code").asInt()).isEqualTo(McpSchema.ErrorCodes.INVALID_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"resources/list", "prompts/list", "logging/setLevel", "invented"})
    void anUnknownMethodIsAnErrorOfTheProtocol(String method) throws Exception {
        assertThat(errorCode("\"method\": \"" + method + "\"")).isEqualTo(McpSchema.ErrorCodes.METHOD_NOT_FOUND);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"method\": \"tools/call\"",
                "\"method\": \"tools/call\", \"params\": 7",
                "\"method\": \"tools/call\", \"params\": []",
                "\"method\": \"tools/call\", \"params\": {}",
                "\"method\": \"tools/call\", \"params\": {\"name\": \"invented\"}",
                "\"method\": \"tools/call\", \"params\": {\"name\": \"who_am_i\", \"arguments\": []}",
                "\"method\": \"tools/call\", \"params\": {\"name\": \"who_am_i\", \"arguments\": \"none\"}",
                "\"method\": \"initialize\"",
                "\"method\": \"initialize\", \"params\": {\"protocolVersion\": {}}"
            })
    void soAreInvalidParams(String call) throws Exception {
        assertThat(errorCode(call)).isEqualTo(McpSchema.ErrorCodes.INVALID_PARAMS);
    }

    private static int errorCode(String call) throws Exception {
        String body = "{\"jsonrpc\": \"2.0\", \"id\": \"asked\", " + call + "}";
        HttpResponse<String> answer = rest.send("POST", "/mcp", body, "Accept", "application/json, text/event-stream");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(Rest.json(answer).get("id").asString()).isEqualTo("asked");
        assertThat(Rest.json(answer).has("result")).isFalse();
        return Rest.json(answer).at("/error/code").asInt();
    }

    @Test
    void anUnexpectedFailureIsLoggedWithTheRequest(@TempDir Path home, CapturedOutput log) throws Exception {
        try (RunningService service = RunningService.at(home)) {
            var calls = new McpTools(
                    service.bean(Api.class),
                    service.bean(AuditTrail.class),
                    service.bean(TransactionOperations.class),
                    service.bean(CallerAdmission.class),
                    List.of());
            new ToolTransport(
                            service.bean(WebMvcStatelessServerTransport.class),
                            List.of(),
                            calls,
                            new JacksonMcpJsonMapper(new JsonMapper()))
                    .setMcpHandler(new BrokenServer());
            for (String method : List.of("throws", "answers")) {
                String body = "{\"jsonrpc\": \"2.0\", \"id\": \"asked\", \"method\": \"" + method + "\"}";
                HttpResponse<String> answer =
                        service.rest().send("POST", "/mcp", body, "Accept", "application/json, text/event-stream");
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(Rest.json(answer).get("id").asString()).isEqualTo("asked");
                assertThat(Rest.json(answer).at("/error/code").asInt()).isEqualTo(McpSchema.ErrorCodes.INTERNAL_ERROR);
                String id = answer.headers().firstValue("x-request-id").orElseThrow();
                assertThat(Rest.json(answer).at("/error/message").asString())
                        .contains(id)
                        .doesNotContain(BrokenServer.CAUSE);
                assertThat(log.getOut()).contains(id + ": unexpected failure").contains(BrokenServer.CAUSE + method);
            }
        }
    }

    /** Fails in both ways in which the protocol's server can. */
    private static final class BrokenServer implements McpStatelessServerHandler {
        static final String CAUSE = "internals of ";

        @Override
        public Mono<JSONRPCResponse> handleRequest(McpTransportContext context, JSONRPCRequest request) {
            String message = CAUSE + request.method();
            if (request.method().equals("throws")) {
                throw new IllegalStateException(message);
            }
            var error = new JSONRPCResponse.JSONRPCError(McpSchema.ErrorCodes.INTERNAL_ERROR, message);
            return Mono.just(JSONRPCResponse.error(request.id(), error));
        }

        @Override
        public Mono<Void> handleNotification(McpTransportContext context, JSONRPCNotification notification) {
            return Mono.empty();
        }
    }

    @Test
    void integersAreWhatJsonSchemaCallsSo() throws Exception {
        assertThat(Rest.json(listingModels("1")).at("/result/isError").asBoolean())
                .isFalse();
        for (String same : List.of("1.0", "1e0", "0.1e1")) {
            assertThat(Rest.json(listingModels(same))).as(same).isEqualTo(Rest.json(listingModels("1")));
        }
        for (String other : List.of("1.5", "\"1\"", "true", "1e999")) {
            assertThat(listingModels(other).body()).as(other).contains("400: Invalid type for 'limit'.");
        }
        String outside = "999999999999999999999999";
        HttpResponse<String> route = rest.send("GET", "/admin/v1/models?limit=" + outside, "");
        assertThat(Rest.json(listingModels(outside))
                        .at("/result/content/0/text")
                        .asString())
                .isEqualTo(route.statusCode() + ": "
                        + Rest.json(route).at("/error/message").asString());
    }

    private static HttpResponse<String> listingModels(String limit) throws Exception {
        String body =
                "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"tools/call\", \"params\": {\"name\": \"list_models\","
                        + " \"arguments\": {\"limit\": " + limit + "}}}";
        return rest.send("POST", "/mcp", body, "Accept", "application/json, text/event-stream");
    }

    @Test
    void saysItsVersion(RunningService service) {
        with(
                rest,
                RunningService.KEY,
                client -> assertThat(client.getServerInfo().version())
                        .isEqualTo(service.bean(BuildProperties.class).getVersion()));
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedAsElsewhere() throws Exception {
        String body = "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"" + "p".repeat(9 << 20) + "\"}";
        assertThat(rest.send("POST", "/mcp", body, "Accept", "application/json, text/event-stream")
                        .statusCode())
                .isEqualTo(413);
    }

    /** Its tree would take forty times its size. */
    @Test
    void aBodyOfManyValuesIsRefusedBeforeItIsParsed() throws Exception {
        String body =
                "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"tools/call\", \"params\": {\"name\": \"who_am_i\","
                        + " \"arguments\": {\"x\": [" + "{},".repeat(100_000) + "{}]}}}";
        HttpResponse<String> answer = rest.send("POST", "/mcp", body, "Accept", "application/json, text/event-stream");
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(Rest.json(answer).at("/error/message").asString()).isEqualTo("The body is larger than 256 KB.");
        var keys = rest.send(
                "POST", "/admin/v1/tenants/default/keys", "{\"expires_at\": [" + "{},".repeat(60_000) + "{}]}");
        assertThat(keys.statusCode()).isEqualTo(400);
        assertThat(Rest.json(keys).at("/error/param").toString()).isNotEqualTo("\"roles\""); // which are missing
    }

    @Test
    void eachCallStandsInTheTrail() throws Exception {
        with(rest, RunningService.KEY, client -> call(client, "list_prices", Map.of()));
        JsonNode entries = rest.get("/admin/v1/audit?limit=1000&kind=admin.mcp.call");
        assertThat(entries.get("data").valueStream())
                .anyMatch(entry -> entry.get("subject").asString().equals("mcp/list_prices")
                        && entry.at("/detail/route").asString().equals("/admin/v1/prices"));
    }

    @Test
    void aCallWithInvalidArgumentsStandsThereToo() throws Exception {
        String calls = "/admin/v1/audit?limit=1000&kind=admin.mcp.call";
        long before = count(rest.get(calls), "mcp/list_keys");
        with(rest, RunningService.KEY, client -> {
            assertThat(text(call(client, "list_keys", Map.of())))
                    .isEqualTo("400: Missing required parameter: 'tenant'.");
            assertThat(text(call(client, "list_keys", Map.of("tenant", "default", "other", 1))))
                    .isEqualTo("400: There is no parameter 'other'.");
            assertThat(text(call(client, "list_keys", Map.of("tenant", 7))))
                    .isEqualTo("400: Invalid type for 'tenant'.");
            assertThat(text(call(client, "list_keys", Map.of("tenant", "default", "limit", "many"))))
                    .isEqualTo("400: Invalid type for 'limit'.");
        });
        assertThat(count(rest.get(calls), "mcp/list_keys")).isEqualTo(before + 4);
    }

    @Test
    void soDoesACallThatReachesNoTool() throws Exception {
        String calls = "/admin/v1/audit?limit=1000&kind=admin.mcp.call";
        with(rest, RunningService.KEY, client -> {
            var files = Map.<String, Object>of("path", "none", "name", "none");
            for (String tool : List.of("import_model", "x\u0000\uD800 '" + "y".repeat(200))) { // which is off
                assertThatThrownBy(() -> call(client, tool, files)).hasMessageContaining("Unknown tool");
            }
        });
        JsonNode entries = rest.get(calls);
        for (String subject : List.of("mcp/import_model", "mcp/x????" + "y".repeat(123))) {
            assertThat(entries.get("data").valueStream())
                    .filteredOn(entry -> entry.get("subject").asString().equals(subject))
                    .singleElement()
                    .satisfies(entry -> {
                        assertThat(entry.at("/detail/unknown").asBoolean()).isTrue();
                        assertThat(entry.at("/detail/request_id").asString()).isNotEmpty();
                        assertThat(entry.at("/detail").has("route")).isFalse();
                    });
        }
        long none = count(entries, "mcp/");
        long known = count(entries, "mcp/get_tenant");
        for (String params : List.of("7", "{}", "{\"name\": 7}", "{\"name\": \"get_tenant\", \"arguments\": 7}")) {
            String body = "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"tools/call\", \"params\": " + params + "}";
            var answer = rest.send("POST", "/mcp", body, "Accept", "application/json, text/event-stream");
            assertThat(Rest.json(answer).has("error")).as(answer.body()).isTrue();
        }
        assertThat(count(rest.get(calls), "mcp/")).isEqualTo(none + 3);
        assertThat(count(rest.get(calls), "mcp/get_tenant")).isEqualTo(known + 1);
    }

    private static long count(JsonNode entries, String subject) {
        return entries.get("data")
                .valueStream()
                .filter(entry -> entry.get("subject").asString().equals(subject))
                .count();
    }

    @Test
    void toolsThatChangeSomethingAreThereIfTheConfigurationSaysSo(@TempDir Path home) throws Exception {
        try (RunningService service = RunningService.at(home, "baseload.mcp.writes=true", OTHER_EXCLUSION)) {
            assertThat(service.bean(McpStatelessSyncServer.class)).isNotNull(); // the only one
            JsonNode issued = service.rest().post("/admin/v1/tenants/default/keys", Map.of("roles", List.of("user")));
            String prefix = issued.get("prefix").asString();
            String job = endedJob(service.rest());
            with(service.rest(), RunningService.KEY, client -> {
                assertThat(json(call(client, "set_alias", Map.of("name", "mine", "model", "smollm2-135m-instruct"))))
                        .isNotNull();
                var load = Map.<String, Object>of("id", "smollm2-135m-instruct", "precision", "wrong");
                assertThat(text(call(client, "load_model", load)))
                        .startsWith("400: ")
                        .contains("precision");
                var files = Map.<String, Object>of("path", "none", "name", "none", "quantize", "wrong");
                assertThat(text(call(client, "import_model", files)))
                        .startsWith("400: ")
                        .contains("quantize");
                var other = Map.<String, Object>of("tenant", "default", "prefix", prefix);
                assertThat(json(call(client, "revoke_key", other))).isNotNull();
                assertThat(text(call(client, "cancel_job", Map.of("id", job)))).startsWith("409: ");
                for (String tool : List.of("promote_canary", "roll_back_canary")) {
                    assertThat(text(call(client, tool, Map.of("name", "default"))))
                            .startsWith("404: ")
                            .contains("canary");
                }
                assertThat(json(call(client, "unload_model", Map.of("id", "smollm2-135m-instruct"))))
                        .isNotNull();
                assertThat(client.listTools().tools())
                        .filteredOn(tool -> tool.name().equals("unload_model"))
                        .singleElement()
                        .satisfies(tool ->
                                assertThat(tool.annotations().destructiveHint()).isTrue());
            });
            assertThat(service.rest().get("/admin/v1/aliases/mine").get("model").asString())
                    .isEqualTo("smollm2-135m-instruct");
            String revoked = issued.get("key").asString();
            assertThat(service.rest().as(revoked).send("GET", "/v1/models", "").statusCode())
                    .isEqualTo(401);
            Patience.await()
                    .untilAsserted(() -> assertThat(service.rest()
                                    .get("/admin/v1/models/smollm2-135m-instruct")
                                    .get("state")
                                    .asString())
                            .isNotEqualTo("loaded"));
        }
    }
}
