package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.TokenLogprob;
import io.baseload.chat.format.AnswerReader;
import io.baseload.chat.format.Piece;
import io.baseload.chat.stop.StopScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Turns an answer's characters into events: reasoning and calls are parsed, the text between them runs up to a stop text, and tokens get their log-probabilities with the text that
 * they begin. Stop texts end only the answer's text: they are ignored in reasoning and in arguments.
 */
final class AnswerEvents {
    private final int choice;
    private final AnswerReader reader;
    private final StopScanner scanner;
    private final Logprobs logprobs;
    private final Consumer<CompletionEvent> listener;
    /** Chars of text passed to the scanner. */
    private long scanned;

    private int calls;

    AnswerEvents(
            int choice,
            AnswerReader reader,
            StopScanner scanner,
            Logprobs logprobs,
            Consumer<CompletionEvent> listener) {
        this.choice = choice;
        this.reader = reader;
        this.scanner = scanner;
        this.logprobs = logprobs;
        this.listener = listener;
    }

    /** Whole characters of the answer, and markers. */
    void append(String chars) {
        List<CompletionEvent> events = new ArrayList<>();
        reader.append(chars).forEach(piece -> tell(piece, events));
        send(events, decided());
    }

    /**
     * There is no more input.
     *
     * @param cut whether the model would have gone on
     */
    void finish(boolean cut) {
        List<CompletionEvent> events = new ArrayList<>();
        if (!over()) {
            reader.finish(cut).forEach(piece -> tell(piece, events));
        }
        tellRest(events);
        send(events, scanner.stopped() ? decided() : logprobs.takeAll());
    }

    /** The log-probabilities of the tokens that begin before the text that still waits, or will never be sent. */
    private List<TokenLogprob> decided() {
        return logprobs.takeBefore(reader.decided() - (scanned - scanner.passed()));
    }

    /** Whether the rest doesn't matter: a stop text was found, or the only call is complete. */
    boolean over() {
        return scanner.stopped() || reader.over();
    }

    /** The stop text that ended the answer. */
    Optional<String> stopText() {
        return scanner.stopText();
    }

    boolean called() {
        return calls > 0;
    }

    boolean thinking() {
        return reader.thinking();
    }

    private void tell(Piece piece, List<CompletionEvent> events) {
        if (scanner.stopped()) {
            return;
        }
        switch (piece) {
            case Piece.Text t -> tellText(t.text(), events);
            case Piece.Reasoning r -> events.add(new CompletionEvent.Reasoning(choice, r.text()));
            case Piece.Call c -> {
                tellRest(events);
                if (!scanner.stopped()) { // by a stop text that waited for a longer one
                    events.add(new CompletionEvent.ToolCallStarted(choice, calls++, newId(), c.name()));
                }
            }
            case Piece.Arguments a ->
                events.add(new CompletionEvent.ToolCallArguments(choice, calls - 1, a.fragment()));
        }
    }

    private void tellText(String text, List<CompletionEvent> events) {
        scanned += text.length();
        String passed = scanner.append(text);
        if (!passed.isEmpty()) {
            events.add(text(passed));
        }
    }

    /** Text that waited for a stop text that did not come. */
    private void tellRest(List<CompletionEvent> events) {
        String rest = scanner.finish();
        if (!rest.isEmpty()) {
            events.add(text(rest));
        }
    }

    private CompletionEvent.Text text(String text) {
        return new CompletionEvent.Text(choice, text, List.of());
    }

    private static String newId() {
        return "call_" + UUID.randomUUID().toString().replace("-", "");
    }

    /** The log-probabilities go with the last piece of text, or alone. */
    private void send(List<CompletionEvent> events, List<TokenLogprob> covered) {
        boolean alone = !covered.isEmpty();
        for (int i = events.size() - 1; i >= 0 && alone; i--) {
            if (events.get(i) instanceof CompletionEvent.Text t) {
                events.set(i, new CompletionEvent.Text(choice, t.text(), covered));
                alone = false;
            }
        }
        if (alone) {
            events.add(new CompletionEvent.Text(choice, "", covered));
        }
        events.forEach(listener);
    }
}
