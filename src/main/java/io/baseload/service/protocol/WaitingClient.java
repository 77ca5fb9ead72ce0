package io.baseload.service.protocol;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.service.inference.AnswerListener;
import io.baseload.service.web.LimitedRequest;
import java.util.function.Consumer;

/** The client of this thread's request, which may leave before its answer begins. */
record WaitingClient(Consumer<CompletionEvent> listener) implements AnswerListener {
    @Override
    public void accept(CompletionEvent event) {
        listener.accept(event);
    }

    @Override
    public boolean isThere() {
        return !LimitedRequest.hasClientLeft();
    }
}
