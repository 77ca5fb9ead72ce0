package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.TokenCodec;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.LoadedModel;
import java.util.List;

/** The tokens of a loaded model. */
record ModelTokens(LoadedModel model, PromptReader prompts, FlowId flow) implements TokenCodec {
    @Override
    public List<int[]> of(CompletionRequest request) {
        return prompts.read(request, flow).stream().map(Prompt::tokens).toList();
    }

    @Override
    public String text(int[] tokens) {
        return prompts.text(tokens, "tokens");
    }

    @Override
    public int contextLength() {
        return model.contextLength();
    }
}
