package io.baseload.service.inference;

import io.baseload.chat.api.AnswerBuilder;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.StopReason;
import io.baseload.chat.api.ToolCall;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The answers of a request so far. The engine's thread adds to it; others may read meanwhile. */
final class Transcript {
    private final List<Growing> answers;

    private static final class Growing {
        private final AnswerBuilder text = new AnswerBuilder();
        private @Nullable StopReason reason;
    }

    /**
     * An answer so far.
     *
     * @param reason empty if it did not finish
     */
    record Answer(int index, String text, String reasoning, List<ToolCall> calls, Optional<StopReason> reason) {}

    /** @param choices answers that are sent, over all prompts */
    Transcript(int choices) {
        this.answers =
                IntStream.range(0, choices).mapToObj(choice -> new Growing()).toList();
    }

    synchronized void add(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.Piece piece -> answers.get(piece.choice()).text.add(piece);
            case CompletionEvent.ChoiceFinished end -> answers.get(end.choice()).reason = end.reason();
            case CompletionEvent.Finished end -> {}
            case CompletionEvent.Failed failure -> {}
        }
    }

    synchronized List<Answer> answers() {
        return IntStream.range(0, answers.size())
                .mapToObj(i -> {
                    var answer = answers.get(i);
                    return new Answer(
                            i,
                            answer.text.text(),
                            answer.text.reasoning(),
                            answer.text.calls(),
                            Optional.ofNullable(answer.reason));
                })
                .toList();
    }
}
