package io.baseload.service.openai;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.api.ToolSet;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.RequestFields;
import io.baseload.service.protocol.TemplateFields;
import io.baseload.service.protocol.ToolFields;
import io.baseload.service.protocol.Value;
import java.util.List;
import java.util.OptionalInt;

/**
 * The body of {@code POST /tokenize}: a text ({@code prompt}, or {@code content} as llama.cpp calls it) or a conversation ({@code messages}).
 *
 * @param model alias or id
 * @param texts whether the text of each token is requested too
 */
record TokenizeRequest(String model, CompletionRequest completion, boolean texts) {
    private static final String DEFAULT_MODEL = "default";
    private static final List<String> INPUTS = List.of("prompt", "content", "messages");

    static TokenizeRequest read(Fields fields) {
        var given = INPUTS.stream().flatMap(name -> fields.find(name).stream()).toList();
        if (given.isEmpty()) {
            throw Invalid.missing("prompt");
        }
        if (given.size() > 1) {
            throw Invalid.value(
                    given.get(1).path(),
                    "it is only allowed without '" + given.getFirst().path() + "'.");
        }
        if (fields.flag("with_pieces", false)) {
            throw Invalid.unsupported("with_pieces", "use 'return_token_strs'.");
        }
        Value input = given.getFirst();
        var completion = input.path().equals("messages")
                ? conversation(fields, input)
                : completion(text(fields, input), ToolSet.EMPTY);
        return new TokenizeRequest(model(fields), completion, fields.flag("return_token_strs", false));
    }

    /** Both servers serve a single model, so their clients need not name it. */
    static String model(Fields fields) {
        return fields.find("model").isPresent() ? RequestFields.model(fields) : DEFAULT_MODEL;
    }

    /** vLLM adds BOS and EOS by default, llama.cpp only on request. */
    private static Input text(Fields fields, Value text) {
        boolean addSpecial = text.path().equals("prompt")
                ? fields.flag("add_special_tokens", true)
                : fields.flag("add_special", false);
        return new Input.Texts(List.of(text.text()), fields.flag("parse_special", true), addSpecial);
    }

    private static CompletionRequest conversation(Fields fields, Value messages) {
        checkTemplated(fields, "add_special_tokens", false, "the chat template adds them.");
        checkTemplated(fields, "add_generation_prompt", true, "a conversation is tokenized as for an answer.");
        checkTemplated(fields, "continue_final_message", false, "a conversation is tokenized as for an answer.");
        fields.find("chat_template").ifPresent(template -> {
            throw Invalid.unsupported(template.path(), "the model's own template is used.");
        });
        return completion(
                new Input.Chat(MessageFields.read(messages), TemplateFields.read(fields)),
                ToolFields.read(fields, ToolFields.Layout.NESTED));
    }

    private static void checkTemplated(Fields fields, String name, boolean only, String reason) {
        if (fields.flag(name, only) != only) {
            throw Invalid.unsupported(name, reason);
        }
    }

    private static CompletionRequest completion(Input input, ToolSet tools) {
        return new CompletionRequest(
                input,
                tools,
                1,
                1,
                OptionalInt.empty(),
                SamplingOptions.defaults(),
                List.of(),
                -1,
                OutputFormat.text(),
                false);
    }
}
