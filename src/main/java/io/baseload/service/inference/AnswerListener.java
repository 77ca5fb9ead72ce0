package io.baseload.service.inference;

import io.baseload.chat.api.CompletionEvent;
import java.util.function.Consumer;

/** Receives the events of an answer. */
@FunctionalInterface
public interface AnswerListener extends Consumer<CompletionEvent> {
    /** Whether anybody still waits for the answer. The thread that requested it checks this now and then, until the answer begins or, with a maximum wait, gets its turn. */
    default boolean isThere() {
        return true;
    }
}
