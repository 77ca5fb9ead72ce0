package io.baseload.service.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolChoice;
import io.baseload.chat.api.ToolSpec;
import io.baseload.service.inference.Inference;
import io.baseload.service.inference.InferenceRequest;
import io.baseload.service.openai.ScriptedInference;
import io.baseload.service.openai.ScriptedTest;
import io.baseload.service.openai.Web;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers of {@code /v1/messages}, key by key and event by event. */
@ScriptedTest
class AnthropicMessagesTest {
    @LocalServerPort
    private int port;

    @Autowired
    private Inference inference;

    private Web web;

    @BeforeEach
    void open() {
        web = new Web(port);
    }

    private static String question(String model, String more) {
        return """
            {"model": "%s", "max_tokens": 50, "messages": [{"role": "user", "content": "Hi"}]%s}\
            """.formatted(model, more);
    }

    private Web.Reply ask(String model, String more) throws Exception {
        return web.post("/v1/messages", question(model, more));
    }

    private HttpRequest.Builder request(String path, String body) {
        return web.request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
    }

    @Test
    void aWholeAnswerHasEveryKeyThatClientsRead() throws Exception {
        var answer = (ObjectNode) ask("answers-and-calls", "").json();
        assertTrue(answer.remove("id").stringValue().matches("msg_[0-9a-f]{32}"));
        assertEquals(Web.json("""
            {"type": "message", "role": "assistant", "model": "the-model",
             "content": [{"type": "thinking", "thinking": "Hm.", "signature": ""},
               {"type": "text", "text": "I look it up."},
               {"type": "tool_use", "id": "call_a", "name": "get_weather", "input": {"city": "Paris"}}],
             "stop_reason": "tool_use", "stop_sequence": null,
             "usage": {"input_tokens": 7, "cache_creation": null, "cache_creation_input_tokens": 0,
               "cache_read_input_tokens": 0, "output_tokens": 9, "server_tool_use": null, "service_tier": "standard"}}\
            """), answer);
    }

    @Test
    void theEventsOfAStreamComeInOrder() throws Exception {
        Web.Reply reply = ask("answers-and-calls", ", \"stream\": true");
        assertEquals("text/event-stream", reply.header("Content-Type"));
        assertEquals("900", reply.header("x-ratelimit-remaining-tokens"));
        assertEquals("900", reply.header("anthropic-ratelimit-tokens-remaining"));
        assertEquals("1000", reply.header("anthropic-ratelimit-tokens-limit"));
        assertThat(Instant.parse(reply.header("anthropic-ratelimit-tokens-reset")))
                .isAfter(Instant.now());
        List<JsonNode> events = events(reply.body());
        assertThat(events)
                .extracting(event -> event.get("type").stringValue()
                        + (event.has("index") ? event.get("index").intValue() : "")
                        + event.at("/content_block/type").asString("")
                        + event.at("/delta/type").asString(""))
                .containsExactly(
                        "message_start",
                        "content_block_start0thinking",
                        "content_block_delta0thinking_delta",
                        "content_block_delta0signature_delta",
                        "content_block_stop0",
                        "content_block_start1text",
                        "content_block_delta1text_delta",
                        "content_block_delta1text_delta",
                        "content_block_stop1",
                        "content_block_start2tool_use",
                        "content_block_delta2input_json_delta",
                        "content_block_delta2input_json_delta",
                        "content_block_stop2",
                        "message_delta",
                        "message_stop");
        JsonNode begun = events.getFirst().get("message");
        assertEquals(7, begun.at("/usage/input_tokens").intValue());
        assertTrue(begun.get("stop_reason").isNull() && begun.get("content").isEmpty());
        assertEquals(Web.json("{}"), events.get(9).at("/content_block/input"));
        assertEquals(" \"Paris\"}", events.get(11).at("/delta/partial_json").stringValue());
        JsonNode end = events.get(13);
        assertEquals("tool_use", end.at("/delta/stop_reason").stringValue());
        assertTrue(end.at("/delta/stop_sequence").isNull());
        assertEquals(9, end.at("/usage/output_tokens").intValue());
    }

