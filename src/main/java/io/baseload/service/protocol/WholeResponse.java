package io.baseload.service.protocol;

import io.baseload.chat.api.AbandonedException;
import io.baseload.chat.api.AnswerBuilder;
import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.WantedResult;
import io.baseload.service.web.ApiException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Collects an answer that is sent in one piece. If it is large, its memory counts as it grows, and it fails if there is none left. */
final class WholeResponse implements Consumer<CompletionEvent> {
    private final List<Growing> choices;
    private final AnswerMemory memory;
    private final CompletableFuture<CompletionEvent.Finished> end = new CompletableFuture<>();

    /** @param memory as in {@link RequestContext} */
    WholeResponse(int choices, LongConsumer memory) {
        this.memory = new AnswerMemory(memory, 0);
        this.choices = IntStream.range(0, choices).mapToObj(i -> new Growing()).toList();
    }

    @Override
    public void accept(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.Piece piece -> add(piece);
            case CompletionEvent.ChoiceFinished last -> choices.get(last.choice()).end = last;
            case CompletionEvent.Finished last
            when last.cancelled() -> end.completeExceptionally(StoppedAnswer.error());
            case CompletionEvent.Finished last -> end.complete(last);
            case CompletionEvent.Failed failure -> end.completeExceptionally(failure.cause());
        }
    }

    private void add(CompletionEvent.Piece piece) {
        if (end.isDone()) {
            return; // it has failed, and is being cancelled
        }
        try {
            memory.take(piece);
            choices.get(piece.choice()).answer.add(piece);
        } catch (ApiException full) {
            end.completeExceptionally(full);
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
            completion.cancel(); // unless it has ended
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    List<Choice> choices() {
        return IntStream.range(0, choices.size())
                .mapToObj(i -> choices.get(i).done(i))
                .toList();
    }

    /** The pieces are no longer used. */
    void release() {
        memory.giveBackAll();
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
