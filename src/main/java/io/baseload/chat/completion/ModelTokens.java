package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.TokenCodec;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.LoadedModel;
import java.util.Arrays;
import java.util.List;

/** The tokens of a loaded model. What no request could use is refused, because the answer has several bytes for each token. */
record ModelTokens(LoadedModel model, Tokenizer tokenizer, PromptReader prompts, FlowId flow) implements TokenCodec {
    private static final int MAX_CONTEXTS = 4;
    private static final int MAX_TOKENS = 1_000_000;
    private static final long MAX_BYTES = 8 << 20;

    @Override
    public List<int[]> of(CompletionRequest request) {
        String field = ModelCompletions.field(request.input());
        check(field, Room.leastTokens(tokenizer, request.input()).max().orElse(0));
        List<int[]> tokens =
                prompts.read(request, flow).stream().map(Prompt::tokens).toList();
        tokens.forEach(prompt -> check(field, prompt.length));
        return tokens;
    }

    private void check(String field, long least) {
        long most = Math.min((long) MAX_CONTEXTS * contextLength(), MAX_TOKENS);
        if (least > most) {
            throw new InvalidRequestException(
                    field,
                    "context_length_exceeded",
                    "The " + field + " has at least " + least + " tokens. At most " + most
                            + " are converted at once: " + MAX_CONTEXTS + " times the model's context, and never more"
                            + " than a million.");
        }
    }

    @Override
    public String text(int[] tokens) {
        check("tokens", tokens.length);
        var bytes = tokenizer.bytes();
        long size = Arrays.stream(tokens)
                .filter(id -> 0 <= id && id < bytes.size())
                .mapToLong(bytes::length)
                .sum();
        if (size > MAX_BYTES) {
            throw new InvalidRequestException(
                    "tokens", "invalid_value", "The text of the tokens has more than " + (MAX_BYTES >> 20) + " MB.");
        }
        return prompts.text(tokens, "tokens");
    }

    @Override
    public int contextLength() {
        return model.contextLength();
    }
}