    @Test
    void thinkingIsSentWithoutItsTextIfRequested() throws Exception {
        String omitted = ", \"thinking\": {\"type\": \"adaptive\", \"display\": \"omitted\"}";
        JsonNode content = ask("answers-and-calls", omitted).json().get("content");
        assertEquals("", content.at("/0/thinking").stringValue());
        assertEquals(Optional.of("Hm."), thought(content.at("/0/signature").stringValue(), Web.USER));
        assertEquals(3, content.size());
        String body = ask("answers-and-calls", omitted + ", \"stream\": true").body();
        assertThat(events(body).subList(1, 5))
                .extracting(event -> event.get("type").stringValue()
                        + event.at("/content_block/type").asString("")
                        + event.at("/delta/type").asString(""))
                .containsExactly(
                        "content_block_startthinking",
                        "content_block_deltasignature_delta",
                        "content_block_stop",
                        "content_block_starttext");
        assertThat(body).doesNotContain("Hm.");
        String signature = events(body).get(2).at("/delta/signature").stringValue();
        assertEquals(Optional.of("Hm."), thought(signature, Web.USER));
        assertEquals(Optional.empty(), thought(signature, Web.OTHER));
        assertEquals(Optional.empty(), thought("ErUBCkYI", Web.USER));
    }

    /** The thinking that the model sees if a client sends back this signature without a text. */
    private Optional<String> thought(String signature, String key) throws Exception {
        Web.Reply reply = web.post("/v1/messages", """
            {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "a"},
              {"role": "assistant", "content": [{"type": "thinking", "thinking": "", "signature": "%s"}, {"type": "text", "text": "b"}]},
              {"role": "user", "content": "c"}]}\
            """.formatted(signature), key);
        assertEquals(200, reply.status(), reply::toString);
        var request = ((ScriptedInference) inference).asked(reply.header("x-request-id"));
        var chat = (Input.Chat) request.completion().input();
        return ((Message.Assistant) chat.messages().get(1)).reasoning();
    }

    @ParameterizedTest
    @CsvSource({"enabled, true", "adaptive, true", "between_tools, false", "disabled, false"})
    void aModelThinksOnlyIfTheTypeSaysSo(String type, boolean thinking) throws Exception {
        Web.Reply reply = ask("m", ", \"thinking\": {\"type\": \"%s\"}".formatted(type));
        assertEquals(200, reply.status(), reply::toString);
        var request = ((ScriptedInference) inference).asked(reply.header("x-request-id"));
        assertEquals(
                Map.of("enable_thinking", thinking, "thinking", thinking),
                ((Input.Chat) request.completion().input()).variables());
    }

    /** As clients send it back that kept neither text nor signature. */
    @Test
    void emptyThinkingIsNone() throws Exception {
        Web.Reply reply = web.post("/v1/messages", """
            {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "a"},
              {"role": "assistant", "content": [{"type": "thinking", "thinking": "", "signature": ""}, {"type": "text", "text": "b"}]},
              {"role": "user", "content": "c"}]}\
            """);
        var request = ((ScriptedInference) inference).asked(reply.header("x-request-id"));
        assertEquals(
                Message.assistant("b"),
                ((Input.Chat) request.completion().input()).messages().get(1));
    }

    @Test
    void modelsAreListedInAnthropicsForm() throws Exception {
        JsonNode models = models("/v1/models");
        assertEquals(Web.json("""
            {"data": [
               {"type": "model", "id": "default", "display_name": "default", "created_at": "2026-11-24T06:00:00Z", "lifecycle": "active"},
               {"type": "model", "id": "house/tiny", "display_name": "house/tiny", "created_at": "2026-11-24T06:00:00Z", "lifecycle": "active"}],
             "has_more": false, "first_id": "default", "last_id": "house/tiny"}\
            """), models);
        for (String path : List.of("/v1/models/house/tiny", "/v1/models/house%2Ftiny")) {
            assertEquals(models.get("data").get(1), models(path));
        }
    }

