package io.baseload.service.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolChoice;
import io.baseload.chat.api.ToolSpec;
import io.baseload.service.inference.Inference;
import io.baseload.service.inference.InferenceRequest;
import io.baseload.service.openai.ErrorFormTest;
import io.baseload.service.openai.ScriptedInference;
import io.baseload.service.openai.ScriptedTest;
import io.baseload.service.openai.Web;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers of {@code /v1/responses}, key by key and event by event. */
@ScriptedTest
class ResponsesTest {
    @LocalServerPort
    private int port;

    @Autowired
    private Inference inference;

    private Web web;

    @BeforeEach
    void open() {
        web = new Web(port);
    }

    private Web.Reply ask(String model, String more) throws Exception {
        return web.post("/v1/responses", """
            {"model": "%s", "input": "Hi"%s}\
            """.formatted(model, more));
    }

    @Test
    void aWholeAnswerHasEveryKeyThatClientsRead() throws Exception {
        var answer = (ObjectNode) ask("answers-and-calls", """
            , "tools": [{"type": "function", "name": "get_weather"}], "metadata": {"a": "b"}, "temperature": 0.5,
              "instructions": "Be brief.", "max_output_tokens": 50, "reasoning": {"effort": "low"}\
            """).json();
        assertTrue(answer.remove("id").stringValue().matches("resp_[0-9a-f]{32}"));
        assertTrue(answer.remove("created_at").longValue()
                <= answer.remove("completed_at").longValue());
        answer.get("output").forEach(item -> ((ObjectNode) item).remove("id"));
        assertEquals(Web.json("""
            {"object": "response", "status": "completed", "model": "the-model", "error": null, "incomplete_details": null,
             "output": [
               {"type": "reasoning", "status": "completed", "summary": [],
                "content": [{"type": "reasoning_text", "text": "Hm."}]},
               {"type": "message", "status": "completed", "role": "assistant",
                "content": [{"type": "output_text", "text": "I look it up.", "annotations": [], "logprobs": []}]},
               {"type": "function_call", "status": "completed", "call_id": "call_a", "name": "get_weather",
                "arguments": "{\\"city\\": \\"Paris\\"}"}],
             "usage": {"input_tokens": 7, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0}, "output_tokens": 9,
               "output_tokens_details": {"reasoning_tokens": 4}, "total_tokens": 16},
             "background": false, "instructions": "Be brief.", "max_output_tokens": 50, "max_tool_calls": null,
             "metadata": {"a": "b"}, "parallel_tool_calls": true, "previous_response_id": null,
             "reasoning": {"effort": "low"}, "service_tier": "default", "store": false, "temperature": 0.5,
             "text": {"format": {"type": "text"}}, "tool_choice": "auto",
             "tools": [{"type": "function", "name": "get_weather"}], "top_logprobs": 0, "top_p": 1.0,
             "truncation": "disabled"}\
            """), answer);
    }

    @Test
    void theEventsOfAStreamComeInOrderAndAreNumbered() throws Exception {
        Web.Reply reply = ask("answers-and-calls", ", \"stream\": true");
        assertEquals("text/event-stream", reply.header("Content-Type"));
        assertEquals("900", reply.header("x-ratelimit-remaining-tokens"));
        List<JsonNode> events = events(reply.body());
        assertThat(events)
                .extracting(event -> event.get("type").stringValue().substring("response.".length()))
                .containsExactly(
                        "created",
                        "in_progress",
                        "output_item.added",
                        "content_part.added",
                        "reasoning_text.delta",
                        "reasoning_text.done",
                        "content_part.done",
                        "output_item.done",
                        "output_item.added",
                        "content_part.added",
                        "output_text.delta",
                        "output_text.delta",
                        "output_text.done",
                        "content_part.done",
                        "output_item.done",
                        "output_item.added",
                        "function_call_arguments.delta",
                        "function_call_arguments.delta",
                        "function_call_arguments.done",
                        "output_item.done",
                        "completed");
        for (int i = 0; i < events.size(); i++) {
            assertEquals(i, events.get(i).get("sequence_number").intValue());
        }
        JsonNode delta = events.get(11);
        assertEquals("it up.", delta.get("delta").stringValue());
        assertEquals(1, delta.get("output_index").intValue());
        assertEquals(0, delta.get("content_index").intValue());
        assertEquals(0, delta.get("logprobs").size());
        assertEquals(events.get(8).at("/item/id"), delta.get("item_id"));
        assertEquals("in_progress", events.get(0).at("/response/status").stringValue());
        assertEquals("I look it up.", events.get(12).get("text").stringValue());
        assertEquals("{\"city\": \"Paris\"}", events.get(18).get("arguments").stringValue());
        JsonNode whole = events.getLast().get("response");
        assertEquals(events.get(19).get("item"), whole.at("/output/2"));
        assertEquals(16, whole.at("/usage/total_tokens").intValue());
        assertEquals(events.getFirst().at("/response/id"), whole.get("id"));
    }

