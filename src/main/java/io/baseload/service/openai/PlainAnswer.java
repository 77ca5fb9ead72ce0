package io.baseload.service.openai;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.StopReason;
import io.baseload.chat.api.TokenLogprob;
import io.baseload.engine.api.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Gathers an answer that is sent in one piece. */
final class PlainAnswer implements Consumer<CompletionEvent> {
    private final List<Growing> choices;
    private final CompletableFuture<Usage> usage = new CompletableFuture<>();

    PlainAnswer(int choices) {
        this.choices = IntStream.range(0, choices).mapToObj(i -> new Growing()).toList();
    }

    @Override
    public void accept(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.Text piece -> choices.get(piece.choice()).add(piece);
            case CompletionEvent.Reasoning thought -> {}
            case CompletionEvent.ToolCallStarted call -> {}
            case CompletionEvent.ToolCallArguments piece -> {}
            case CompletionEvent.ChoiceFinished end -> choices.get(end.choice()).reason = end.reason();
            case CompletionEvent.Finished end when end.cancelled() -> usage.completeExceptionally(Stopped.error());
            case CompletionEvent.Finished end -> usage.complete(end.usage());
            case CompletionEvent.Failed failure -> usage.completeExceptionally(failure.cause());
        }
    }

    /** Waits for the end, and throws what the answer failed with. */
    Usage await() {
        try {
            return usage.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    List<Choice> choices() {
        return IntStream.range(0, choices.size())
                .mapToObj(i -> choices.get(i).done(i))
                .toList();
    }

    private static final class Growing {
        private final StringBuilder text = new StringBuilder();
        private final List<TokenLogprob> logprobs = new ArrayList<>();
        private @Nullable StopReason reason;

        void add(CompletionEvent.Text piece) {
            text.append(piece.text());
            logprobs.addAll(piece.logprobs());
        }

        Choice done(int index) {
            if (reason == null) {
                throw new IllegalStateException("choice " + index + " never ended");
            }
            return new Choice(index, text.toString(), logprobs, reason);
        }
    }
}
