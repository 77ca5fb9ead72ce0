package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.TokenCodec;
import io.baseload.chat.tokenizer.TokenConversion;
import io.baseload.engine.api.FlowId;
import java.util.List;

/** The tokens of a loaded model that generates. */
record ModelTokens(TokenConversion conversion, PromptReader prompts, FlowId flow) implements TokenCodec {
    @Override
    public List<int[]> of(CompletionRequest request) {
        String field = ModelCompletions.field(request.input());
        conversion.check(
                field,
                Room.leastTokens(conversion.tokenizer(), request.input()).max().orElse(0));
        List<int[]> tokens =
                prompts.tokenize(request, flow).stream().map(Prompt::tokens).toList();
        tokens.forEach(prompt -> conversion.check(field, prompt.length));
        return tokens;
    }

    @Override
    public String text(int[] tokens) {
        return conversion.text(tokens);
    }

    @Override
    public int contextLength() {
        return conversion.contextLength();
    }
}
