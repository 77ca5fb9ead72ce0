package io.baseload.service.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.baseload.service.audit.Actor;
import io.baseload.service.contents.ContentSelection;
import io.baseload.service.contents.Contents;
import io.baseload.testing.RunningService;
import io.baseload.testing.ScriptedBackend;
import io.baseload.tools.Rest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Filters over HTTP, in all protocols, whole and streamed; a server that filters, well and badly. */
class GuardrailsIT {
    private static final String GUARDRAILS = "/admin/v1/tenants/default/guardrails";
    private static final JsonMapper JSON = new JsonMapper();
    private static final Map<String, Object> PERSONAL_DATA = Map.of(
            "name",
            "pii",
            "kind",
            "personal_data",
            "handling",
            Map.of("email", "redact", "iban", "redact", "credit_card", "block"));

    @TempDir
    static Path home;

    private static final List<JsonNode> asked = new CopyOnWriteArrayList<>();
    private static final CountDownLatch end = new CountDownLatch(1);
    private static volatile String says = "";
    private static final AtomicInteger test = new AtomicInteger();
    private static HttpServer hook;
    private static ScriptedBackend backend;
    private static RunningService service;
    private static Rest rest;

    @BeforeAll
    static void start() throws Exception {
        hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hook.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        hook.createContext("/", GuardrailsIT::answer);
        hook.start();
        backend = new ScriptedBackend()
                .says("leaks", 5, "Write to ann", "@exam", "ple.com ", "or DE89 3704 00", "44 0532 0130 00.", " Bye.")
                .says("pays", 5, "My card is 4111 11", "11 1111", " 1111. ", "More.")
                .says("fine", 5, "All ", "is ", "well.");
        backend.on("calls", connection -> {
            connection.stream();
            connection.event(
                    "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"one\",\"function\":"
                            + "{\"name\":\"mail\",\"arguments\":\"{\\\"to\\\":\\\"ann@exa\"}}]}}]}");
            connection.event("{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":"
                    + "{\"arguments\":\"mple.com\\\"}\"}}]}}]}");
            connection.finish("tool_calls");
            connection.usage(5, 9);
            connection.done();
        });
        service = RunningService.at(
                home,
                "baseload.engine.threads=1",
                "baseload.engine.pinned=false",
                "baseload.model.warm-up=false",
                "baseload.backends.allowed-hosts=127.0.0.1",
                "baseload.guardrails.allowed-hosts=127.0.0.1");
        rest = service.rest();
        rest.post(
                "/admin/v1/backends",
                Map.of(
                        "name",
                        "scripted",
                        "base_url",
                        backend.url(),
                        "models",
                        List.of(
                                Map.of("id", "leaks"),
                                Map.of("id", "pays"),
                                Map.of("id", "fine"),
                                Map.of("id", "calls"))));
        rest.send("PUT", "/admin/v1/tenants/default/content-policy", Map.of("keep", true));
    }

    @AfterAll
    static void stop() {
        end.countDown();
        service.close();
        backend.close();
        hook.stop(0);
    }

    @BeforeEach
    void forget() {
        test.incrementAndGet();
        asked.clear();
    }

    /** {@code hang}, a status, or a body. */
    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode question = JSON.readTree(exchange.getRequestBody().readAllBytes());
            if (exchange.getRequestURI().getPath().equals(path())) { // and not one that an earlier test gave up
                asked.add(question);
            }
            if (says.equals("hang")) {
                end.await();
            }
            boolean status = says.matches("[0-9]{3}");
            byte[] body = says.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Location", "/elsewhere");
            exchange.sendResponseHeaders(status ? Integer.parseInt(says) : 200, status ? -1 : body.length);
            exchange.getResponseBody().write(status ? new byte[0] : body);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static String path() {
        return "/check/" + test.get();
    }

    private static Map<String, Object> hook(String failure, int window, List<String> sides) {
        return Map.of(
                "name",
                "dlp",
                "kind",
                "http",
                "url",
                "http://127.0.0.1:" + hook.getAddress().getPort() + path(),
                "timeout_ms",
                says.equals("hang") ? 200 : 60_000,
                "on_failure",
                failure,
                "window",
                window,
                "sides",
                sides);
    }

