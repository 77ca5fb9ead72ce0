package io.baseload.service.inference;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** The JSON in which prompts and answers are kept; the digests in the trail are computed from its bytes. */
final class ContentJson {
    private static final JsonMapper JSON = new JsonMapper();

    private ContentJson() {}

    /** The input of the model. */
    static byte[] prompt(CompletionRequest request) {
        var all = new LinkedHashMap<String, Object>();
        switch (request.input()) {
            case Input.Chat chat ->
                all.put(
                        "messages",
                        chat.messages().stream().map(ContentJson::message).toList());
            case Input.Texts texts -> all.put("prompts", texts.prompts());
            case Input.Tokens tokens -> all.put("tokens", tokens.prompts());
        }
        if (!request.tools().shown().isEmpty()) {
            all.put(
                    "tools",
                    request.tools().shown().stream().map(ContentJson::tool).toList());
        }
        return JSON.writeValueAsBytes(all);
    }

    /** The input of an encoder. */
    static byte[] prompt(EncodingInput input) {
        return JSON.writeValueAsBytes(
                switch (input) {
                    case EncodingInput.Texts texts -> Map.of("prompts", texts.texts());
                    case EncodingInput.Tokens tokens -> Map.of("tokens", tokens.texts());
                    case EncodingInput.Documents documents ->
                        Map.of("query", documents.query(), "documents", documents.documents());
                });
    }

    /** The output of an encoder. */
    static byte[] outputs(List<float[]> outputs) {
        return JSON.writeValueAsBytes(Map.of("outputs", outputs));
    }

    /** The model's answers. */
    static byte[] answers(List<Transcript.Answer> answers) {
        return JSON.writeValueAsBytes(
                Map.of("answers", answers.stream().map(ContentJson::answer).toList()));
    }

    private static Map<String, Object> message(Message message) {
        var all = new LinkedHashMap<String, Object>();
        all.put("role", message.role());
        message.name().ifPresent(name -> all.put("name", name));
        switch (message) {
            case Message.Instructions instructions -> all.put("content", instructions.content());
            case Message.User user -> all.put("content", user.content());
            case Message.Assistant assistant -> {
                assistant.reasoning().ifPresent(text -> all.put("reasoning", text));
                assistant.content().ifPresent(text -> all.put("content", text));
                putCalls(all, assistant.calls());
            }
            case Message.Tool tool -> {
                all.put("tool_call_id", tool.callId());
                all.put("content", tool.content());
            }
        }
        return all;
    }

    private static Map<String, Object> tool(ToolSpec tool) {
        var all = new LinkedHashMap<String, Object>();
        all.put("name", tool.name());
        all.put("description", tool.description());
        all.put("parameters", tool.parameters());
        return all;
    }

    private static Map<String, Object> answer(Transcript.Answer answer) {
        var all = new LinkedHashMap<String, Object>();
        all.put("index", answer.index());
        if (!answer.reasoning().isEmpty()) {
            all.put("reasoning", answer.reasoning());
        }
        all.put("content", answer.text());
        putCalls(all, answer.calls());
        answer.reason().ifPresent(reason -> all.put("finish_reason", reason.label()));
        return all;
    }

    private static void putCalls(Map<String, Object> all, List<ToolCall> calls) {
        if (!calls.isEmpty()) {
            all.put("tool_calls", calls);
        }
    }
}
