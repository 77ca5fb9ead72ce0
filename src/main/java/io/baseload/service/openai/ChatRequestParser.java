package io.baseload.service.openai;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.FormatFields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.ParsedRequest;
import io.baseload.service.protocol.RequestFields;
import io.baseload.service.protocol.SamplingFields;
import io.baseload.service.protocol.TemplateFields;
import io.baseload.service.protocol.ToolFields;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/** Reads the body of {@code POST /v1/chat/completions}. */
final class ChatRequestParser {
    private static final int MAX_TOP_LOGPROBS = 20;

    private ChatRequestParser() {}

    static ParsedRequest parse(Fields fields) {
        String model = RequestFields.model(fields);
        var messages = MessageFields.read(fields.require("messages"));
        UnsupportedFields.check(fields);
        CommonFields.checkIgnored(fields);
        int choices = CommonFields.choices(fields);
        var request = new CompletionRequest(
                new Input.Chat(messages, TemplateFields.read(fields)),
                ToolFields.read(fields, ToolFields.Layout.NESTED),
                choices,
                choices,
                maxTokens(fields),
                SamplingFields.options(fields),
                SamplingFields.stops(fields),
                topLogprobs(fields),
                FormatFields.read(fields),
                false);
        boolean usage = CommonFields.usage(fields);
        boolean logprobs = request.topLogprobs() >= 0;
        return new ParsedRequest(
                RequestFields.request(fields, model, request),
                CommonFields.streaming(fields),
                admitted -> new ChatForm(ResponseHead.of("chatcmpl-", admitted), choices, logprobs, usage),
                UnaryOperator.identity());
    }

    private static OptionalInt maxTokens(Fields fields) {
        Optional<Integer> newer = positive(fields, "max_completion_tokens");
        Optional<Integer> older = positive(fields, "max_tokens");
        if (newer.isPresent() && older.isPresent() && !newer.equals(older)) {
            throw Invalid.value("max_tokens", "it differs from 'max_completion_tokens', which means the same.");
        }
        return newer.or(() -> older).map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    private static Optional<Integer> positive(Fields fields, String name) {
        return fields.find(name).map(value -> value.integer(1, Integer.MAX_VALUE));
    }

    private static int topLogprobs(Fields fields) {
        boolean asked = fields.flag("logprobs", false);
        int top = fields.integer("top_logprobs", 0, MAX_TOP_LOGPROBS, -1);
        if (!asked && top >= 0) {
            throw Invalid.value("top_logprobs", "it is only allowed where 'logprobs' is true.");
        }
        return asked ? Math.max(0, top) : -1;
    }
}
