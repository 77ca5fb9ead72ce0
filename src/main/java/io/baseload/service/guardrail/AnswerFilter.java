package io.baseload.service.guardrail;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.StopReason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the answers to a request through a chain, on separate threads: the engine's thread only puts events into a queue. Text is held back until it can be split where no personal
 * data can continue ({@link TextCut}); the arguments of a call until they are complete. Nothing is passed on before the filters have seen it, so text held back when an answer is
 * cancelled or fails is dropped. A blocked choice ends there, with {@link StopReason#CONTENT_FILTER}.
 */
public final class AnswerFilter implements Consumer<CompletionEvent> {
    private static final Logger log = LoggerFactory.getLogger(AnswerFilter.class);

    private final FilterChain chain;
    private final Consumer<CompletionEvent> next;
    private final List<Choice> choices;
    private final Queue<CompletionEvent> events = new ArrayDeque<>();
    private boolean draining;
    private volatile List<Verdict> verdicts = List.of();
    private @Nullable Throwable failure;

    private enum Kind {
        NOTHING,
        REASONING,
        TEXT,
        CALL
    }

    private static final class Choice {
        private final StringBuilder held = new StringBuilder();
        private Kind kind = Kind.NOTHING;
        private CompletionEvent.@Nullable ToolCallStarted call;
        private volatile boolean blocked;
    }

    /**
     * @param choices answers that are sent, over all prompts
     * @param next receives the filtered events
     */
    public AnswerFilter(FilterChain chain, int choices, Consumer<CompletionEvent> next) {
        this.chain = chain;
        this.next = next;
        this.choices = IntStream.range(0, choices).mapToObj(i -> new Choice()).toList();
    }

    /** The verdicts so far. */
    public List<Verdict> verdicts() {
        return verdicts;
    }

    /** Whether nothing more of a choice will be passed on. */
    public boolean isBlocked(int choice) {
        return choices.get(choice).blocked;
    }

    @Override
    public void accept(CompletionEvent event) {
        synchronized (events) {
            events.add(event);
            if (draining) {
                return;
            }
            draining = true;
        }
        Thread.ofVirtual().name("guardrail").start(this::drain);
    }

    private void drain() {
        while (true) {
            CompletionEvent event;
            synchronized (events) {
                event = events.poll();
                draining = event != null;
            }
            if (event == null) {
                return;
            }
            try {
                take(event);
            } catch (RuntimeException | Error e) {
                log.error("An answer could not be filtered, so nothing more of it is sent", e);
                failure = e;
                choices.forEach(choice -> choice.blocked = true);
            }
        }
    }

    private void take(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.Piece piece -> take(piece, choices.get(piece.choice()));
            case CompletionEvent.ChoiceFinished end -> {
                Choice choice = choices.get(end.choice());
                if (!choice.blocked) {
                    release(end.choice(), choice, choice.held.length());
                }
                if (!choice.blocked) {
                    next.accept(end);
                }
            }
            case CompletionEvent.Finished end ->
                next.accept(failure == null ? end : new CompletionEvent.Failed(failure, end.usage()));
            case CompletionEvent.Failed end -> next.accept(end);
        }
    }

    private void take(CompletionEvent.Piece piece, Choice choice) {
        if (choice.blocked) {
            return;
        }
        switch (piece) {
            case CompletionEvent.Text text -> add(Kind.TEXT, text.text(), piece, choice);
            case CompletionEvent.Reasoning reasoning -> add(Kind.REASONING, reasoning.text(), piece, choice);
            case CompletionEvent.ToolCallStarted call -> {
                release(call.choice(), choice, choice.held.length());
                choice.kind = Kind.CALL;
                choice.call = call;
            }
            case CompletionEvent.ToolCallArguments arguments -> choice.held.append(arguments.fragment());
        }
        if (choice.held.length() > FilterChain.MAX_CHARACTERS) {
            block(piece.choice(), choice, List.of());
        }
    }

    private void add(Kind kind, String text, CompletionEvent.Piece piece, Choice choice) {
        if (text.isEmpty()) {
            return;
        }
        if (choice.kind != kind) {
            release(piece.choice(), choice, choice.held.length());
            choice.kind = kind;
        }
        if (!choice.blocked) {
            int looked = choice.held.length();
            choice.held.append(text);
            release(piece.choice(), choice, TextCut.place(choice.held, looked, chain.window()));
        }
    }

    /** Filters the held text up to a place, and passes it on. */
    private void release(int index, Choice choice, int end) {
        if (choice.blocked || end == 0 && choice.call == null) {
            return;
        }
        String text = choice.held.substring(0, end);
        List<String> texts = new ArrayList<>();
        if (choice.kind == Kind.CALL) {
            try {
                JsonTexts.rewrite(text, "arguments", part -> {
                    texts.add(part);
                    return part;
                });
            } catch (InvalidRequestException e) {
                block(index, choice, List.of());
                return;
            }
        } else {
            texts.add(text);
        }
        var filtered = chain.apply(texts);
        if (filtered.blocked()) {
            block(index, choice, filtered.verdicts());
            return;
        }
        verdicts = Verdict.sum(verdicts, filtered.verdicts());
        choice.held.delete(0, end);
        var passing = filtered.texts().iterator();
        switch (choice.kind) {
            case REASONING -> next.accept(new CompletionEvent.Reasoning(index, passing.next()));
            case TEXT -> next.accept(new CompletionEvent.Text(index, passing.next(), List.of()));
            case CALL -> pass(choice, JsonTexts.rewrite(text, "arguments", part -> passing.next()));
            case NOTHING -> throw new IllegalStateException("text of no kind");
        }
    }

    private void pass(Choice choice, String arguments) {
        var call = choice.call;
        choice.call = null;
        choice.kind = Kind.NOTHING;
        if (call == null) {
            throw new IllegalStateException("arguments without a call");
        }
        next.accept(call);
        if (!arguments.isEmpty()) {
            next.accept(new CompletionEvent.ToolCallArguments(call.choice(), call.index(), arguments));
        }
    }

    private void block(int index, Choice choice, List<Verdict> why) {
        verdicts = Verdict.sum(verdicts, why);
        choice.blocked = true;
        choice.held.setLength(0);
        next.accept(new CompletionEvent.ChoiceFinished(index, StopReason.CONTENT_FILTER, Optional.empty()));
    }
}
