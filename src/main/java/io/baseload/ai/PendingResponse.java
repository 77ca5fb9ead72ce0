package io.baseload.ai;

import io.baseload.chat.api.AnswerBuilder;
import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.PreparedCompletion;
import io.baseload.chat.api.StopReason;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.Usage;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.springframework.ai.chat.model.ChatResponse;

/** One prompt that is being answered: collects the answer, and ends with the response to all of it. */
final class PendingResponse {
    private final Responses responses;
    private final Consumer<ChatResponse> pieces;
    private final AnswerBuilder answer = new AnswerBuilder();
    private final CompletableFuture<Answered> whole = new CompletableFuture<>();
    private Optional<StopReason> reason = Optional.empty();
    private final Completion completion;

    /**
     * A complete answer.
     *
     * @param whole in one piece
     * @param end sent by a stream after the last piece of text
     */
    record Answered(ChatResponse whole, ChatResponse end) {}

    /** @param pieces receives each piece of text on the engine's thread; must not block */
    PendingResponse(PreparedCompletion prepared, Responses responses, Consumer<ChatResponse> pieces) {
        this.responses = responses;
        this.pieces = pieces;
        this.completion = prepared.start(choice -> Lease.unlimited(), this::hear);
    }

    private void hear(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.Piece piece -> {
                add(piece);
                show(piece);
            }
            case CompletionEvent.ChoiceFinished f -> end(f.reason());
            case CompletionEvent.Finished f -> whole.complete(answered(f.usage()));
            case CompletionEvent.Failed f -> whole.completeExceptionally(f.cause());
        }
    }

    private void show(CompletionEvent.Piece piece) {
        switch (piece) {
            case CompletionEvent.Text t -> pieces.accept(responses.piece(t.text()));
            case CompletionEvent.Reasoning r -> pieces.accept(responses.thought(r.text()));
            case CompletionEvent.ToolCallStarted call -> {}
            case CompletionEvent.ToolCallArguments fragment -> {}
        }
    }

    private synchronized void add(CompletionEvent.Piece piece) {
        answer.add(piece);
    }

    private synchronized void end(StopReason why) {
        reason = Optional.of(why);
    }

    private synchronized Answered answered(Usage usage) {
        return new Answered(responses.whole(answer, reason, usage), responses.end(answer, reason, usage));
    }

    /** The response to the whole prompt; completes on the engine's thread. */
    CompletableFuture<Answered> whole() {
        return whole;
    }

    /** The answer generated so far. */
    ChatResponse soFar() {
        boolean complete = whole.isDone() && !whole.isCompletedExceptionally();
        return (complete ? whole.join() : answered(completion.usage())).whole();
    }

    void cancel() {
        completion.cancel();
    }
}
