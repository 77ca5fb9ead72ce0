package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.StopReason;
import io.baseload.chat.api.TokenLogprob;
import io.baseload.engine.api.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Collects the events of a listener, and checks their order. */
final class Heard implements Consumer<CompletionEvent> {
    final List<CompletionEvent> events = new ArrayList<>();
    final Map<Integer, String> texts = new TreeMap<>();
    final Map<Integer, StopReason> reasons = new TreeMap<>();
    final StringBuilder reasoning = new StringBuilder();
    final List<CompletionEvent.ToolCallStarted> calls = new ArrayList<>();
    final Map<Integer, String> arguments = new TreeMap<>();
    final List<TokenLogprob> logprobs = new ArrayList<>();
    private final CompletableFuture<CompletionEvent> end = new CompletableFuture<>();

    @Override
    public synchronized void accept(CompletionEvent event) {
        if (end.isDone()) {
            end.obtrudeException(new AssertionError(event + " after the last event"));
        }
        events.add(event);
        switch (event) {
            case CompletionEvent.Text t -> {
                texts.merge(t.choice(), t.text(), String::concat);
                logprobs.addAll(t.logprobs());
            }
            case CompletionEvent.Reasoning r -> reasoning.append(r.text());
            case CompletionEvent.ToolCallStarted c -> calls.add(c);
            case CompletionEvent.ToolCallArguments a -> arguments.merge(a.index(), a.fragment(), String::concat);
            case CompletionEvent.ChoiceFinished f -> reasons.put(f.choice(), f.reason());
            case CompletionEvent.Finished f -> end.complete(f);
            case CompletionEvent.Failed f -> end.complete(f);
        }
    }

    CompletionEvent last() throws Exception {
        return end.get(5, TimeUnit.MINUTES);
    }

    CompletionEvent.Finished finished() throws Exception {
        return (CompletionEvent.Finished) last();
    }

    Usage usage() throws Exception {
        return finished().usage();
    }
}
