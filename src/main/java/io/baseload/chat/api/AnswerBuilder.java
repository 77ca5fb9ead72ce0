package io.baseload.chat.api;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Collects the pieces of one answer. Not thread-safe. */
public final class AnswerBuilder {
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<TokenLogprob> logprobs = new ArrayList<>();
    private final List<TokenLogprob> textLogprobs = new ArrayList<>();
    private final List<CompletionEvent.ToolCallStarted> calls = new ArrayList<>();
    private final List<StringBuilder> arguments = new ArrayList<>();

    public void add(CompletionEvent.Piece piece) {
        switch (piece) {
            case CompletionEvent.Text t -> {
                text.append(t.text());
                logprobs.addAll(t.logprobs());
                if (!t.text().isEmpty()) {
                    textLogprobs.addAll(t.logprobs());
                }
            }
            case CompletionEvent.Reasoning r -> reasoning.append(r.text());
            case CompletionEvent.ToolCallStarted call -> {
                calls.add(call);
                arguments.add(new StringBuilder());
            }
            case CompletionEvent.ToolCallArguments a -> arguments.get(a.index()).append(a.fragment());
        }
    }

    public String text() {
        return text.toString();
    }

    public String reasoning() {
        return reasoning.toString();
    }

    /** Of all tokens, also those of reasoning and calls. */
    public List<TokenLogprob> logprobs() {
        return List.copyOf(logprobs);
    }

    /** Of the text's tokens. */
    public List<TokenLogprob> textLogprobs() {
        return List.copyOf(textLogprobs);
    }

    public List<ToolCall> calls() {
        return IntStream.range(0, calls.size())
                .mapToObj(i -> new ToolCall(
                        calls.get(i).id(), calls.get(i).name(), arguments.get(i).toString()))
                .toList();
    }
}
