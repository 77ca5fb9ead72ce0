package io.baseload.chat.completion;

import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.PreparedCompletion;
import io.baseload.chat.grammar.Constraint;
import io.baseload.chat.stop.StopTexts;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.TokenMask;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * A request with its prompts as token ids. Immutable.
 *
 * @param constraints the constraints of the answers to each prompt
 */
record Prepared(
        LoadedModel model,
        Tokenizer tokenizer,
        StopTexts stops,
        CompletionRequest request,
        FlowId flow,
        CacheScope scope,
        List<Prompt> prompts,
        List<Optional<Constraint>> constraints,
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

    @Override
    public List<String> unenforcedFormats() {
        return constraints.stream()
                .flatMap(Optional::stream)
                .flatMap(constraint -> constraint.unenforcedFormats().stream())
                .distinct()
                .sorted()
                .toList();
    }

    /** The prompt of an answer. */
    Prompt prompt(int answer) {
        return prompts.get(answer / request.bestOf());
    }

    /** The constraint of an answer's tokens. */
    Optional<TokenMask> mask(int answer) {
        return constraints.get(answer / request.bestOf()).map(Constraint::mask);
    }

    @Override
    public Completion start(
            IntFunction<Lease> leases, Optional<Duration> patience, Consumer<CompletionEvent> listener) {
        return RunningCompletion.start(this, leases, listener);
    }
}
