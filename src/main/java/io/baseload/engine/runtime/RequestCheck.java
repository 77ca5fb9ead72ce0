package io.baseload.engine.runtime;

import io.baseload.engine.api.EncoderText;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.SamplingOptions;

/** Checks requests for a model. */
final class RequestCheck {
    private static final int MAX_LOGPROBS = 100;

    private RequestCheck() {}

    /** @throws IllegalArgumentException if a field is invalid; the message names it and the allowed values */
    static void check(GenerationRequest request, int contextLength, int vocabulary) {
        int length = request.prompt().length;
        require(length > 0, "prompt must have at least one token");
        require(length <= contextLength, "prompt must have at most " + contextLength + " tokens, not " + length);
        for (int id : request.prompt()) {
            require(id >= 0 && id < vocabulary, "prompt must have ids from 0 to " + (vocabulary - 1) + ", not " + id);
        }
        require(request.maxTokens() >= 0, "maxTokens must be 0 or more, not " + request.maxTokens());
        int top = request.topLogprobs();
        require(top >= -1 && top <= MAX_LOGPROBS, "topLogprobs must be from -1 to " + MAX_LOGPROBS + ", not " + top);
        check(request.sampling(), vocabulary);
    }

    /** @throws IllegalArgumentException as above, for a text for an encoder */
    static void check(EncoderText text, int contextLength, int vocabulary) {
        int length = text.tokens().length;
        require(length > 0, "a text must have at least one token");
        require(length <= contextLength, "a text must have at most " + contextLength + " tokens, not " + length);
        for (int id : text.tokens()) {
            require(id >= 0 && id < vocabulary, "a text must have ids from 0 to " + (vocabulary - 1) + ", not " + id);
        }
        require(
                text.second() >= 0 && text.second() <= length,
                "second must be from 0 to " + length + ", not " + text.second());
    }

    private static void check(SamplingOptions options, int vocabulary) {
        require(
                options.temperature() >= 0 && options.temperature() < Float.POSITIVE_INFINITY,
                "temperature must be 0 or more, not " + options.temperature());
        require(options.topP() >= 0 && options.topP() <= 1, "topP must be from 0 to 1, not " + options.topP());
        require(options.topK() >= 0, "topK must be 0 or more, not " + options.topK());
        require(options.minP() >= 0 && options.minP() <= 1, "minP must be from 0 to 1, not " + options.minP());
        require(Float.isFinite(options.presencePenalty()), "presencePenalty must be a number");
        require(Float.isFinite(options.frequencyPenalty()), "frequencyPenalty must be a number");
        options.logitBias().forEach((id, bias) -> {
            require(
                    id >= 0 && id < vocabulary,
                    "logitBias must have ids from 0 to " + (vocabulary - 1) + ", not " + id);
            require(Float.isFinite(bias), "logitBias must have numbers");
        });
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new IllegalArgumentException(problem);
        }
    }
}