    @ParameterizedTest
    @CsvSource({"/v1/models/nobody, bl_user, 404, not_found_error", "/v1/models, bl_wrong, 401, authentication_error"})
    void errorsOfModelsHaveAnthropicsForm(String path, String key, int status, String type) throws Exception {
        Web.Reply refused =
                web.send(web.request(path).header("x-api-key", key).header("anthropic-version", "2023-06-01"));
        assertEquals(status, refused.status());
        assertEquals("error", refused.json().get("type").stringValue());
        assertEquals(type, refused.error().get("type").stringValue());
        assertTrue(web.get(path, key).json().path("type").isMissingNode());
    }

    private JsonNode models(String path) throws Exception {
        Web.Reply reply = web.send(web.request(path)
                .header("x-api-key", Web.USER)
                .header("anthropic-version", "2023-06-01")
                .GET());
        assertEquals(200, reply.status(), reply::toString);
        return reply.json();
    }

    @ParameterizedTest
    @CsvSource({"m, end_turn,", "cut, max_tokens,", "stops, stop_sequence, ny", "calls, tool_use,"})
    void whyAnAnswerEnded(String model, String reason, String sequence) throws Exception {
        JsonNode whole = ask(model, ", \"stop_sequences\": [\"ny\"]").json();
        List<JsonNode> events = events(ask(model, ", \"stream\": true").body());
        for (JsonNode ended : List.of(whole, events.get(events.size() - 2).get("delta"))) {
            assertEquals(reason, ended.get("stop_reason").stringValue());
            assertEquals(sequence, ended.get("stop_sequence").asString(null));
        }
    }

    @Test
    void cachedTokensAreNoInput() throws Exception {
        JsonNode usage = ask("stops", "").json().get("usage");
        assertEquals(4, usage.get("input_tokens").intValue());
        assertEquals(3, usage.get("cache_read_input_tokens").intValue());
    }

    @Test
    void everyFieldReachesTheModel() throws Exception {
        Web.Reply reply = web.post("/v1/messages", """
            {"model": "m", "max_tokens": 9, "temperature": 0.5, "top_p": 0.25, "top_k": 40, "stop_sequences": ["x", "y"],
             "system": [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}, {"type": "text", "text": "Now."}],
             "metadata": {"user_id": "ann"}, "thinking": {"type": "enabled", "budget_tokens": 1024}, "unknown": 5,
             "tools": [{"name": "f", "description": "d", "input_schema": {"type": "object"}, "cache_control": null}],
             "tool_choice": {"type": "tool", "name": "f", "disable_parallel_tool_use": true},
             "messages": [
               {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
               {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm.", "signature": ""},
                 {"type": "redacted_thinking", "data": "x"}, {"type": "text", "text": "Look:"},
                 {"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}},
                 {"type": "tool_use", "id": "c2", "name": "f", "input": {}}]},
               {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "one"},
                 {"type": "tool_result", "tool_use_id": "c2", "is_error": true, "content": [{"type": "text", "text": "two"}]},
                 {"type": "text", "text": "And?"}]}]}\
            """);
        assertEquals(200, reply.status(), reply::toString);
        InferenceRequest request = ((ScriptedInference) inference).asked(reply.header("x-request-id"));
        assertEquals(Optional.of("ann"), request.endUser().user());
        var asked = request.completion();
        var chat = (Input.Chat) asked.input();
        var calls = List.of(new ToolCall("c1", "f", "{\"a\":1}"), new ToolCall("c2", "f", "{}"));
        assertEquals(
                List.of(
                        Message.system("Be kind.\nNow."),
                        Message.user("a\nb"),
                        new Message.Assistant(Optional.of("Look:"), Optional.of("Hm."), calls, Optional.empty()),
                        Message.tool("c1", "one"),
                        Message.tool("c2", "Error: two"),
                        Message.user("And?")),
                chat.messages());
        assertEquals(Map.of("enable_thinking", true, "thinking", true), chat.variables());
        assertEquals(OptionalInt.of(9), asked.maxTokens());
        assertEquals(List.of("x", "y"), asked.stop());
        assertEquals(40, asked.sampling().topK());
        assertEquals(new ToolChoice.Named("f"), asked.tools().choice());
        assertTrue(!asked.tools().parallel());
    }

