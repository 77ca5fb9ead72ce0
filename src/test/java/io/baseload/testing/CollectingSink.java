package io.baseload.testing;

import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.TokenSink;
import io.baseload.engine.api.Usage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/** Collects what the engine says of one generation. */
public final class CollectingSink implements TokenSink {
    /** How a generation ended. */
    public record End(FinishReason reason, Usage usage) {}

    private final List<SampledToken> prompt = new CopyOnWriteArrayList<>();
    private final List<SampledToken> tokens = new CopyOnWriteArrayList<>();
    private final CompletableFuture<End> end = new CompletableFuture<>();
    private final IntPredicate more;

    public CollectingSink() {
        this(count -> true);
    }

    /** @param more told how many tokens there are, says whether another is wanted; runs on the engine's thread */
    public CollectingSink(IntPredicate more) {
        this.more = more;
    }

    @Override
    public void prompt(List<SampledToken> scores) {
        prompt.addAll(scores);
    }

    @Override
    public boolean token(SampledToken token) {
        tokens.add(token);
        return more.test(tokens.size());
    }

    @Override
    public void finished(FinishReason reason, Usage usage) {
        end.complete(new End(reason, usage));
    }

    @Override
    public void failed(Throwable cause, Usage usage) {
        end.completeExceptionally(cause);
    }

    public List<SampledToken> prompt() {
        return prompt;
    }

    public List<Integer> ids() {
        return tokens.stream().map(SampledToken::id).toList();
    }

    public List<SampledToken> tokens() {
        return tokens;
    }

    public boolean ended() {
        return end.isDone();
    }

    /** Waits for the end. */
    public End await() {
        return end.orTimeout(Patience.LIMIT.toMinutes(), TimeUnit.MINUTES).join();
    }
}
