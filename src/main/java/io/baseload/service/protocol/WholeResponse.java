package io.baseload.service.protocol;

import io.baseload.chat.api.AbandonedException;
import io.baseload.chat.api.AnswerBuilder;
import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.WantedResult;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Collects an answer that is sent in one piece. */
final class WholeResponse implements Consumer<CompletionEvent> {
    private final List<Growing> choices;
    private final CompletableFuture<CompletionEvent.Finished> end = new CompletableFuture<>();

    WholeResponse(int choices) {
        this.choices = IntStream.range(0, choices).mapToObj(i -> new Growing()).toList();
    }

    @Override
    public void accept(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.Piece piece ->
                choices.get(piece.choice()).answer.add(piece);
            case CompletionEvent.ChoiceFinished last -> choices.get(last.choice()).end = last;
            case CompletionEvent.Finished last
            when last.cancelled() -> end.completeExceptionally(StoppedAnswer.error());
            case CompletionEvent.Finished last -> end.complete(last);
            case CompletionEvent.Failed failure -> end.completeExceptionally(failure.cause());
        }
    }

    /**
     * Waits for the end, and throws the error if the answer failed.
     *
     * @param wanted as {@link WantedResult#await} asks it
     * @throws AbandonedException if the answer is no longer wanted; it is then cancelled
     */
    CompletionEvent.Finished await(Completion completion, BooleanSupplier wanted) {
        try {
            WantedResult.await(end, WantedResult.UNLIMITED, wanted);
            return end.join();
        } catch (AbandonedException e) {
            completion.cancel();
            throw e;
        } catch (InterruptedException e) {
            completion.cancel();
            throw StoppedAnswer.error();
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
        private final AnswerBuilder answer = new AnswerBuilder();
        private CompletionEvent.@Nullable ChoiceFinished end;

        Choice done(int index) {
            if (end == null) {
                throw new IllegalStateException("choice " + index + " never ended");
            }
            return new Choice(index, answer, end.reason(), end.stopText());
        }
    }
}
