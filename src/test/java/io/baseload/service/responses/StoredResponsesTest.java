package io.baseload.service.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.service.inference.Inference;
import io.baseload.service.openai.ScriptedInference;
import io.baseload.service.openai.ScriptedTest;
import io.baseload.service.openai.Web;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Stored responses over HTTP: found, listed, continued, deleted. */
@ScriptedTest
class StoredResponsesTest {
    private static final String NOBODYS = "resp_0123456789abcdef0123456789abcdef";

    @LocalServerPort
    private int port;

    @Autowired
    private Inference inference;

    private Web web;

    @BeforeEach
    void open() {
        web = new Web(port);
    }

    private Web.Reply ask(String model, String input, String more) throws Exception {
        return web.post("/v1/responses", """
            {"model": "%s", "input": %s, "store": true%s}\
            """.formatted(model, input, more));
    }

    private Web.Reply get(String path) throws Exception {
        return web.get("/v1/responses/" + path, Web.USER);
    }

    private Web.Reply delete(String id) throws Exception {
        return web.send(web.request("/v1/responses/" + id)
                .header("Authorization", "Bearer " + Web.USER)
                .DELETE());
    }

    private List<Message> asked(Web.Reply reply) {
        var request = ((ScriptedInference) inference).asked(reply.header("x-request-id"));
        return ((Input.Chat) request.completion().input()).messages();
    }

    @Test
    void aResponseIsFoundAsItWasAnsweredAndDeleted() throws Exception {
        JsonNode answer = ask("answers-and-calls", "\"Hi\"", ", \"metadata\": {\"a\": \"b\"}")
                .json();
        assertThat(answer.get("store").booleanValue()).isTrue();
        String id = answer.get("id").stringValue();
        assertEquals(answer, get(id).json());
        assertEquals(
                Web.json("{\"id\": \"%s\", \"object\": \"response\", \"deleted\": true}".formatted(id)),
                delete(id).json());
        assertEquals(404, get(id).status());
        assertEquals(404, get(id + "/input_items").status());
        assertEquals(404, delete(id).status());
    }

    @Test
    void aStreamedResponseIsFoundAsItsLastEventHasIt() throws Exception {
        String events = ask("answers-and-calls", "\"Hi\"", ", \"stream\": true").body();
        JsonNode last =
                Web.json(events.substring(events.lastIndexOf("data: ") + 6)).get("response");
        assertEquals(last, get(last.get("id").stringValue()).json());
    }

    @Test
    void nothingIsStoredUnlessItIsWanted() throws Exception {
        JsonNode answer = web.post("/v1/responses", "{\"model\": \"x\", \"input\": \"Hi\"}")
                .json();
        assertThat(answer.get("store").booleanValue()).isFalse();
        assertEquals(404, get(answer.get("id").stringValue()).status());
    }

    @Test
    void aConversationContinuesWithoutTheEarlierInstructions() throws Exception {
        JsonNode first = ask("answers-and-calls", "\"Weather?\"", ", \"instructions\": \"Be brief.\"")
                .json();
        JsonNode second = ask(
                        "thinks",
                        "[{\"type\": \"function_call_output\", \"call_id\": \"call_a\", \"output\": \"sunny\"}]",
                        ", \"previous_response_id\": \"%s\""
                                .formatted(first.get("id").stringValue()))
                .json();
        assertEquals(first.get("id"), second.get("previous_response_id"));
        Web.Reply third = ask(
                "x",
                "\"Thanks\"",
                ", \"instructions\": \"Be kind.\", \"previous_response_id\": \"%s\""
                        .formatted(second.get("id").stringValue()));
        assertEquals(
                List.of(
                        Message.system("Be kind."),
                        Message.user("Weather?"),
                        new Message.Assistant(
                                Optional.of("I look it up."),
                                Optional.of("Hm."),
                                List.of(new ToolCall("call_a", "get_weather", "{\"city\": \"Paris\"}")),
                                Optional.empty()),
                        Message.tool("call_a", "sunny"),
                        new Message.Assistant(
                                Optional.of("Sunny."), Optional.of("Hm. Yes."), List.of(), Optional.empty()),
                        Message.user("Thanks")),
                asked(third));
    }

    @Test
    void aContinuationOfADeletedResponseCannotBeContinued() throws Exception {
        String first = ask("x", "\"Hi\"", "").json().get("id").stringValue();
        String more = ", \"previous_response_id\": \"%s\"";
        String second =
                ask("x", "\"And?\"", more.formatted(first)).json().get("id").stringValue();
        delete(first);
        for (String gone : List.of(first, second, NOBODYS, "resp_\\u0000", "x")) {
            Web.Reply reply = ask("x", "\"And?\"", more.formatted(gone));
            assertEquals(404, reply.status(), reply::toString);
            assertEquals(
                    "previous_response_not_found", reply.error().get("code").stringValue());
            assertEquals("previous_response_id", reply.error().get("param").stringValue());
        }
        assertEquals(200, get(second).status());
    }

    @Test
    void itemsOfTheInputAreListedInTheirLongForm() throws Exception {
        String id = ask("x", """
            [{"role": "user", "content": "Hi"},
             {"role": "assistant", "content": [{"type": "output_text", "text": "Hello"}], "id": "msg_mine"},
             {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
             {"type": "function_call_output", "call_id": "c", "output": "done"}]\
            """, "").json().get("id").stringValue();
        JsonNode page = get(id + "/input_items?order=asc&limit=2").json();
        assertEquals(
                Web.json("""
                    {"object": "list", "has_more": true, "first_id": "%s", "last_id": "msg_mine", "data": [
                      {"role": "user", "content": [{"type": "input_text", "text": "Hi"}], "type": "message", "id": "%s",
                       "status": "completed"},
                      {"role": "assistant", "content": [{"type": "output_text", "text": "Hello", "annotations": []}],
                       "id": "msg_mine", "type": "message", "status": "completed"}]}\
                    """.formatted(
                        page.get("first_id").stringValue(), page.get("first_id").stringValue())),
                page);
        assertThat(page.get("first_id").stringValue()).matches("msg_[0-9a-f]{32}");
        JsonNode rest = get(id + "/input_items?order=asc&after=msg_mine").json();
        assertThat(rest.get("data"))
                .extracting(item -> item.get("type").stringValue())
                .containsExactly("function_call", "function_call_output");
        assertThat(rest.get("has_more").booleanValue()).isFalse();
        JsonNode backwards = get(id + "/input_items?limit=1").json();
        assertThat(backwards.at("/data/0/id")).isEqualTo(rest.get("last_id"));
        for (String wrong : List.of("limit=0", "limit=101", "limit=x", "order=up", "after=msg_other")) {
            assertEquals(400, get(id + "/input_items?" + wrong).status(), wrong);
        }
    }
}
