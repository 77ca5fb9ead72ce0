package io.baseload.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Answers of {@code /tokenize} and {@code /detokenize}, key by key. */
@ScriptedTest
class TokenizeRoutesTest {
    @LocalServerPort
    private int port;

    private Web web;

    @BeforeEach
    void open() {
        web = new Web(port);
    }

    @Test
    void tokensHaveTheFormOfVllms() throws Exception {
        for (String path : new String[] {"/tokenize", "/v1/tokenize"}) {
            assertEquals(
                    Web.json("{\"count\": 1, \"max_model_len\": 100, \"tokens\": [0]}"),
                    web.post(path, "{\"prompt\": \"Hi\"}").json());
        }
        assertEquals(
                Web.json("{\"count\": 2, \"max_model_len\": 100, \"tokens\": [0, 0], \"token_strs\": [\"x\", \"x\"]}"),
                web.post("/tokenize", """
                    {"model": "default", "return_token_strs": true, "messages": [{"role": "user", "content": "Hi"}],
                     "tools": [{"type": "function", "function": {"name": "ping"}}]}\
                    """).json());
        assertEquals(200, web.post("/tokenize", "{\"prompt\": \"\"}").status());
        assertEquals(
                Web.json("{\"prompt\": \"xxx\", \"content\": \"xxx\"}"),
                web.post("/detokenize", "{\"tokens\": [1, 2, 3]}").json());
        assertEquals(
                Web.json("{\"prompt\": \"\", \"content\": \"\"}"),
                web.post("/v1/detokenize", "{\"tokens\": []}").json());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/tokenize   | {}                                                     | prompt                 |"
                        + " missing_required_parameter",
                "/tokenize   | {'prompt': ['a']}                                      | prompt                 |"
                        + " invalid_type",
                "/tokenize   | {'prompt': 'a', 'content': 'a'}                        | content                |"
                        + " invalid_value",
                "/tokenize   | {'prompt': 'a', 'add_special_tokens': 1}               | add_special_tokens     |"
                        + " invalid_type",
                "/tokenize   | {'content': 'a', 'with_pieces': true}                  | with_pieces            |"
                        + " unsupported_value",
                "/tokenize   | {'messages': []}                                       | messages               |"
                        + " empty_array",
                "/tokenize   | {'messages': [{'role': 'user', 'content': 'a'}], 'add_generation_prompt': false} |"
                        + " add_generation_prompt  | unsupported_value",
                "/tokenize   | {'messages': [{'role': 'user', 'content': 'a'}], 'chat_template': 'x'}           |"
                        + " chat_template          | unsupported_value",
                "/tokenize   | {'model': 7, 'prompt': 'a'}                            | model                  |"
                        + " invalid_type",
                "/detokenize | {}                                                     | tokens                 |"
                        + " missing_required_parameter",
                "/detokenize | {'tokens': ['a']}                                      | tokens[0]              |"
                        + " invalid_type",
                "/detokenize | {'tokens': [-1]}                                       | tokens[0]              |"
                        + " integer_below_min_value",
            })
    void refusesAnUnreadableFieldByName(String path, String body, String param, String code) throws Exception {
        var reply = web.post(path, body.replace('\'', '"'));
        assertEquals(400, reply.status(), reply::toString);
        assertEquals(param, reply.error().get("param").stringValue());
        assertEquals(code, reply.error().get("code").stringValue());
    }

    @Test
    void aModelThatIsNotThereIsNotFound() throws Exception {
        var reply = web.post("/tokenize", "{\"model\": \"unknown\", \"prompt\": \"a\"}");
        assertEquals(404, reply.status());
        assertEquals("model_not_found", reply.error().get("code").stringValue());
    }
}