    @Test
    void callsNameTheNamespaceOfTheirFunction() throws Exception {
        String tools = """
            , "tools": [{"type": "namespace", "name": "weather", "description": "d",
              "tools": [{"type": "function", "name": "get_weather", "parameters": {"type": "object"}}]}]\
            """;
        JsonNode whole = ask("calls", tools).json();
        assertEquals("weather", whole.at("/output/0/namespace").stringValue());
        assertTrue(whole.at("/output/1/namespace").isMissingNode());
        JsonNode streamed =
                events(ask("calls", tools + ", \"stream\": true").body()).get(2);
        assertEquals("weather", streamed.at("/item/namespace").stringValue());
    }

    @Test
    void functionsOfTheSameNameAreToldApartByTheirNamespaces() throws Exception {
        String function = "{\"type\": \"function\", \"name\": \"%s\"}";
        String search = function.formatted("search");
        Web.Reply reply = web.post("/v1/responses", """
            {"model": "calls-each", "tool_choice": {"type": "function", "name": "search", "namespace": "the wiki"},
             "tools": [{"type": "namespace", "name": "mcp__mail", "tools": [%s, %s]},
                       {"type": "namespace", "name": "the wiki", "tools": [%s]}, %s],
             "input": [
               {"role": "user", "content": "Hi"},
               {"type": "function_call", "call_id": "a", "name": "search", "namespace": "the wiki", "arguments": "{}"},
               {"type": "function_call", "call_id": "b", "name": "send", "namespace": "mcp__mail", "arguments": "{}"},
               {"type": "function_call_output", "call_id": "a", "output": "one"},
               {"type": "function_call_output", "call_id": "b", "output": "two"}]}\
            """.formatted(search, function.formatted("send"), search, search));
        assertEquals(200, reply.status(), reply::toString);
        var asked = ((ScriptedInference) inference)
                .asked(reply.header("x-request-id"))
                .completion();
        assertThat(asked.tools().tools())
                .extracting(ToolSpec::name)
                .containsExactly("mcp__mail__search", "send", "the_wiki__search", "search");
        assertEquals(new ToolChoice.Named("the_wiki__search"), asked.tools().choice());
        assertThat(((Input.Chat) asked.input()).messages())
                .contains(new Message.Assistant(
                        Optional.empty(),
                        Optional.empty(),
                        List.of(new ToolCall("a", "the_wiki__search", "{}"), new ToolCall("b", "send", "{}")),
                        Optional.empty()));
        assertThat(reply.json().get("output"))
                .extracting(
                        item -> item.get("name").stringValue(),
                        item -> item.path("namespace").asString(""))
                .containsExactly(
                        tuple("search", "mcp__mail"),
                        tuple("send", "mcp__mail"),
                        tuple("search", "the wiki"),
                        tuple("search", ""));
    }

    @Test
    void anAnswerThatIsCutIsIncomplete() throws Exception {
        JsonNode whole = ask("cut", "").json();
        JsonNode streamed = events(ask("cut", ", \"stream\": true").body()).getLast();
        assertEquals("response.incomplete", streamed.get("type").stringValue());
        for (JsonNode answer : List.of(whole, streamed.get("response"))) {
            assertEquals("incomplete", answer.get("status").stringValue());
            assertEquals(
                    "max_output_tokens", answer.at("/incomplete_details/reason").stringValue());
            assertEquals("incomplete", answer.at("/output/0/status").stringValue());
            assertTrue(answer.get("completed_at").isNull());
        }
    }

