package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Passes events on one after the other. Until {@link #open} they are held, so that a listener receives nothing from a request of which only some answers could be started. */
final class Events {
    private final Consumer<CompletionEvent> listener;
    private final List<CompletionEvent> held = new ArrayList<>();
    private boolean open;
    private boolean closed;

    Events(Consumer<CompletionEvent> listener) {
        this.listener = listener;
    }

    synchronized void emit(CompletionEvent event) {
        if (open) {
            listener.accept(event);
        } else if (!closed) {
            held.add(event);
        }
    }

    synchronized void open() {
        held.forEach(listener);
        held.clear();
        open = true;
    }

    /** Drops the held events; if it was never opened, nothing is ever passed on. */
    synchronized void close() {
        held.clear();
        closed = true;
    }
}
