package io.baseload.service.openai;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.ToolSet;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.FormatFields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.ParsedRequest;
import io.baseload.service.protocol.RequestFields;
import io.baseload.service.protocol.SamplingFields;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/** Reads the body of {@code POST /v1/completions}. */
final class TextRequestParser {
    private static final int DEFAULT_MAX_TOKENS = 16;
    private static final int MAX_BEST_OF = 20;
    private static final int MAX_LOGPROBS = 5;

    private TextRequestParser() {}

    static ParsedRequest parse(Fields fields) {
        String model = RequestFields.model(fields);
        var input = PromptFields.read(fields);
        fields.find("suffix").ifPresent(suffix -> {
            throw Invalid.unsupported(suffix.path(), "text can't be inserted before a suffix.");
        });
        CommonFields.checkIgnored(fields);
        int choices = CommonFields.choices(fields);
        var request = new CompletionRequest(
                input,
                ToolSet.EMPTY,
                choices,
                bestOf(fields, choices),
                OptionalInt.of(fields.integer("max_tokens", 0, Integer.MAX_VALUE, DEFAULT_MAX_TOKENS)),
                SamplingFields.options(fields),
                SamplingFields.stops(fields),
                fields.integer("logprobs", 0, MAX_LOGPROBS, -1),
                FormatFields.read(fields),
                fields.flag("echo", false));
        checkAnswers(request);
        boolean usage = CommonFields.usage(fields);
        int all = request.prompts() * choices;
        return new ParsedRequest(
                RequestFields.request(fields, model, request),
                CommonFields.streaming(fields),
                admitted -> new TextForm(ResponseHead.of("cmpl-", admitted), request.topLogprobs(), all, usage),
                UnaryOperator.identity());
    }

    private static int bestOf(Fields fields, int choices) {
        int bestOf = fields.integer("best_of", 1, MAX_BEST_OF, choices);
        if (bestOf < choices) {
            throw Invalid.value("best_of", "it must be at least 'n'.");
        }
        if (CommonFields.streaming(fields) && fields.find("best_of").isPresent() && bestOf > 1) {
            throw Invalid.value("best_of", "the best of several answers can't be streamed.");
        }
        return bestOf;
    }

    private static void checkAnswers(CompletionRequest request) {
        if (request.answers() > Limits.MAX_ANSWERS) {
            String name = request.bestOf() > request.choices() ? "best_of" : "n";
            throw Invalid.value(name, "prompts × " + name + " must be at most " + Limits.MAX_ANSWERS + ".");
        }
    }
}
