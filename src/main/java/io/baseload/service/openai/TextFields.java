package io.baseload.service.openai;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.ToolSet;
import io.baseload.service.tenant.Caller;
import java.util.OptionalInt;

/** The body of {@code POST /v1/completions}. */
final class TextFields {
    private static final int DEFAULT_MAX_TOKENS = 16;
    private static final int MAX_BEST_OF = 20;
    private static final int MAX_LOGPROBS = 5;

    private TextFields() {}

    static Question read(Fields fields, Caller caller) {
        String model = CommonFields.model(fields);
        var input = PromptFields.read(fields);
        fields.find("suffix").ifPresent(suffix -> {
            throw Invalid.unsupported(suffix.path(), "this service does not fill in.");
        });
        CommonFields.checkIgnored(fields);
        int choices = CommonFields.choices(fields);
        var delivery = CommonFields.delivery(fields);
        var request = new CompletionRequest(
                input,
                ToolSet.EMPTY,
                choices,
                bestOf(fields, choices, delivery.streaming()),
                OptionalInt.of(fields.integer("max_tokens", 0, Integer.MAX_VALUE, DEFAULT_MAX_TOKENS)),
                SamplingFields.options(fields),
                SamplingFields.stops(fields),
                fields.integer("logprobs", 0, MAX_LOGPROBS, -1),
                FormatFields.read(fields),
                fields.flag("echo", false),
                CommonFields.flow(fields, caller),
                CommonFields.scope(fields, caller));
        return bounded(new Question(model, request, delivery, CommonFields.endUser(fields)));
    }

    private static int bestOf(Fields fields, int choices, boolean streaming) {
        int bestOf = fields.integer("best_of", 1, MAX_BEST_OF, choices);
        if (bestOf < choices) {
            throw Invalid.value("best_of", "it must be at least 'n'.");
        }
        if (streaming && fields.find("best_of").isPresent() && bestOf > 1) {
            throw Invalid.value("best_of", "the best of several can't be streamed.");
        }
        return bestOf;
    }

    private static Question bounded(Question question) {
        int prompts = question.choices() / question.request().choices();
        if (prompts * question.request().bestOf() > Limits.ANSWERS) {
            String name = question.request().bestOf() > question.request().choices() ? "best_of" : "n";
            throw Invalid.value(name, "prompts × " + name + " may be at most " + Limits.ANSWERS + ".");
        }
        return question;
    }
}