    @SafeVarargs
    private static void filters(Map<String, Object>... filters) throws Exception {
        var answer = rest.send("PUT", GUARDRAILS, Map.of("filters", List.of(filters)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static Map<String, Object> chat(String model, String text, boolean stream) {
        return Map.of(
                "model",
                model,
                "messages",
                List.of(Map.of("role", "user", "content", text)),
                "max_tokens",
                50,
                "stream",
                stream);
    }

    private static JsonNode last(String kind) throws Exception {
        JsonNode entries =
                rest.get("/admin/v1/audit?kind=" + kind + "&limit=1000").get("data");
        return entries.get(entries.size() - 1).get("detail");
    }

    private static String kept() {
        return service
                .bean(Contents.class)
                .read(new Actor("default", "bl_reader"), "default", ContentSelection.ALL, 0, 1000, bytes -> {})
                .contents()
                .stream()
                .map(kept -> new String(kept.text(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("\n"));
    }

    /** The text of a stream of chats, and its finish reason. */
    private static String streamed(HttpResponse<String> answer) {
        var text = new StringBuilder();
        answer.body().lines().filter(line -> line.startsWith("data: {")).forEach(line -> {
            JsonNode choice = JSON.readTree(line.substring(6)).at("/choices/0");
            text.append(choice.at("/delta/content").asString(""));
            String reason = choice.path("finish_reason").asString("");
            text.append(reason.isEmpty() ? "" : " <" + reason + ">");
        });
        return text.toString();
    }

    @Test
    void personalDataIsRedactedBeforeTheModelSeesItAndBeforeItIsSent() throws Exception {
        filters(PERSONAL_DATA);
        String expected = "Write to [EMAIL] or [IBAN]. Bye.";
        JsonNode whole = rest.post("/v1/chat/completions", chat("leaks", "I am eve@example.com.", false));
        assertThat(whole.at("/choices/0/message/content").asString()).isEqualTo(expected);
        assertThat(backend.requests().getLast().body().at("/messages/0/content").asString())
                .isEqualTo("I am [EMAIL].");
        assertThat(last("completion.intent").at("/guardrails/0").toString())
                .isEqualTo(
                        "{\"action\":\"redact\",\"filter\":\"pii\",\"findings\":{\"email\":1},\"side\":\"request\"}");
        assertThat(last("completion.outcome").at("/guardrails/0").toString())
                .isEqualTo("{\"action\":\"redact\",\"filter\":\"pii\",\"findings\":{\"email\":1,\"iban\":1},"
                        + "\"side\":\"answer\"}");
        assertThat(streamed(rest.send("POST", "/v1/chat/completions", chat("leaks", "Hi", true))))
                .isEqualTo(expected + " <stop>");

        JsonNode text = rest.post("/v1/responses", Map.of("model", "leaks", "input", "I am eve@example.com."));
        assertThat(text.at("/output/0/content/0/text").asString()).isEqualTo(expected);
        JsonNode message = rest.post("/v1/messages", chat("leaks", "I am eve@example.com.", false));
        assertThat(message.at("/content/0/text").asString()).isEqualTo(expected);
        assertThat(backend.requests().getLast().body().at("/messages/0/content").asString())
                .isEqualTo("I am [EMAIL].");
        assertThat(kept()).contains("[EMAIL] or [IBAN]", "I am [EMAIL].").doesNotContain("@example.com");
    }

    @Test
    void aStoredResponseKeepsItsRequestAsItWasLetThrough() throws Exception {
        filters(PERSONAL_DATA);
        var parts = List.of(
                Map.of("type", "input_text", "text", "Write to"),
                Map.of("type", "input_text", "text", "ann@example.com."));
        var tool = Map.of(
                "type",
                "function",
                "name",
                "mail",
                "description",
                "Writes as bob@example.com.",
                "parameters",
                Map.of("type", "object"));
        JsonNode response = rest.post(
                "/v1/responses",
                Map.of(
                        "model",
                        "fine",
                        "instructions",
                        "You are eve@example.com.",
                        "tools",
                        List.of(tool),
                        "input",
                        List.of(Map.of("role", "user", "content", parts)),
                        "store",
                        true));
        String route = "/v1/responses/" + response.get("id").asString();
        JsonNode stored = rest.get(route);
        JsonNode items = rest.get(route + "/input_items");
        assertThat(stored.get("instructions").asString()).isEqualTo("You are [EMAIL].");
        assertThat(stored.at("/tools/0/description").asString()).isEqualTo("Writes as [EMAIL].");
        assertThat(stored.get("output")).isEqualTo(response.get("output"));
        assertThat(items.at("/data/0/content/0/text").asString()).isEqualTo("Write to\n[EMAIL].");
        assertThat(stored + "\n" + items).doesNotContain("example.com");

        rest.post(
                "/v1/responses", Map.of("model", "fine", "input", "And?", "previous_response_id", response.get("id")));
        JsonNode sent = backend.requests().getLast().body().get("messages");
        assertThat(sent.size()).isEqualTo(3);
        assertThat(sent.at("/0/content").asString()).isEqualTo("Write to\n[EMAIL].");
    }

    @Test
    void argumentsOfCallsAreFilteredToo() throws Exception {
        filters(PERSONAL_DATA);
        JsonNode answer = rest.post("/v1/chat/completions", chat("calls", "Hi", false));
        assertThat(answer.at("/choices/0/message/tool_calls/0/function/arguments")
                        .asString())
                .isEqualTo("{\"to\":\"[EMAIL]\"}");
        var stream = rest.send("POST", "/v1/messages", chat("calls", "Hi", true));
        assertThat(stream.body()).contains("[EMAIL]").doesNotContain("@exa");
        assertThat(kept()).doesNotContain("ann@exa");
    }

    @Test
    void aBlockedRequestIsRefusedAndCostsNothing() throws Exception {
        filters(PERSONAL_DATA);
        int before = backend.requests().size();
        JsonNode intents =
                rest.get("/admin/v1/audit?kind=completion.intent&limit=1000").get("data");
        for (String route : List.of("/v1/chat/completions", "/v1/messages")) {
            var refused = rest.send("POST", route, chat("fine", "Charge 4111 1111 1111 1111", route.contains("chat")));
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body())
                    .contains("blocked by the filter 'pii'", "credit_card")
                    .doesNotContain("4111");
        }
        var refused = rest.send(
                "POST", "/v1/completions", Map.of("model", "smollm2-135m-instruct", "prompt", "4111111111111111"));
        assertThat(Rest.json(refused).at("/error/code").asString()).isEqualTo("content_policy_violation");
        assertThat(Rest.json(refused).at("/error/param").asString()).isEqualTo("prompt");
        JsonNode blocked = last("completion.blocked");
        assertThat(blocked.at("/guardrails/0").toString())
                .isEqualTo("{\"action\":\"block\",\"filter\":\"pii\",\"findings\":{\"credit_card\":1},"
                        + "\"side\":\"request\"}");
        assertThat(backend.requests()).hasSize(before);
        assertThat(rest.get("/admin/v1/audit?kind=completion.intent&limit=1000").get("data"))
                .hasSize(intents.size());
        assertThat(rest.send(
                                "POST",
                                "/v1/completions",
                                Map.of("model", "smollm2-135m-instruct", "prompt", List.of(1, 2)))
                        .body())
                .contains("send text and not tokens");
        assertThat(rest.send(
                                "POST",
                                "/v1/completions",
                                Map.of("model", "smollm2-135m-instruct", "prompt", "a", "logprobs", 1))
                        .body())
                .contains("Invalid 'logprobs'");
    }

    @Test
    void aBlockedAnswerEndsWithContentFilterAndIsPaidFor() throws Exception {
        filters(PERSONAL_DATA);
        assertThat(streamed(rest.send("POST", "/v1/chat/completions", chat("pays", "Hi", true))))
                .isEqualTo("My card is  <content_filter>");
        JsonNode outcome = last("completion.outcome");
        assertThat(outcome.at("/finish_reasons/0").asString()).isEqualTo("content_filter");
        assertThat(outcome.at("/guardrails/0/action").asString()).isEqualTo("block");
        assertThat(outcome.get("completion_tokens").asInt()).isPositive();
        JsonNode whole = rest.post("/v1/messages", chat("pays", "Hi", false));
        assertThat(whole.get("stop_reason").asString()).isEqualTo("refusal");
    }

    @Test
    void aServerMayAllowRedactAndBlock() throws Exception {
        says = "{\"action\":\"allow\"}";
        filters(PERSONAL_DATA, hook("block", 0, List.of("request", "answer")));
        assertThat(streamed(rest.send("POST", "/v1/chat/completions", chat("leaks", "Hi eve@example.com", true))))
                .isEqualTo("Write to [EMAIL] or [IBAN]. Bye. <stop>");
        assertThat(asked).as("the whole answer at once").hasSize(2);
        assertThat(asked.getFirst().at("/texts/0").asString()).as("in order").isEqualTo("Hi [EMAIL]");
        assertThat(asked.getFirst().get("side").asString()).isEqualTo("request");
        assertThat(asked.getFirst().get("model").asString()).isEqualTo("leaks");
        assertThat(asked.getLast().at("/texts/0").asString()).isEqualTo("Write to [EMAIL] or [IBAN]. Bye.");

        says = "{\"action\":\"redact\",\"texts\":[\"Nothing.\"]}";
        filters(hook("block", 0, List.of("answer")));
        assertThat(streamed(rest.send("POST", "/v1/chat/completions", chat("fine", "Hi", true))))
                .isEqualTo("Nothing. <stop>");
        filters(hook("block", 5, List.of("answer")));
        assertThat(streamed(rest.send("POST", "/v1/chat/completions", chat("fine", "Hi", true))))
                .isEqualTo("Nothing.Nothing. <stop>");

        says = "{\"action\":\"block\",\"reason\":\"secret\\nproject\"}";
        filters(hook("block", 0, List.of("request")));
        assertThat(rest.send("POST", "/v1/chat/completions", chat("fine", "Hi", false))
                        .body())
                .contains("blocked by the filter 'dlp': secret project.");
        filters(hook("block", 0, List.of("answer")));
        assertThat(streamed(rest.send("POST", "/v1/chat/completions", chat("fine", "Hi", true))))
                .isEqualTo(" <content_filter>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hang",
                "500",
                "302",
                "no JSON",
                "{}",
                "[]",
                "{\"action\":\"maybe\"}",
                "{\"action\":\"redact\"}",
                "{\"action\":\"redact\",\"texts\":[\"a\",\"b\"]}",
                "{\"action\":\"redact\",\"texts\":[1]}"
            })
    void aServerWithoutAnAnswerBlocksUnlessItIsSaidOtherwise(String answer) throws Exception {
        says = answer;
        filters(hook("block", 0, List.of("request")));
        assertThat(rest.send("POST", "/v1/chat/completions", chat("fine", "Hi", false))
                        .statusCode())
                .isEqualTo(400);
        assertThat(last("completion.blocked").at("/guardrails/0/failure").asString())
                .isNotEmpty();
        filters(hook("block", 0, List.of("answer")));
        assertThat(streamed(rest.send("POST", "/v1/chat/completions", chat("fine", "Hi", true))))
                .isEqualTo(" <content_filter>");
        filters(hook("allow", 0, List.of("request", "answer")));
        assertThat(streamed(rest.send("POST", "/v1/chat/completions", chat("fine", "Hi", true))))
                .isEqualTo("All is well. <stop>");
        assertThat(last("completion.outcome").at("/guardrails/0/failure").asString())
                .isNotEmpty();
        assertThat(asked).as("no redirect is followed").hasSizeBetween(answer.equals("hang") ? 0 : 4, 4);
    }

    @Test
    void filtersAreForSomeModels() throws Exception {
        filters(Map.of(
                "name",
                "pii",
                "kind",
                "personal_data",
                "models",
                List.of("leaks"),
                "handling",
                Map.of("email", "block")));
        assertThat(rest.send("POST", "/v1/chat/completions", chat("fine", "eve@example.com", false))
                        .statusCode())
                .isEqualTo(200);
        rest.put("/admin/v1/aliases/other-name", Map.of("model", "leaks"));
        for (String name : List.of("leaks", "other-name")) {
            assertThat(rest.send("POST", "/v1/chat/completions", chat(name, "eve@example.com", false))
                            .statusCode())
                    .as(name)
                    .isEqualTo(400);
        }
    }

    @Test
    void changesOfFiltersAreRecordedAndValidated() throws Exception {
        filters(PERSONAL_DATA);
        JsonNode shown = rest.get(GUARDRAILS);
        assertThat(shown.at("/filters/0/handling/credit_card").asString()).isEqualTo("block");
        assertThat(last("admin.guardrails").get("filters")).isEqualTo(shown.get("filters"));
        Map<String, Object> elsewhere = Map.of("name", "a", "kind", "http", "url", "http://192.0.2.1/");
        assertThat(rest.send("PUT", GUARDRAILS, Map.of("filters", List.of(elsewhere)))
                        .body())
                .contains("not among baseload.guardrails.allowed-hosts");
        for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                Map.of("name", "a"),
                Map.of("name", "A b", "kind", "personal_data", "handling", Map.of()),
                Map.of("name", "a", "kind", "personal_data", "handling", Map.of("name", "redact")),
                Map.of("name", "a", "kind", "personal_data", "handling", Map.of("email", "hide")),
                Map.of("name", "a", "kind", "personal_data", "handling", Map.of(), "region", "Mars"),
                Map.of("name", "a", "kind", "personal_data", "handling", Map.of(), "sides", List.of()))) {
            assertThat(rest.send("PUT", GUARDRAILS, Map.of("filters", List.of(wrong)))
                            .statusCode())
                    .as(wrong.toString())
                    .isEqualTo(400);
        }
        assertThat(rest.get(GUARDRAILS)).isEqualTo(shown);
    }

    @Test
    void aVariableThatMayNotBeNamedAnyMoreIsKeptForItsServerOnly() throws Exception {
        String url = "http://127.0.0.1:" + hook.getAddress().getPort() + path();
        filters(Map.of("name", "old", "kind", "http", "url", url));
        service.bean(JdbcClient.class)
                .sql("UPDATE guardrail SET filters = jsonb_set(filters, '{0,key}',"
                        + " '{\"kept\": \"environment\", \"variable\": \"OTEL_KEY\"}') WHERE tenant = 'default'")
                .update();
        filters(PERSONAL_DATA, Map.of("name", "old", "kind", "http", "url", url, "api_key_env", "OTEL_KEY"));
        for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                Map.of("name", "a", "kind", "http", "url", url, "api_key_env", "OTEL_KEYS"),
                Map.of("name", "a", "kind", "http", "url", "http://127.0.0.1:9/", "api_key_env", "OTEL_KEY"))) {
            assertThat(rest.send("PUT", GUARDRAILS, Map.of("filters", List.of(wrong)))
                            .body())
                    .as(wrong.toString())
                    .contains("does not configure this service");
        }
        filters(PERSONAL_DATA);
    }