    /** As Claude Code loads them: it sends the definition of a tool only after its own search has found it. */
    @Test
    void deferredToolsAreHiddenUntilTheyAreFound() throws Exception {
        String searched = """
            {"model": "m", "max_tokens": 9%s,
             "tools": [{"name": "search", "input_schema": {"type": "object"}},
               {"name": "fetch", "input_schema": {"type": "object"}, "defer_loading": true},
               {"name": "draw", "input_schema": {"type": "object"}, "defer_loading": true}],
             "messages": [{"role": "user", "content": "Fetch it."},
               {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "search", "input": {}}]},
               {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1",
                 "content": [{"type": "tool_reference", "tool_name": "%s"}]}]}]}\
            """;
        var asked = asked(searched.formatted("", "fetch"));
        assertEquals(
                Message.tool("c1", "The tool fetch can be called now."),
                ((Input.Chat) asked.input()).messages().getLast());
        assertThat(asked.tools().shown()).extracting(ToolSpec::name).containsExactly("search", "fetch");
        assertEquals(
                new ToolChoice.Allowed(Set.of("search", "fetch"), false),
                asked.tools().choice());
        var forced = asked(searched.formatted(", \"tool_choice\": {\"type\": \"any\"}", "draw"));
        assertEquals(
                new ToolChoice.Allowed(Set.of("search", "draw"), true),
                forced.tools().choice());
        var named = asked(searched.formatted(", \"tool_choice\": {\"type\": \"tool\", \"name\": \"draw\"}", "fetch"))
                .tools();
        assertThat(named.shown()).extracting(ToolSpec::name).containsExactly("draw");
        assertEquals(named.shown(), named.callable());
        assertTrue(named.forced());
        Web.Reply unknown = web.post("/v1/messages", searched.formatted("", "paint"));
        assertError(unknown, 400, "invalid_request_error");
        assertThat(unknown.error().get("message").stringValue())
                .contains("'messages[2].content[0].content[0].tool_name'");
    }

    @Test
    void aCallCannotBeForcedBeforeAToolIsFound() throws Exception {
        Web.Reply reply = ask("m", """
            , "tool_choice": {"type": "any"},
             "tools": [{"name": "fetch", "input_schema": {"type": "object"}, "defer_loading": true}]\
            """);
        assertError(reply, 400, "invalid_request_error");
        assertThat(reply.error().get("message").stringValue())
                .contains("'tool_choice.type'", "all tools are deferred, and none was found yet.");
    }

    private CompletionRequest asked(String body) throws Exception {
        Web.Reply reply = web.post("/v1/messages", body);
        assertEquals(200, reply.status(), reply::toString);
        return ((ScriptedInference) inference)
                .asked(reply.header("x-request-id"))
                .completion();
    }

    /** By these words Claude Code recognizes it. */
    @Test
    void refusesLongPromptsInAnthropicsWords() throws Exception {
        for (boolean streaming : List.of(false, true)) {
            Web.Reply answer = ask("long-answer", ", \"stream\": " + streaming);
            assertError(answer, 400, "invalid_request_error");
            assertThat(answer.error().get("message").stringValue())
                    .startsWith("input length and `max_tokens` exceed context limit: 20000 + 32000 > 32768, ");
            Web.Reply prompt = ask("long-prompt", ", \"stream\": " + streaming);
            assertError(prompt, 400, "invalid_request_error");
            assertEquals(
                    "prompt is too long: 40000 tokens > 32768 maximum",
                    prompt.error().get("message").stringValue());
        }
    }

