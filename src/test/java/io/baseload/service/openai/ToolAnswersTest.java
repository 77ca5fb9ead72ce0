package io.baseload.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolChoice;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import io.baseload.service.inference.Inference;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Calls and reasoning in answers of the chat route, and tools in its requests. */
@ScriptedTest
class ToolAnswersTest {
    private static final String TOOLS = """
        "tools": [{"type": "function", "function": {"name": "get_weather", "description": "Now", "strict": true,
                    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}},
                  {"type": "function", "function": {"name": "ping"}}]\
        """;
    private static final ToolSpec WEATHER = new ToolSpec(
            "get_weather", "Now", "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}", true);
    private static final ToolSpec PING = new ToolSpec("ping", "", ToolSpec.NO_PARAMETERS, false);

    @LocalServerPort
    private int port;

    @Autowired
    private Inference inference;

    private Web web;

    @BeforeEach
    void open() {
        web = new Web(port);
    }

    @Test
    void callsStandInTheMessageWithoutContent() throws Exception {
        JsonNode choice = web.chat(body("calls", "")).json().at("/choices/0");
        assertEquals(Web.json("""
            {"index": 0, "message": {"role": "assistant", "content": null, "refusal": null, "tool_calls": [
               {"id": "call_a", "type": "function", "function": {"name": "get_weather", "arguments": "{\\"city\\": \\"Paris\\"}"}},
               {"id": "call_b", "type": "function", "function": {"name": "ping", "arguments": "{}"}}]},
             "logprobs": null, "finish_reason": "tool_calls"}\
            """), choice);
    }

    @Test
    void callsAreStreamedInFragments() throws Exception {
        List<JsonNode> deltas = deltas("calls");
        assertEquals(
                Stream.of(
                                "{\"role\": \"assistant\", \"content\": \"\"}",
                                "{\"tool_calls\": [{\"index\": 0, \"id\": \"call_a\", \"type\": \"function\","
                                        + " \"function\": {\"name\": \"get_weather\", \"arguments\": \"\"}}]}",
                                "{\"tool_calls\": [{\"index\": 0, \"function\": {\"arguments\": \"{\\\"city\\\":\"}}]}",
                                "{\"tool_calls\": [{\"index\": 0, \"function\": {\"arguments\": \""
                                        + " \\\"Paris\\\"}\"}}]}",
                                "{\"tool_calls\": [{\"index\": 1, \"id\": \"call_b\", \"type\": \"function\","
                                        + " \"function\": {\"name\": \"ping\", \"arguments\": \"\"}}]}",
                                "{\"tool_calls\": [{\"index\": 1, \"function\": {\"arguments\": \"{}\"}}]}",
                                "{}")
                        .map(Web::json)
                        .toList(),
                deltas);
    }

    @Test
    void reasoningHasAFieldOfItsOwn() throws Exception {
        JsonNode answer = web.chat(body("thinks", "")).json();
        assertEquals(
                Web.json("{\"role\": \"assistant\", \"content\": \"Sunny.\", \"refusal\": null, \"reasoning_content\":"
                        + " \"Hm. Yes.\"}"),
                answer.at("/choices/0/message"));
        assertEquals(
                4,
                answer.at("/usage/completion_tokens_details/reasoning_tokens").intValue());
        assertEquals(
                List.of(Web.json("{\"reasoning_content\": \"Hm. \"}"), Web.json("{\"reasoning_content\": \"Yes.\"}")),
                deltas("thinks").subList(1, 3));
    }

    @Test
    void toolsReachTheModel() throws Exception {
        assertEquals(ToolSet.auto(List.of(WEATHER, PING)), asked(TOOLS));
        assertEquals(ToolSet.EMPTY, asked("\"tools\": []"));
        assertEquals(
                new ToolSet(List.of(WEATHER, PING), ToolChoice.Mode.REQUIRED, false),
                asked(TOOLS + ", \"tool_choice\": \"required\", \"parallel_tool_calls\": false"));
        assertEquals(
                new ToolSet(List.of(WEATHER, PING), ToolChoice.Mode.NONE, true),
                asked(TOOLS + ", \"tool_choice\": \"none\""));
        assertEquals(
                new ToolSet(List.of(WEATHER, PING), new ToolChoice.Named("ping"), true),
                asked(TOOLS + ", \"tool_choice\": {\"type\": \"function\", \"function\": {\"name\": \"ping\"}}"));
        assertEquals(
                new ToolSet(List.of(WEATHER, PING), new ToolChoice.Allowed(Set.of("ping"), true), true),
                asked(TOOLS
                        + ", \"tool_choice\": {\"type\": \"allowed_tools\", \"allowed_tools\": {\"mode\": \"required\","
                        + " \"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"ping\"}}]}}"));
    }

    @Test
    void callsAndResultsReachTheModel() throws Exception {
        Web.Reply reply = web.chat("""
            {"model": "m", "messages": [{"role": "user", "content": "x"},
               {"role": "assistant", "content": null, "reasoning": "Hm.", "tool_calls": [
                 {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{not json"}}]},
               {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "text", "text": "21"}]}]}\
            """);
        assertEquals(200, reply.status(), reply.body());
        var messages = ((Input.Chat) ((ScriptedInference) inference)
                        .asked(reply.header("x-request-id"))
                        .completion()
                        .input())
                .messages();
        assertEquals(
                List.of(
                        Message.user("x"),
                        new Message.Assistant(
                                Optional.empty(),
                                Optional.of("Hm."),
                                List.of(new ToolCall("call_1", "f", "{not json")),
                                Optional.empty()),
                        Message.tool("call_1", "21")),
                messages);
    }

    @Test
    void schemasKeepTheDigitsOfTheirNumbers() throws Exception {
        String schema = "{\"minimum\":0.12345678901234567890,\"maximum\":1E+4000,\"const\":1.0}";
        ToolSet tools = asked("\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"f\", \"parameters\": "
                + schema.replace("E+", "e") + "}}]");
        assertEquals(schema, tools.tools().getFirst().parameters());
    }

    @Test
    void aSchemaThatNestsWithoutEndIsRefused() throws Exception {
        String deep = "{\"items\":".repeat(70) + "{}" + "}".repeat(70);
        Web.Reply reply = web.chat(body(
                "m",
                ", \"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"f\", \"parameters\": " + deep
                        + "}}]"));
        ErrorFormTest.assertError(reply, 400, "invalid_request_error", "invalid_value");
        assertEquals(
                "tools[0].function.parameters", reply.json().at("/error/param").stringValue());
    }

    private ToolSet asked(String fields) throws Exception {
        Web.Reply reply = web.chat(body("m", ", " + fields));
        assertEquals(200, reply.status(), reply.body());
        return ((ScriptedInference) inference)
                .asked(reply.header("x-request-id"))
                .completion()
                .tools();
    }

    private List<JsonNode> deltas(String model) throws Exception {
        String body = web.chat(body(model, ", \"stream\": true")).body();
        return body.lines()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> Web.json(line.substring("data: ".length())).at("/choices/0/delta"))
                .toList();
    }

    private static String body(String model, String more) {
        return "{\"model\": \"" + model + "\", \"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}]" + more + "}";
    }
}