    @Test
    void anAnswerThatFailsSaysSo() throws Exception {
        ErrorFormTest.assertError(ask("breaks", ""), 500, "server_error", null);
        String body = ask("breaks", ", \"stream\": true").body();
        JsonNode failed = events(body).getLast();
        assertEquals("response.failed", failed.get("type").stringValue());
        assertEquals("failed", failed.at("/response/status").stringValue());
        assertEquals("server_error", failed.at("/response/error/code").stringValue());
        assertEquals(7, failed.at("/response/usage/input_tokens").intValue());
        assertEquals("a ", failed.at("/response/output/0/content/0/text").stringValue());
        assertThat(body).doesNotContain("secret");
        JsonNode stopped = events(ask("shutdown", ", \"stream\": true").body()).getLast();
        assertEquals("overloaded", stopped.at("/response/error/code").stringValue());
    }

    /** As the Codex CLI, which sends a summary, always empty here, and this. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void reasoningComesBackSealed(boolean streaming) throws Exception {
        String asked = ", \"include\": [\"reasoning.encrypted_content\"], \"stream\": " + streaming;
        Web.Reply reply = ask("answers-and-calls", asked);
        JsonNode item;
        if (streaming) {
            List<JsonNode> events = events(reply.body());
            item = events.getLast().at("/response/output/0");
            assertTrue(events.get(2).at("/item/encrypted_content").isMissingNode());
            assertEquals(item, events.get(7).get("item"));
        } else {
            item = reply.json().at("/output/0");
        }
        String sealed = item.get("encrypted_content").stringValue();
        assertEquals("Hm.", item.at("/content/0/text").stringValue());
        assertEquals(Optional.of("Hm."), thought(sealed, Web.USER));
        assertEquals(Optional.empty(), thought(sealed, Web.OTHER));
        assertEquals(Optional.empty(), thought("gAAAAABo", Web.USER));
    }

    /** The reasoning that the model sees if a client sends this back with a call. */
    private Optional<String> thought(String sealed, String key) throws Exception {
        Web.Reply reply = web.post("/v1/responses", """
            {"model": "m", "input": [
               {"role": "user", "content": "Hi"},
               {"type": "reasoning", "id": "rs_1", "summary": [], "content": null, "encrypted_content": "%s"},
               {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
               {"type": "function_call_output", "call_id": "c1", "output": "one"}]}\
            """.formatted(sealed), key);
        assertEquals(200, reply.status(), reply::toString);
        var asked = ((ScriptedInference) inference)
                .asked(reply.header("x-request-id"))
                .completion();
        var answer = (Message.Assistant) ((Input.Chat) asked.input()).messages().get(1);
        return answer.reasoning();
    }

    @Test
    void logprobsAreThoseOfTheTextAndNotOfReasoning() throws Exception {
        String wanted = ", \"include\": [\"message.output_text.logprobs\"], \"stream\": ";
        JsonNode whole = ask("thinks-scored", wanted + false).json();
        JsonNode streamed = events(ask("thinks-scored", wanted + true).body()).getLast();
        for (JsonNode answer : List.of(whole, streamed.get("response"))) {
            JsonNode logprobs = answer.at("/output/1/content/0/logprobs");
            assertEquals(1, logprobs.size());
            assertEquals("Sunny.", logprobs.at("/0/token").stringValue());
        }
    }

    @Test
    void logprobsStandInTheText() throws Exception {
        JsonNode answer = ask("m", ", \"include\": [\"message.output_text.logprobs\"], \"top_logprobs\": 2")
                .json();
        JsonNode logprobs = answer.at("/output/0/content/0/logprobs");
        assertEquals(5, logprobs.size());
        assertEquals(2, logprobs.at("/0/top_logprobs").size());
    }