    @Test
    void aQueryIsRefusedAndAStoredOneNotShown() throws Exception {
        says = "{\"action\":\"allow\"}";
        String url = "http://127.0.0.1:" + hook.getAddress().getPort() + path();
        Map<String, Object> filter = Map.of("name", "old", "kind", "http", "url", url, "sides", List.of("request"));
        Map<String, Object> query = Map.of("name", "new", "kind", "http", "url", url + "?key=secret");
        filters(filter);
        assertThat(rest.send("PUT", GUARDRAILS, Map.of("filters", List.of(query)))
                        .body())
                .contains("expected no query")
                .doesNotContain("secret");
        service.bean(JdbcClient.class)
                .sql("UPDATE guardrail SET filters = jsonb_set(filters, '{0,url}', to_jsonb(?::text))"
                        + " WHERE tenant = 'default'")
                .param(url + "?key=secret")
                .update();
        assertThat(rest.get(GUARDRAILS).at("/filters/0/url").asString()).isEqualTo(url);
        filters(filter);
        assertThat(last("admin.guardrails").at("/filters/0/url").asString()).isEqualTo(url);
        assertThat(service.bean(JdbcClient.class)
                        .sql("SELECT filters -> 0 ->> 'url' FROM guardrail WHERE tenant = 'default'")
                        .query(String.class)
                        .single())
                .as("a filter sent back as it was shown")
                .isEqualTo(url + "?key=secret");
    }
}
