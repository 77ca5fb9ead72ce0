package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** Holds the answers to one prompt until all are complete, and passes on the likeliest: those with the highest mean log-probability per token. */
final class BestOf {
    private final int prompt;
    private final int candidates;
    private final int choices;
    private final Consumer<CompletionEvent> listener;
    private final List<Answer> answers = new ArrayList<>();
    private final List<CompletionEvent> held = new ArrayList<>();
    private int complete;

    BestOf(int prompt, int candidates, int choices, Consumer<CompletionEvent> listener) {
        this.prompt = prompt;
        this.candidates = candidates;
        this.choices = choices;
        this.listener = listener;
    }

    void add(Answer answer) {
        answers.add(answer);
    }

    synchronized void hold(CompletionEvent event) {
        held.add(event);
        if (event instanceof CompletionEvent.ChoiceFinished && ++complete == candidates) {
            release();
        }
    }

    private void release() {
        List<Answer> ranked = answers.stream()
                .sorted(Comparator.comparingDouble(Answer::meanLogprob).reversed())
                .toList();
        for (int rank = 0; rank < choices; rank++) {
            int choice = prompt * choices + rank;
            int from = ranked.get(rank).choice();
            held.forEach(event -> relabel(event, from, choice));
        }
    }

    private void relabel(CompletionEvent event, int from, int to) {
        switch (event) {
            case CompletionEvent.Text t
            when t.choice() == from -> listener.accept(new CompletionEvent.Text(to, t.text(), t.logprobs()));
            case CompletionEvent.ChoiceFinished f
            when f.choice() == from ->
                listener.accept(new CompletionEvent.ChoiceFinished(to, f.reason(), f.stopText()));
            default -> {}
        }
    }
}
