package io.baseload.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Each field of the OpenAI wire: what is refused, with which {@code param} and {@code code}, and what passes at the borders. */
@ScriptedTest
class FieldRangesTest {
    private static final String CHAT = """
        {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}\
        """;
    private static final String TEXT = """
        {"model": "m", "prompt": "Hi"}\
        """;

    @LocalServerPort
    private int port;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"model": null}                                  | model                       | missing_required_parameter
        {"model": 5}                                     | model                       | invalid_type
        {"model": ""}                                    | model                       | invalid_value
        {"model": "a\\u0000b"}                           | model                       | invalid_value
        {"messages": null}                               | messages                    | missing_required_parameter
        {"messages": "Hi"}                               | messages                    | invalid_type
        {"messages": []}                                 | messages                    | empty_array
        {"messages": ["Hi"]}                             | messages[0]                 | invalid_type
        {"messages": [null]}                             | messages[0]                 | invalid_type
        {"messages": [{"content": "Hi"}]}                | messages[0].role            | missing_required_parameter
        {"messages": [{"role": 1, "content": "Hi"}]}     | messages[0].role            | invalid_type
        {"messages": [{"role": "wizard", "content": "x"}]} | messages[0].role          | invalid_value
        {"user": 7}                                      | user                        | invalid_type
        {"user": "a\\u0000"}                             | user                        | invalid_value
        {"messages": [{"role": "user"}]}                 | messages[0].content         | missing_required_parameter
        {"messages": [{"role": "user", "content": null}]} | messages[0].content        | missing_required_parameter
        {"messages": [{"role": "user", "content": 7}]}   | messages[0].content         | invalid_type
        {"messages": [{"role": "user", "content": []}]}  | messages[0].content         | empty_array
        {"messages": [{"role": "user", "content": "\\ud83d"}]} | messages[0].content   | invalid_value
        {"messages": [{"role": "user", "content": ["x"]}]} | messages[0].content[0]    | invalid_type
        {"messages": [{"role": "user", "content": [{"text": "x"}]}]} | messages[0].content[0].type | missing_required_parameter
        {"messages": [{"role": "user", "content": [{"type": "text"}]}]} | messages[0].content[0].text | missing_required_parameter
        {"messages": [{"role": "user", "content": [{"type": "smell"}]}]} | messages[0].content[0].type | invalid_value
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "x"}}]}]} | messages[0].content[1].type | unsupported_value
        {"messages": [{"role": "user", "content": "x", "name": 3}]} | messages[0].name | invalid_type
        {"messages": [{"role": "assistant"}]}            | messages[0].content         | missing_required_parameter
        {"messages": [{"role": "assistant", "content": null, "tool_calls": [{"id": "c"}]}]} | messages[0].tool_calls[0].function | missing_required_parameter
        {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}]} | messages[0].tool_calls[0].id | missing_required_parameter
        {"messages": [{"role": "assistant", "tool_calls": [{"id": "c", "type": "custom"}]}]} | messages[0].tool_calls[0].type | invalid_value
        {"messages": [{"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": {}}}]}]} | messages[0].tool_calls[0].function.arguments | invalid_type
        {"messages": [{"role": "assistant", "tool_calls": {}}]} | messages[0].tool_calls | invalid_type
        {"messages": [{"role": "assistant", "content": "x", "reasoning_content": 1}]} | messages[0].reasoning_content | invalid_type
        {"messages": [{"role": "assistant", "content": "x", "function_call": {"name": "f"}}]} | messages[0].function_call | unsupported_value
        {"messages": [{"role": "function", "name": "f", "content": "x"}]} | messages[0].role | unsupported_value
        {"messages": [{"role": "tool", "content": "x"}]} | messages[0].tool_call_id | missing_required_parameter
        {"messages": [{"role": "tool", "content": "x", "tool_call_id": "c"}]} | messages[0].tool_call_id | invalid_value
        {"messages": [{"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]}, {"role": "tool", "content": "x", "tool_call_id": "d"}]} | messages[1].tool_call_id | invalid_value
        {"chat_template_kwargs": []}                     | chat_template_kwargs        | invalid_type
        {"chat_template_kwargs": {"messages": []}}       | chat_template_kwargs.messages | invalid_value
        {"documents": {}}                                | documents                   | invalid_type
        {"documents": ["x"]}                             | documents[0]                | invalid_type
        {"max_tokens": 0}                                | max_tokens                  | integer_below_min_value
        {"max_tokens": 1.5}                              | max_tokens                  | invalid_type
        {"max_tokens": "5"}                              | max_tokens                  | invalid_type
        {"max_tokens": 99999999999}                      | max_tokens                  | integer_above_max_value
        {"max_completion_tokens": 0}                     | max_completion_tokens       | integer_below_min_value
        {"max_completion_tokens": 5, "max_tokens": 6}    | max_tokens                  | invalid_value
        {"temperature": 2.01}                            | temperature                 | decimal_above_max_value
        {"temperature": -0.1}                            | temperature                 | decimal_below_min_value
        {"temperature": 1e999}                           | temperature                 | decimal_above_max_value
        {"temperature": "1"}                             | temperature                 | invalid_type
        {"top_p": 1.1}                                   | top_p                       | decimal_above_max_value
        {"top_p": -1}                                    | top_p                       | decimal_below_min_value
        {"top_k": -2}                                    | top_k                       | integer_below_min_value
        {"top_k": 1.5}                                   | top_k                       | invalid_type
        {"min_p": 2}                                     | min_p                       | decimal_above_max_value
        {"min_p": -0.5}                                  | min_p                       | decimal_below_min_value
        {"presence_penalty": 2.5}                        | presence_penalty            | decimal_above_max_value
        {"presence_penalty": -2.5}                       | presence_penalty            | decimal_below_min_value
        {"frequency_penalty": 3}                         | frequency_penalty           | decimal_above_max_value
        {"frequency_penalty": true}                      | frequency_penalty           | invalid_type
        {"n": 0}                                         | n                           | integer_below_min_value
        {"n": 129}                                       | n                           | integer_above_max_value
        {"n": 9}                                         | n                           | integer_above_max_value
        {"n": "1"}                                       | n                           | invalid_type
        {"stop": 5}                                      | stop                        | invalid_type
        {"stop": ""}                                     | stop                        | invalid_value
        {"stop": []}                                     | stop                        | empty_array
        {"stop": ["a", "b", "c", "d", "e"]}              | stop                        | array_above_max_length
        {"stop": ["a", ""]}                              | stop[1]                     | invalid_value
        {"stop": ["a", 2]}                               | stop[1]                     | invalid_type
        {"cache_salt": 5}                                | cache_salt                  | invalid_type
        {"cache_salt": ""}                               | cache_salt                  | invalid_value
        {"seed": 1.5}                                    | seed                        | invalid_type
        {"seed": 9223372036854775808}                    | seed                        | integer_above_max_value
        {"seed": -9223372036854775809}                   | seed                        | integer_below_min_value
        {"logit_bias": []}                               | logit_bias                  | invalid_type
        {"logit_bias": {"hello": 1}}                     | logit_bias                  | invalid_value
        {"logit_bias": {"-1": 1}}                        | logit_bias                  | invalid_value
        {"logit_bias": {"5": 100.5}}                     | logit_bias                  | decimal_above_max_value
        {"logit_bias": {"5": -101}}                      | logit_bias                  | decimal_below_min_value
        {"logit_bias": {"5": null}}                      | logit_bias                  | invalid_value
        {"logprobs": 1}                                  | logprobs                    | invalid_type
        {"logprobs": true, "top_logprobs": 21}           | top_logprobs                | integer_above_max_value
        {"logprobs": true, "top_logprobs": -1}           | top_logprobs                | integer_below_min_value
        {"top_logprobs": 2}                              | top_logprobs                | invalid_value
        {"logprobs": false, "top_logprobs": 0}           | top_logprobs                | invalid_value
        {"stream": "true"}                               | stream                      | invalid_type
        {"stream_options": {"include_usage": true}}      | stream_options              | invalid_value
        {"stream": true, "stream_options": true}         | stream_options              | invalid_type
        {"stream": true, "stream_options": {"include_usage": 1}} | stream_options.include_usage | invalid_type
        {"tools": {}}                                    | tools                       | invalid_type
        {"tools": ["f"]}                                 | tools[0]                    | invalid_type
        {"tools": [{"function": {"name": "f"}}]}         | tools[0].type               | missing_required_parameter
        {"tools": [{"type": "custom", "custom": {"name": "f"}}]} | tools[0].type       | invalid_value
        {"tools": [{"type": "function"}]}                | tools[0].function           | missing_required_parameter
        {"tools": [{"type": "function", "function": {}}]} | tools[0].function.name     | missing_required_parameter
        {"tools": [{"type": "function", "function": {"name": "a b"}}]} | tools[0].function.name | invalid_value
        {"tools": [{"type": "function", "function": {"name": ""}}]} | tools[0].function.name | invalid_value
        {"tools": [{"type": "function", "function": {"name": "f"}}, {"type": "function", "function": {"name": "f"}}]} | tools[1].function.name | invalid_value
        {"tools": [{"type": "function", "function": {"name": "f", "description": 1}}]} | tools[0].function.description | invalid_type
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": []}}]} | tools[0].function.parameters | invalid_type
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "string"}}}]} | tools[0].function.parameters.type | invalid_value
        {"tools": [{"type": "function", "function": {"name": "f", "strict": "yes"}}]} | tools[0].function.strict | invalid_type
        {"tool_choice": "auto"}                          | tool_choice                 | invalid_value
        {"tool_choice": "required", "tools": []}         | tool_choice                 | invalid_value
        {"tool_choice": "sometimes", "tools": [{"type": "function", "function": {"name": "f"}}]} | tool_choice | invalid_value
        {"tool_choice": {"type": "function", "function": {"name": "f"}}} | tool_choice | invalid_value
        {"tool_choice": {"type": "function", "function": {"name": "g"}}, "tools": [{"type": "function", "function": {"name": "f"}}]} | tool_choice.function.name | invalid_value
        {"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "none", "tools": []}}, "tools": [{"type": "function", "function": {"name": "f"}}]} | tool_choice.allowed_tools.mode | invalid_value
        {"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "g"}}]}}, "tools": [{"type": "function", "function": {"name": "f"}}]} | tool_choice.allowed_tools.tools[0].function.name | invalid_value
        {"tool_choice": 1}                               | tool_choice                 | invalid_type
        {"functions": [{"name": "f"}]}                   | functions                   | unsupported_value
        {"function_call": {"name": "f"}}                 | function_call               | unsupported_value
        {"parallel_tool_calls": "no"}                    | parallel_tool_calls         | invalid_type
        {"response_format": "text"}                      | response_format             | invalid_type
        {"response_format": {}}                          | response_format.type        | missing_required_parameter
        {"response_format": {"type": "xml"}}             | response_format.type        | invalid_value
        {"response_format": {"type": "json_schema"}}     | response_format.json_schema | missing_required_parameter
        {"response_format": {"type": "json_schema", "json_schema": {"schema": {}}}} | response_format.json_schema.name | missing_required_parameter
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a b", "schema": {}}}} | response_format.json_schema.name | invalid_value
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a"}}} | response_format.json_schema.schema | missing_required_parameter
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": 1}}} | response_format.json_schema.schema | invalid_type
        {"response_format": {"type": "json_object"}, "guided_regex": "a"} | guided_regex   | invalid_value
        {"guided_choice": []}                            | guided_choice               | empty_array
        {"guided_choice": ["a", 1]}                      | guided_choice[1]            | invalid_type
        {"guided_regex": 1}                              | guided_regex                | invalid_type
        {"guided_json": 1}                               | guided_json                 | invalid_type
        {"guided_whitespace_pattern": " "}               | guided_whitespace_pattern   | unsupported_value
        {"structured_outputs": {"grammar": ""}}          | structured_outputs.grammar  | invalid_value
        {"modalities": ["text", "audio"]}                | modalities                  | unsupported_value
        {"audio": {"voice": "x"}}                        | audio                       | unsupported_value
        {"web_search_options": {}}                       | web_search_options          | unsupported_value
        {"moderation": {}}                               | moderation                  | unsupported_value
        {"reasoning_effort": "huge"}                     | reasoning_effort            | invalid_value
        {"user": 5}                                      | user                        | invalid_type
        {"metadata": {"a": 1}}                           | metadata.a                  | invalid_type
        {"store": "yes"}                                 | store                       | invalid_type
        """)
    void chatRefuses(String change, String param, String code) throws Exception {
        assertRefused(new Web(port).chat(with(CHAT, change)), param, code);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"parse_special": 1}                    | parse_special  | invalid_type
        {"add_special_tokens": "no"}            | add_special_tokens | invalid_type
        {"prompt": null}                        | prompt         | missing_required_parameter
        {"prompt": 5}                           | prompt         | invalid_type
        {"prompt": ""}                          | prompt         | invalid_value
        {"prompt": []}                          | prompt         | empty_array
        {"prompt": [""]}                        | prompt[0]      | invalid_value
        {"prompt": [[]]}                        | prompt[0]      | empty_array
        {"prompt": [1, "a"]}                    | prompt[1]      | invalid_type
        {"prompt": ["a", 1]}                    | prompt[1]      | invalid_type
        {"prompt": [[1], 1]}                    | prompt[1]      | invalid_type
        {"prompt": [1.5]}                       | prompt[0]      | invalid_type
        {"prompt": [-1]}                        | prompt[0]      | integer_below_min_value
        {"prompt": [[1, 99999999999]]}          | prompt[0][1]   | integer_above_max_value
        {"prompt": [{}]}                        | prompt[0]      | invalid_type
        {"max_tokens": -1}                      | max_tokens     | integer_below_min_value
        {"echo": "yes"}                         | echo           | invalid_type
        {"logprobs": 6}                         | logprobs       | integer_above_max_value
        {"logprobs": -1}                        | logprobs       | integer_below_min_value
        {"logprobs": true}                      | logprobs       | invalid_type
        {"best_of": 0}                          | best_of        | integer_below_min_value
        {"best_of": 21}                         | best_of        | integer_above_max_value
        {"best_of": 2, "n": 3}                  | best_of        | invalid_value
        {"best_of": 2, "stream": true}          | best_of        | invalid_value
        {"prompt": ["a", "b"], "best_of": 20}   | best_of        | invalid_value
        {"prompt": ["a","b","c","d","e"], "n": 8} | n            | invalid_value
        {"suffix": "end"}                       | suffix         | unsupported_value
        {"temperature": 3}                      | temperature    | decimal_above_max_value
        {"n": 129}                              | n              | integer_above_max_value
        {"stop": ["1", "2", "3", "4", "5"]}     | stop           | array_above_max_length
        {"stream_options": {}}                  | stream_options | invalid_value
        """)
    void completionsRefuse(String change, String param, String code) throws Exception {
        assertRefused(new Web(port).completion(with(TEXT, change)), param, code);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"max_tokens": 1, "max_completion_tokens": 1}
        {"temperature": 0, "top_p": 0, "min_p": 0, "top_k": -1}
        {"temperature": 2, "top_p": 1, "min_p": 1.0, "top_k": 2147483647}
        {"presence_penalty": -2, "frequency_penalty": 2.0}
        {"n": 8}
        {"stop": "x"}
        {"stop": ["a", "b", "c", "d"]}
        {"seed": -9223372036854775808}
        {"logit_bias": {"0": -100, "7": 100}}
        {"logit_bias": {}}
        {"logprobs": true, "top_logprobs": 20}
        {"stream": false, "stream_options": null}
        {"tools": [], "tool_choice": "none", "functions": [], "function_call": "none"}
        {"response_format": {"type": "text"}, "modalities": ["text"], "parallel_tool_calls": false}
        {"user": "u", "store": true, "metadata": {"a": "b"}, "service_tier": "auto", "prediction": {}, "reasoning_effort": "xhigh"}
        {"verbosity": "low", "safety_identifier": "s", "prompt_cache_key": "k"}
        {"max_tokens": null, "temperature": null, "n": null, "stop": null, "seed": null, "logit_bias": null, "logprobs": null, "tools": null, "stream": null, "audio": null}
        {"chat_template_kwargs": {"a": 1}, "repetition_penalty": "odd", "no_such_field": []}
        {"messages": [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": [{"type": "text", "text": "a"}], "name": "n"}, {"role": "assistant", "content": "b", "tool_calls": []}, {"role": "assistant", "refusal": "no"}, {"role": "user", "content": ""}]}
        """)
    void chatAccepts(String change) throws Exception {
        Web.Reply reply = new Web(port).chat(with(CHAT, change));
        assertEquals(200, reply.status(), reply::toString);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"prompt": ["a", "b"]}
        {"prompt": [1, 2, 3]}
        {"prompt": [[1, 2], [3]]}
        {"max_tokens": 0, "echo": true, "logprobs": 0}
        {"best_of": 20}
        {"best_of": 1, "stream": false, "suffix": null}
        {"logprobs": 5}
        """)
    void completionsAccept(String change) throws Exception {
        Web.Reply reply = new Web(port).completion(with(TEXT, change));
        assertEquals(200, reply.status(), reply::toString);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"role": "user", "content": [{"type": "video_url"}]} | Invalid value: 'video_url'. Supported values are: 'text', 'refusal'.
        {"role": "critic", "content": "x"} | Invalid value: 'critic'. Supported values are: 'system', 'developer', 'user', 'assistant', 'tool'.
        """)
    void chatNamesTheSupportedValuesOnly(String message, String words) throws Exception {
        var reply = new Web(port).chat(with(CHAT, "{\"messages\": [" + message + "]}"));
        assertEquals(words, reply.error().get("message").stringValue(), reply::toString);
    }

    private static void assertRefused(Web.Reply reply, String param, String code) {
        assertEquals(400, reply.status(), reply::toString);
        assertEquals("invalid_request_error", reply.error().get("type").stringValue());
        assertEquals(param, reply.error().get("param").stringValue(), reply::toString);
        assertEquals(code, reply.error().get("code").stringValue(), reply::toString);
        assertTrue(
                reply.error().get("message").stringValue().contains(param.replaceAll("\\..*|\\[.*", ""))
                        || code.equals("invalid_value"),
                reply::toString);
    }

    /** The change comes last: of two equal keys the last one counts. */
    private static String with(String body, String change) {
        return body.substring(0, body.length() - 1) + ", " + change.substring(1);
    }
}
