package io.baseload.chat.completion;

import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.PreparedCompletion;
import io.baseload.chat.stop.StopTexts;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.LoadedModel;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** A question with its prompts as token ids. Immutable. */
record Prepared(
        LoadedModel model,
        Tokenizer tokenizer,
        StopTexts stops,
        CompletionRequest request,
        List<Prompt> prompts,
        int maxTokens)
        implements PreparedCompletion {

    @Override
    public int promptTokens() {
        return prompts.stream().mapToInt(p -> p.tokens().length).sum();
    }

    @Override
    public int answers() {
        return prompts.size() * request.bestOf();
    }

    @Override
    public boolean maxTokensGiven() {
        return request.maxTokens().isPresent();
    }

    /** The prompt of an answer. */
    Prompt prompt(int answer) {
        return prompts.get(answer / request.bestOf());
    }

    @Override
    public Completion start(IntFunction<Lease> leases, Consumer<CompletionEvent> listener) {
        return RunningCompletion.start(this, leases, listener);
    }
}
