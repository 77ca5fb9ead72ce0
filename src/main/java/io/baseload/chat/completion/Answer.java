package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.StopReason;
import io.baseload.chat.format.Marks;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.stop.CharacterAssembler;
import io.baseload.chat.tokenizer.TokenBytes;
import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.Generation;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.TokenSink;
import io.baseload.engine.api.Usage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** One answer: tokens in, events out. The engine's thread calls it; nothing here waits. */
final class Answer implements TokenSink {
    private final int choice;
    private final Prepared prepared;
    private final Consumer<CompletionEvent> listener;
    private final RunningCompletion completion;
    private final TokenBytes shown;
    private final CharacterAssembler characters = new CharacterAssembler();
    private final Logprobs logprobs;
    private final Marks marks;
    private final AnswerEvents events;
    private boolean echoDue;
    private boolean artificialSpaceDue;
    private int tokens;
    private int reasoningTokens;
    private double logprobSum;
    private volatile Optional<Generation> generation = Optional.empty();
    private volatile Optional<Usage> finalUsage = Optional.empty();
    private volatile boolean cancelled;

    Answer(int choice, Prepared prepared, Consumer<CompletionEvent> listener, RunningCompletion completion) {
        this.choice = choice;
        this.prepared = prepared;
        this.listener = listener;
        this.completion = completion;
        shown = prepared.tokenizer().shown();
        logprobs = new Logprobs(prepared.tokenizer().bytes(), prepared.request().topLogprobs() >= 0);
        Prompt prompt = prepared.prompt(choice);
        marks = prompt.format().marks();
        events = new AnswerEvents(
                choice,
                prompt.format().reader(prepared.request().tools(), prompt.text()),
                prepared.stops().scanner(),
                logprobs,
                listener);
        echoDue = prepared.request().echo();
        artificialSpaceDue = prepared.request().input() instanceof Input.Chat
                && prepared.tokenizer().startsWithArtificialSpace();
    }

    void start(LoadedModel model, GenerationRequest request) {
        generation = Optional.of(model.generate(request, this));
    }

    int choice() {
        return choice;
    }

    boolean cancelled() {
        return cancelled;
    }

    void cancel() {
        generation.ifPresent(Generation::cancel);
    }

    Usage usage() {
        return finalUsage.or(() -> generation.map(Generation::usage)).orElse(new Usage(0, 0));
    }

    int reasoningTokens() {
        return reasoningTokens;
    }

    /** Negative infinity without any tokens, as when its lease ends before the first. */
    double meanLogprob() {
        return tokens == 0 ? Double.NEGATIVE_INFINITY : logprobSum / tokens;
    }

    @Override
    public void prompt(List<SampledToken> sampled) {
        logprobs.prompt(sampled);
    }

    @Override
    public boolean token(SampledToken token) {
        echo();
        tokens++;
        logprobSum += token.logprob();
        if (prepared.tokenizer().stopTokens().contains(token.id())) {
            return false;
        }
        String text = withoutArtificialSpace(text(token.id()));
        logprobs.add(token, text.length());
        boolean thought = events.thinking();
        events.append(text);
        reasoningTokens += thought || events.thinking() ? 1 : 0;
        return !events.over();
    }

    /** A control token that ends nothing has no text, but may be a marker; it is in the log-probabilities in any case. */
    private String text(int id) {
        if (prepared.tokenizer().isSpecial(id)) {
            String mark = marks.ofToken(new String(shown.get(id), StandardCharsets.UTF_8));
            return mark.isEmpty() ? "" : characters.finish() + mark;
        }
        return marks.ofText(characters.append(shown.table(), shown.start(id), shown.length(id)));
    }

    private String withoutArtificialSpace(String text) {
        if (!artificialSpaceDue || text.isEmpty()) {
            return text;
        }
        artificialSpaceDue = false;
        return text.startsWith(" ") ? text.substring(1) : text;
    }

    private void echo() {
        if (echoDue) {
            echoDue = false;
            Prompt prompt = prepared.prompt(choice);
            listener.accept(new CompletionEvent.Text(choice, prompt.text(), logprobs.ofPrompt(prompt.tokens())));
        }
    }

    @Override
    public void finished(FinishReason reason, Usage usage) {
        finalUsage = Optional.of(usage);
        cancelled = reason == FinishReason.CANCELLED;
        if (!cancelled) {
            echo();
            events.append(characters.finish());
            boolean cut = reason == FinishReason.LENGTH;
            events.finish(cut);
            listener.accept(new CompletionEvent.ChoiceFinished(choice, reason(cut), events.stopText()));
        }
        completion.ended();
    }

    private StopReason reason(boolean cut) {
        if (events.stopText().isPresent()) {
            return StopReason.STOP;
        }
        if (cut) {
            return StopReason.LENGTH;
        }
        return events.called() ? StopReason.TOOL_CALLS : StopReason.STOP;
    }

    @Override
    public void failed(Throwable cause, Usage usage) {
        finalUsage = Optional.of(usage);
        completion.failed(
                cause instanceof GrammarException tooMuch
                        ? Constraints.refusal(prepared.request().format(), tooMuch)
                        : cause);
    }
}