    @Test
    void everyFieldReachesTheModel() throws Exception {
        Web.Reply reply = web.post("/v1/responses", """
            {"model": "m", "instructions": "Be kind.", "max_output_tokens": 9, "temperature": 0.5, "top_p": 0.25,
             "parallel_tool_calls": false, "tool_choice": {"type": "function", "name": "f"}, "safety_identifier": "ann",
             "tools": [{"type": "function", "name": "f", "description": "d", "strict": true,
               "parameters": {"type": "object", "properties": {}, "additionalProperties": false}}],
             "text": {"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}}},
             "reasoning": {"effort": "none", "summary": "auto"}, "unknown": 5, "include": ["unknown"],
             "input": [
               {"role": "developer", "content": "Be exact."},
               {"role": "user", "content": [{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}]},
               {"type": "reasoning", "id": "rs_1", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm."}]},
               {"type": "message", "role": "assistant", "id": "msg_1", "status": "completed",
                "content": [{"type": "output_text", "text": "Look:", "annotations": []}]},
               {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": "{}"},
               {"type": "function_call", "call_id": "c2", "name": "f", "arguments": "{}"},
               {"type": "function_call_output", "call_id": "c1", "output": "one"},
               {"type": "function_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "two"}]},
               {"type": "message", "role": "assistant", "content": "Done."},
               {"type": "message", "role": "assistant", "content": "Really."}]}\
            """);
        assertEquals(200, reply.status(), reply::toString);
        InferenceRequest request = ((ScriptedInference) inference).asked(reply.header("x-request-id"));
        assertEquals(Optional.of("ann"), request.endUser().safetyIdentifier());
        var asked = request.completion();
        var chat = (Input.Chat) asked.input();
        var calls = List.of(new ToolCall("c1", "f", "{}"), new ToolCall("c2", "f", "{}"));
        assertEquals(
                List.of(
                        Message.system("Be kind."),
                        Message.system("Be exact."),
                        Message.user("a\nb"),
                        new Message.Assistant(Optional.of("Look:"), Optional.of("Hm."), calls, Optional.empty()),
                        Message.tool("c1", "one"),
                        Message.tool("c2", "two"),
                        Message.assistant("Done."),
                        Message.assistant("Really.")),
                chat.messages());
        assertEquals(Map.of("reasoning_effort", "none"), chat.variables());
        assertEquals(OptionalInt.of(9), asked.maxTokens());
        assertEquals(0.5f, asked.sampling().temperature());
        assertEquals(new ToolChoice.Named("f"), asked.tools().choice());
        assertTrue(asked.tools().tools().getFirst().strict() && !asked.tools().parallel());
        assertEquals(
                new OutputFormat.JsonSchema("text.format.schema", "{\"type\":\"object\"}", false, false),
                asked.format());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"model": "m"}                                                       | input                    | missing_required_parameter
        {"model": "m", "input": 5}                                           | input                    | invalid_type
        {"model": "m", "input": []}                                          | input                    | empty_array
        {"model": "m", "input": [{"role": "user"}]}                          | input[0].content         | missing_required_parameter
        {"model": "m", "input": [{"role": "x", "content": ""}]}              | input[0].role            | invalid_value
        {"model": "m", "input": [{"type": "computer_call"}]}                 | input[0].type            | unsupported_value
        {"model": "m", "input": [{"type": "item_reference", "id": "x"}]}     | input[0].type            | unsupported_value
        {"model": "m", "input": [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]} | input[0].content[0].type | unsupported_value
        {"model": "m", "input": [{"type": "function_call_output", "call_id": "c", "output": ""}]} | input[0].call_id | invalid_value
        {"model": "m", "input": [{"type": "reasoning", "content": []}]}      | input                    | unsupported_value
        {"model": "m", "input": "a", "tools": [{"type": "web_search"}]}      | tools[0].type            | unsupported_value
        {"model": "m", "input": "a", "tools": [{"type": "function"}]}        | tools[0].name            | missing_required_parameter
        {"model": "m", "input": "a", "tool_choice": {"type": "function", "name": "f"}} | tool_choice    | invalid_value
        {"model": "m", "input": "a", "tool_choice": "required", "tools": []} | tool_choice              | invalid_value
        {"model": "m", "input": "a", "background": true}                     | background               | unsupported_value
        {"model": "m", "input": "a", "truncation": "auto"}                   | truncation               | unsupported_value
        {"model": "m", "input": "a", "conversation": "conv_1"}               | conversation             | unsupported_value
        {"model": "m", "input": "a", "prompt": {"id": "p"}}                  | prompt                   | unsupported_value
        {"model": "m", "input": "a", "moderation": {"model": "x"}}           | moderation               | unsupported_value
        {"model": "m", "input": "a", "context_management": [{"type": "compaction"}]} | context_management | unsupported_value
        {"model": "m", "input": "a", "prompt_cache_options": {"prewarm": true}} | prompt_cache_options.prewarm | unsupported_value
        {"model": "m", "input": "a", "prompt_cache_options": {"prewarm": 1}} | prompt_cache_options.prewarm | invalid_type
        {"model": "m", "input": "a", "max_output_tokens": 0}                 | max_output_tokens        | integer_below_min_value
        {"model": "m", "input": "a", "temperature": 3}                       | temperature              | decimal_above_max_value
        {"model": "m", "input": "a", "text": {"format": {"type": "xml"}}}    | text.format.type         | invalid_value
        {"model": "m", "input": "a", "reasoning": {"effort": "huge"}}        | reasoning.effort         | invalid_value
        {"model": "long", "input": "a"}                                      | input                    | context_length_exceeded
        """)
    void namesTheInvalidField(String body, String param, String code) throws Exception {
        Web.Reply reply = web.post("/v1/responses", body);
        ErrorFormTest.assertError(reply, 400, "invalid_request_error", code);
        assertEquals(param, reply.error().get("param").stringValue());
    }

    @Test
    void namesTheSupportedItemsOnly() throws Exception {
        Web.Reply reply = web.post("/v1/responses", "{\"model\": \"m\", \"input\": [{\"type\": \"web_search_call\"}]}");
        assertEquals(
                "Unsupported 'input[0].type': the supported types of items are 'message', 'function_call',"
                        + " 'function_call_output', 'reasoning'.",
                reply.error().get("message").stringValue());
    }

    /** As the Codex CLI asks for a summary of a conversation. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theModelMayDecideAboutNoTools(boolean streaming) throws Exception {
        Web.Reply reply = ask("m", """
            , "tools": [], "tool_choice": "auto", "parallel_tool_calls": false, "stream": %s\
            """.formatted(streaming));
        assertEquals(200, reply.status(), reply.body());
        assertEquals(
                List.of(),
                ((ScriptedInference) inference)
                        .asked(reply.header("x-request-id"))
                        .completion()
                        .tools()
                        .tools());
    }

    @Test
    void aNamespaceCountsByItsFunctions() throws Exception {
        String function = "{\"type\": \"function\", \"name\": \"f%d\", \"parameters\": {}}";
        String functions = IntStream.range(0, 129).mapToObj(function::formatted).collect(Collectors.joining(", "));
        String tools = "[{\"type\": \"namespace\", \"name\": \"n\", \"tools\": [" + functions + "]}]";
        Web.Reply reply = web.post("/v1/responses", "{\"model\": \"m\", \"input\": \"a\", \"tools\": " + tools + "}");
        ErrorFormTest.assertError(reply, 400, "invalid_request_error", "array_above_max_length");
        assertEquals("tools", reply.error().get("param").stringValue());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSpentBudgetIsAnOrdinaryRefusal(boolean streaming) throws Exception {
        Web.Reply reply = ask("budget", ", \"stream\": " + streaming);
        ErrorFormTest.assertError(reply, 429, "insufficient_quota", "insufficient_quota");
        assertEquals("false", reply.header("x-should-retry"));
    }

    @Test
    void tokensAreCounted() throws Exception {
        Web.Reply count = web.post("/v1/responses/input_tokens", """
            {"model": "m", "instructions": "s", "input": "a", "tools": [{"type": "function", "name": "f"}]}\
            """);
        assertEquals(Web.json("{\"object\": \"response.input_tokens\", \"input_tokens\": 3}"), count.json());
        Web.Reply tooLong = web.post("/v1/responses/input_tokens", "{\"model\": \"long\", \"input\": \"a\"}");
        ErrorFormTest.assertError(tooLong, 400, "invalid_request_error", "context_length_exceeded");
        assertEquals("input", tooLong.error().get("param").stringValue());
    }

    @Test
    void aRefusedPromptIsNoConversation() throws Exception {
        String body = "{\"model\": \"m\", \"input\": \"a\", \"prompt\": {\"id\": \"p\"}}";
        assertEquals(
                "Unsupported 'prompt': prompts are not stored: send 'instructions' and 'input'.",
                web.post("/v1/responses", body).error().get("message").stringValue());
    }

    @Test
    void valuesThatRequestNothingAreAccepted() throws Exception {
        String more =
                ", \"moderation\": null, \"context_management\": [], \"prompt_cache_options\": {\"prewarm\": false}";
        assertEquals(200, ask("m", more).status());
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
