package io.baseload.ai;

import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.PreparedCompletion;
import io.baseload.chat.api.StopReason;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.Usage;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.springframework.ai.chat.model.ChatResponse;

/** One prompt that is being answered: collects the text, and ends with the response to all of it. */
final class Asking {
    private final Responses responses;
    private final Consumer<ChatResponse> pieces;
    private final StringBuilder text = new StringBuilder();
    private final CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
    private final AtomicReference<Optional<StopReason>> reason = new AtomicReference<>(Optional.empty());
    private final Completion completion;

    /**
     * @param pieces hears of each piece of text from the engine's thread; must not block
     */
    Asking(PreparedCompletion prepared, Responses responses, Consumer<ChatResponse> pieces) {
        this.responses = responses;
        this.pieces = pieces;
        this.completion = prepared.start(answer -> Lease.unlimited(), this::hear);
    }

    private void hear(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.Text t -> {
                append(t.text());
                pieces.accept(responses.piece(t.text()));
            }
            case CompletionEvent.Reasoning r -> {}
            case CompletionEvent.ToolCallStarted c -> {}
            case CompletionEvent.ToolCallArguments a -> {}
            case CompletionEvent.ChoiceFinished f -> reason.set(Optional.of(f.reason()));
            case CompletionEvent.Finished f -> whole.complete(response(f.usage()));
            case CompletionEvent.Failed f -> whole.completeExceptionally(f.cause());
        }
    }

    private synchronized void append(String piece) {
        text.append(piece);
    }

    private synchronized ChatResponse response(Usage usage) {
        return responses.whole(text.toString(), reason.get(), usage);
    }

    /** The response to the whole prompt; completes on the engine's thread. */
    CompletableFuture<ChatResponse> whole() {
        return whole;
    }

    /** What was generated until now. */
    ChatResponse soFar() {
        return whole.isDone() && !whole.isCompletedExceptionally() ? whole.join() : response(completion.usage());
    }

    void cancel() {
        completion.cancel();
    }
}