    /** Agents with several MCP servers have as many, with the servers' names in theirs. */
    @Test
    void thereMayBeManyToolsWithLongNames() throws Exception {
        String tool = "{\"name\": \"%s\", \"input_schema\": {\"type\": \"object\"}}";
        String tools = IntStream.range(0, 511)
                .mapToObj(i -> tool.formatted("f" + i))
                .collect(Collectors.joining(", ", "", ", "));
        String longest = tool.formatted("n".repeat(128));
        assertEquals(200, ask("m", ", \"tools\": [" + tools + longest + "]").status());
        Web.Reply tooLong = ask("m", ", \"tools\": [" + tool.formatted("n".repeat(129)) + "]");
        assertError(tooLong, 400, "invalid_request_error");
        assertThat(tooLong.error().get("message").stringValue()).contains("'tools[0].name'", "1 to 128");
        Web.Reply tooMany = ask("m", ", \"tools\": [" + tools + longest + ", " + tool.formatted("g") + "]");
        assertError(tooMany, 400, "invalid_request_error");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"model": "m", "messages": [{"role": "user", "content": "a"}]}                             | max_tokens
        {"model": "m", "max_tokens": 5}                                                            | messages
        {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": [{"type": "image", "source": {}}]}]} | messages[0].content[0].type
        {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": []}]}             | messages[0].content
        {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]} | messages[1].role
        {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "x"}]}]} | messages[0].content[0].tool_use_id
        {"model": "m", "max_tokens": 5, "temperature": 1.5, "messages": [{"role": "user", "content": "a"}]} | temperature
        {"model": "m", "max_tokens": 5, "tools": [{"type": "bash_20250124", "name": "bash"}], "messages": [{"role": "user", "content": "a"}]} | tools[0].type
        {"model": "m", "max_tokens": 5, "tools": [{"type": "tool_search_tool_regex_20251119", "name": "tool_search_tool_regex"}], "messages": [{"role": "user", "content": "a"}]} | tools[0].type
        {"model": "m", "max_tokens": 5, "tools": [{"name": "f"}], "messages": [{"role": "user", "content": "a"}]} | tools[0].input_schema
        {"model": "m", "max_tokens": 5, "tool_choice": {"type": "any"}, "messages": [{"role": "user", "content": "a"}]} | tool_choice.type
        {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": [{"type": "document", "source": {"type": "text", "data": "a"}}]}]} | messages[0].content[0].source.media_type
        {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": [{"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "a"}}]}]} | messages[0].content[0].source.type
        {"model": "m", "max_tokens": 5, "system": [{"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a"}}], "messages": [{"role": "user", "content": "a"}]} | system[0].type
        {"model": "m", "max_tokens": 5, "thinking": {"type": "enabled", "display": 1}, "messages": [{"role": "user", "content": "a"}]} | thinking.display
        {"model": "m", "max_tokens": 5, "mcp_servers": [{}], "messages": [{"role": "user", "content": "a"}]} | mcp_servers
        """)
    void namesTheInvalidField(String body, String field) throws Exception {
        Web.Reply reply = web.post("/v1/messages", body);
        assertError(reply, 400, "invalid_request_error");
        assertThat(reply.error().get("message").stringValue()).contains("'" + field + "'");
    }

    @ParameterizedTest
    @CsvSource({
        "unknown, 404, not_found_error, ''",
        "budget, 429, rate_limit_error, false",
        "requests, 429, rate_limit_error, ''",
        "full, 529, overloaded_error, ''",
        "no-database, 529, overloaded_error, ''",
        "long, 400, invalid_request_error, ''",
        "bug, 500, api_error, ''"
    })
    void refusalsHaveAnthropicsForm(String model, int status, String type, String shouldRetry) throws Exception {
        for (boolean streaming : List.of(false, true)) {
            Web.Reply reply = ask(model, ", \"stream\": " + streaming);
            assertError(reply, status, type);
            assertEquals(shouldRetry, reply.header("x-should-retry"));
        }
    }

    @Test
    void soDoRefusalsOfFiltersAndOfWhatIsNoRoute() throws Exception {
        String hi = question("m", "");
        assertError(web.send(request("/v1/messages", hi)), 401, "authentication_error");
        assertError(web.send(request("/v1/messages", hi).header("x-api-key", "bl_wrong")), 401, "authentication_error");
        assertError(web.send(request("/v1/messages", hi).header("x-api-key", "bl_metrics")), 403, "permission_error");
        assertError(web.get("/v1/messages", Web.USER), 405, "invalid_request_error");
        assertError(web.get("/v1/messages/batches", Web.USER), 404, "not_found_error");
        Web.Reply broken = web.post("/v1/messages", "{");
        assertError(broken, 400, "invalid_request_error");
        assertEquals("50", broken.header("anthropic-ratelimit-requests-remaining"));
        assertError(web.post("/v1/messages", " ".repeat(9 << 20)), 413, "request_too_large");
    }

    @Test
    void keysComeInEitherHeader() throws Exception {
        var request = request("/v1/messages", question("m", "")).header("anthropic-version", "2023-06-01");
        assertEquals(200, web.send(request.header("x-api-key", Web.USER)).status());
        Web.Reply older = web.send(request("/v1/messages", question("m", ""))
                .header("x-api-key", Web.USER)
                .header("anthropic-version", "2023-01-01"));
        assertError(older, 400, "invalid_request_error");
    }

    @Test
    void anAnswerThatFailsSaysSo() throws Exception {
        assertError(ask("breaks", ""), 500, "api_error");
        String body = ask("breaks", ", \"stream\": true").body();
        JsonNode last = events(body).getLast();
        assertEquals("error", last.get("type").stringValue());
        assertEquals("api_error", last.at("/error/type").stringValue());
        assertThat(body).doesNotContain("secret").doesNotContain("message_stop");
    }

    @Test
    void tokensAreCounted() throws Exception {
        JsonNode count = web.post("/v1/messages/count_tokens", """
            {"model": "m", "system": "s", "messages": [{"role": "user", "content": "a"}],
             "tools": [{"name": "f", "input_schema": {"type": "object"}}]}\
            """).json();
        assertEquals(Web.json("{\"input_tokens\": 3}"), count);
        assertError(web.post("/v1/messages/count_tokens", question("unknown", "")), 404, "not_found_error");
        Web.Reply tooLong = web.post("/v1/messages/count_tokens", question("long-prompt", ""));
        assertError(tooLong, 400, "invalid_request_error");
        assertEquals(
                "prompt is too long: 40000 tokens > 32768 maximum",
                tooLong.error().get("message").stringValue());
    }

    private static void assertError(Web.Reply reply, int status, String type) {
        assertEquals(status, reply.status(), reply::toString);
        assertEquals(
                Set.of("type", "error", "request_id"), Set.copyOf(reply.json().propertyNames()));
        assertEquals("error", reply.json().get("type").stringValue());
        assertEquals(
                reply.header("x-request-id"), reply.json().get("request_id").stringValue());
        assertEquals(Set.of("type", "message"), Set.copyOf(reply.error().propertyNames()));
        assertEquals(type, reply.error().get("type").stringValue());
    }

    private static List<JsonNode> events(String body) {
        return Arrays.stream(body.split("\n\n"))
                .map(event -> {
                    List<String> lines =
                            event.lines().filter(line -> !line.startsWith(":")).toList();
                    JsonNode data = Web.json(lines.get(1).substring("data: ".length()));
                    assertEquals("event: " + data.get("type").stringValue(), lines.get(0));
                    return data;
                })
                .toList();
    }
}
